//! SIGTERM and Ctrl-C, which end a server in order.

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Hears the signals from the moment it is made. A command that serves makes it before anything else: a signal
/// that comes before somebody listens ends the process on the spot.
pub(crate) struct Stop {
    terminate: Signal,
    interrupt: Signal,
}

impl Stop {
    pub(crate) fn listen() -> Result<Self, String> {
        let hear = |kind| signal(kind).map_err(|error| format!("signals cannot be heard: {error}"));
        Ok(Self { terminate: hear(SignalKind::terminate())?, interrupt: hear(SignalKind::interrupt())? })
    }

    /// Waits for one of the signals. One that has come since the last call counts.
    pub(crate) async fn told(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
