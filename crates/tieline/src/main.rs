//! `tieline`: the server, and the commands that set it up.

mod commands;
mod config;
mod listen;
mod logging;
mod mappings;
mod open;
mod output;
mod server;
mod stop;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Contacts API, payment events and workflows in one server.
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
    /// Try it out: a sample location with published workflows, signed sample payments, and their effects.
    Demo(commands::demo::Demo),
    /// Manage locations, the tenants that everything else belongs to.
    #[command(subcommand)]
    Location(commands::location::Location),
    /// Manage a location's API keys.
    #[command(subcommand)]
    Keys(commands::keys::Keys),
    /// Manage connections, by which events arrive.
    #[command(subcommand)]
    Connections(commands::connections::Connections),
    /// Manage workflows, which events start.
    #[command(subcommand)]
    Workflows(commands::workflows::Workflows),
    /// List what workflows can do and what can start them.
    Catalog(commands::catalog::Catalog),
    /// See received deliveries and their outcome.
    #[command(subcommand)]
    Deliveries(commands::deliveries::Deliveries),
    /// See runs of workflows and retry them.
    #[command(subcommand)]
    Runs(commands::runs::Runs),
    /// Manage the key that encrypts connections' secrets.
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
        .map_err(|error| format!("cannot start the async runtime: {error}"))?;
    runtime.block_on(async {
        match cli.command {
            Command::Serve(serve) => serve.run(config).await,
            Command::Demo(demo) => demo.run(config).await,
            Command::Location(command) => command.run(&config).await,
            Command::Keys(command) => command.run(&config).await,
            Command::Connections(command) => command.run(&config).await,
            Command::Workflows(command) => command.run(&config).await,
            Command::Catalog(command) => command.run(),
            Command::Deliveries(command) => command.run(&config).await,
            Command::Runs(command) => command.run(&config).await,
            Command::SecretKey(command) => command.run(&config).await,
        }
    })
}
