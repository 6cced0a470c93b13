//! What the server writes down about itself, on standard error.

use tracing_subscriber::EnvFilter;

/// Begins to write. `TIELINE_LOG` says how much (`warn`, `tieline_runtime=debug`, …), and
/// `TIELINE_LOG_FORMAT=json` writes one JSON object a line.
pub(crate) fn start() {
    start_at("info");
}

/// The same, with how much is written where `TIELINE_LOG` does not say.
pub(crate) fn start_at(default: &str) {
    let filter = EnvFilter::try_from_env("TIELINE_LOG").unwrap_or_else(|_| EnvFilter::new(default));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match std::env::var("TIELINE_LOG_FORMAT").as_deref() {
        Ok("json") => lines.json().try_init(),
        _ => lines.try_init(),
    };
    if let Err(error) = started {
        eprintln!("the log cannot be written: {error}");
    }
}
