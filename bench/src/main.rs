//! Load on the built `tieline` binary, with a ceiling measured beside it.
//!
//! A ceiling is the least program that still does what the load asks for. It runs as a process of its own,
//! takes turns with the product within one run, and so makes the ratio of the two worth reading on a machine
//! whose absolute figures are not.

// An invoice has more fields than `json!` reads within the usual limit.
#![recursion_limit = "512"]

mod ceiling;
mod cli;
mod client;
mod data_dir;
mod drive;
mod interrupt;
mod load;
mod machine;
mod process;
mod product;
mod report;
mod round;
mod stats;
mod template;

use clap::Parser;
use cli::What;
use load::Load;
use std::io::Write;
use std::process::ExitCode;

/// The allocator of the product, so that the ceilings don't differ in it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let args = cli::Args::parse();
    let measure = |loads: &[Load]| interrupt::listen().and_then(|()| report::run(&args.options, loads));
    let result = match args.what.unwrap_or(What::All) {
        What::ContactRead => measure(&[Load::ContactRead]),
        What::ContactCreate => measure(&[Load::ContactCreate]),
        What::ContactSearch => measure(&[Load::ContactSearch]),
        What::EventRun => measure(&[Load::EventRun]),
        What::All => measure(Load::ALL),
        What::CeilingRead { size } => ceiling::serve(|| Ok(ceiling::read::router(size))),
        What::CeilingCreate { data, size } => ceiling::serve(|| ceiling::create::router(&data, size)),
        What::CeilingRun { data } => ceiling::serve(|| ceiling::run::router(&data)),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            complain(&format!("bench: {message}"));
            ExitCode::FAILURE
        }
    }
}

/// Writes one line to the standard output at once.
fn say(line: &str) -> Result<(), String> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")
        .and_then(|()| out.flush())
        .map_err(|error| format!("cannot write to the standard output: {error}"))
}

/// Writes one line to the standard error. Nobody is left to tell where that fails.
fn complain(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
