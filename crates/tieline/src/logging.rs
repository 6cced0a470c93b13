//! The server's log, on standard error.

use crate::config::Config;
use clap::ValueEnum;
use serde::Deserialize;
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// The format of the log.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object per line.
    Json,
}

/// Starts logging at the level of the settings, or else at `default`.
pub(crate) fn start(config: &Config, default: &str) -> Result<(), String> {
    let filter = filter(config.log.as_deref().unwrap_or(default))?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        // A line that cannot be written would be reported on standard error, which is the closed stream itself:
        // that panics and aborts the current work.
        .log_internal_errors(false)
        .with_ansi(std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none())
        .with_writer(std::io::stderr);
    let started = match config.log_format {
        Some(LogFormat::Json) => lines.json().try_init(),
        Some(LogFormat::Text) | None => lines.try_init(),
    };
    started.map_err(|error| format!("cannot start the log: {error}"))
}

/// PostgreSQL sends a notice for every table that exists already, and its client logs each. The settings can
/// turn that on again.
fn filter(text: &str) -> Result<EnvFilter, String> {
    EnvFilter::try_new(format!("tokio_postgres=warn,{text}")).map_err(|error| {
        format!(
            "log: `{text}` is not a log filter ({error}); write it like warn or info,tieline_runtime=debug"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::filter;
    use tracing::Level;
    use tracing_subscriber::layer::SubscriberExt;

    /// Whether an ordinary message of ours, and one of PostgreSQL's client, are written under these settings.
    fn written(text: &str) -> (bool, bool) {
        let lines = tracing_subscriber::registry().with(filter(text).unwrap());
        tracing::subscriber::with_default(lines, || {
            let own = tracing::enabled!(target: "tieline_runtime", Level::INFO);
            (own, tracing::enabled!(target: "tokio_postgres::connection", Level::INFO))
        })
    }

    #[test]
    fn notices_of_the_database_are_left_out_unless_they_are_asked_for() {
        assert_eq!(written("info"), (true, false));
        assert_eq!(written("debug"), (true, false));
        assert_eq!(written("warn"), (false, false));
        assert_eq!(written("info,tokio_postgres=info"), (true, true));
        let wrong = filter("tieline=loud").unwrap_err();
        assert!(wrong.contains("tieline=loud") && wrong.contains("like warn"), "{wrong}");
    }
}
