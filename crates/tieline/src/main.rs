//! `tieline`: the server, and the commands that set it up.

mod commands;
mod config;
mod listen;
mod logging;
mod open;
mod output;
mod server;
mod stop;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Connects the place where people pay with the place where people are known.
#[derive(Parser)]
#[command(version, about, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    config: config::Config,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server.
    Serve(commands::serve::Serve),
    /// See it work: a sample location, a published workflow, signed sample payments and what came of them.
    Demo(commands::demo::Demo),
    /// Locations, the tenants that everything else belongs to.
    #[command(subcommand)]
    Location(commands::location::Location),
    /// API keys of a location.
    #[command(subcommand)]
    Keys(commands::keys::Keys),
    /// Connections that events come in by.
    #[command(subcommand)]
    Connections(commands::connections::Connections),
    /// Workflows that events start.
    #[command(subcommand)]
    Workflows(commands::workflows::Workflows),
    /// Deliveries as they came in, and what became of them.
    #[command(subcommand)]
    Deliveries(commands::deliveries::Deliveries),
    /// Runs of workflows.
    #[command(subcommand)]
    Runs(commands::runs::Runs),
    /// The key that seals connections' secrets.
    #[command(subcommand)]
    SecretKey(commands::secret_key::SecretKey),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            output::complain(&message);
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> Result<(), String> {
    let config = cli.config.with_file()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("the runtime cannot be started: {error}"))?;
    runtime.block_on(async {
        match cli.command {
            Command::Serve(serve) => serve.run(config).await,
            Command::Demo(demo) => demo.run(config).await,
            Command::Location(command) => command.run(&config).await,
            Command::Keys(command) => command.run(&config).await,
            Command::Connections(command) => command.run(&config).await,
            Command::Workflows(command) => command.run(&config).await,
            Command::Deliveries(command) => command.run(&config).await,
            Command::Runs(command) => command.run(&config).await,
            Command::SecretKey(command) => command.run(&config).await,
        }
    })
}
