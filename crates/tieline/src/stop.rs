//! SIGTERM and Ctrl-C, which stop a server in an orderly way.

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Receives the signals from its creation on. A command that serves creates it before anything else: an earlier
/// signal ends the process at once.
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

    /// Waits for one of the signals. One received since the last call counts.
    pub(crate) async fn requested(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
