//! `cargo xtask …`: the whole developer interface, in one program that compiles in a moment.
//!
//! It uses nothing but the standard library and [`tieline_pgtest`], so that it can set up a machine
//! that has only Rust and Node.

mod ci;
mod node;
mod postgres;
mod process;
mod release;
mod stage;
mod tally;
mod task;
mod test;
mod workspace;

use stage::Stages;
use std::process::ExitCode;
use task::Task;
use workspace::Workspace;

fn main() -> ExitCode {
    let task = match Task::parse(std::env::args_os().skip(1)) {
        Ok(task) => task,
        Err(error) => {
            stage::say(&format!("error: {error}"));
            return ExitCode::from(2);
        }
    };
    match run(task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            stage::say(&format!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<(), String> {
    let workspace = Workspace::find()?;
    match task {
        Task::Help => stage::answer(task::HELP),
        Task::Build => release::build(&workspace, &["tieline"]),
        Task::Demo(arguments) => release::tieline(&workspace, "demo", &arguments),
        Task::Serve(arguments) => release::tieline(&workspace, "serve", &arguments),
        Task::Bench(arguments) => release::bench(&workspace, &arguments),
        Task::Documents => process::run(
            workspace
                .cargo()
                .args(["test", "--quiet", "--package", "tieline-operations", "--test", "documents"])
                .env("TIELINE_WRITE_DOCUMENTS", "1"),
        ),
        Task::Test => Stages::run(|stages| test::run(&workspace, stages)),
        Task::Ci => Stages::run(|stages| ci::run_all(&workspace, stages)),
    }
}
