//! SIGTERM and Ctrl-C, which end a server in order.

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Receives the signals from the moment it is made. A command that serves makes it before anything else: a
/// signal that comes earlier ends the process at once.
pub(crate) struct Stop {
    terminate: Signal,
    interrupt: Signal,
}

impl Stop {
    pub(crate) fn listen() -> Result<Self, String> {
        let receive = |kind| signal(kind).map_err(|error| format!("cannot receive signals: {error}"));
        Ok(Self {
            terminate: receive(SignalKind::terminate())?,
            interrupt: receive(SignalKind::interrupt())?,
        })
    }

    /// Waits for one of the signals. One that has come since the last call counts.
    pub(crate) async fn told(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
