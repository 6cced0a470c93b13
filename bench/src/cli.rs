//! The command line.

use clap::{Parser, Subcommand};
use std::path::PathBuf;

/// Measures Tieline against the least program that does the same work.
#[derive(Parser)]
#[command(name = "bench", version)]
pub(crate) struct Args {
    /// The load; all of them where it is left out.
    #[command(subcommand)]
    pub(crate) what: Option<What>,
    #[command(flatten)]
    pub(crate) options: Options,
}

/// A load, or (hidden) a ceiling that the benchmark starts itself as.
#[derive(Subcommand, Clone)]
pub(crate) enum What {
    /// `GET /contacts/{id}` on random ids.
    ContactRead,
    /// `POST /contacts/` with a new person each time.
    ContactCreate,
    /// Pages of many contacts: the newest, by a query, by a sort, by three filters.
    ContactSearch,
    /// A signed payment event in, a finished run of a three-step workflow out.
    EventRun,
    /// All of them, one after the other.
    All,
    #[command(hide = true)]
    CeilingRead {
        #[arg(long)]
        size: usize,
    },
    #[command(hide = true)]
    CeilingCreate {
        #[arg(long)]
        data: PathBuf,
        #[arg(long)]
        size: usize,
    },
    #[command(hide = true)]
    CeilingRun {
        #[arg(long)]
        data: PathBuf,
    },
}

/// What all loads share.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Seconds that each side is loaded for in a round.
    #[arg(long, global = true, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=60))]
    pub(crate) seconds: u64,
    /// Rounds; each loads the ceiling and then Tieline.
    #[arg(long, global = true, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=100))]
    pub(crate) rounds: u64,
    /// Connections that are kept open, each with one request at a time.
    #[arg(long, global = true, default_value_t = 64, value_parser = clap::value_parser!(u64).range(1..=4096))]
    pub(crate) connections: u64,
    /// Contacts that are stored beforehand: 10,000 for `contact-read` and 100,000 for `contact-search` if this is
    /// left out.
    #[arg(long, global = true, value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    pub(crate) contacts: Option<u64>,
    /// A PostgreSQL database that `contact-search` uses in place of SQLite: empty, or filled by an earlier run.
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) database_url: Option<String>,
    /// Where `contact-search` keeps its SQLite database, so that a later run need not fill it again.
    #[arg(long, global = true, value_name = "DIR", conflicts_with = "database_url")]
    pub(crate) keep: Option<PathBuf>,
    /// Also writes every figure to this file.
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// The binary that is measured.
    #[arg(long, global = true, value_name = "PATH", default_value = "target/release/tieline")]
    pub(crate) bin: PathBuf,
    /// Where the data directories are made; the system's temporary directory where it is left out. A disk in
    /// memory gives figures that no durable program reaches.
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) data_root: Option<PathBuf>,
    /// Measures the ceilings without Tieline.
    #[arg(long, global = true)]
    pub(crate) ceilings_only: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_stand_before_or_behind_the_load() {
        for line in [["bench", "--seconds=1", "event-run"], ["bench", "event-run", "--seconds=1"]] {
            let args = Args::try_parse_from(line).unwrap();
            assert_eq!(args.options.seconds, 1);
            assert!(matches!(args.what, Some(What::EventRun)));
        }
    }

    #[test]
    fn loads_are_bounded() {
        for option in ["--seconds=0", "--seconds=3600", "--connections=0", "--rounds=0", "--contacts=0"] {
            assert!(Args::try_parse_from(["bench", option]).is_err(), "{option} was taken");
        }
    }
}
