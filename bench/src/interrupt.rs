//! Ctrl-C and SIGTERM end a run early, in order: children are stopped and data directories removed.

use std::sync::atomic::{AtomicBool, Ordering};
use tokio::signal::unix::{SignalKind, signal};

static ASKED: AtomicBool = AtomicBool::new(false);

/// Listens for the signals from now on, on a thread of its own.
pub(crate) fn listen() -> Result<(), String> {
    let failed = |error: std::io::Error| format!("cannot listen for Ctrl-C: {error}");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
    let (mut interrupt, mut terminate) = {
        let _inside = runtime.enter();
        (signal(SignalKind::interrupt()).map_err(failed)?, signal(SignalKind::terminate()).map_err(failed)?)
    };
    std::thread::spawn(move || {
        runtime.block_on(async {
            tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
        });
        ASKED.store(true, Ordering::Relaxed);
        // The runtime lives on in this thread, so that a second Ctrl-C doesn't cut the clearing up short.
        runtime.block_on(std::future::pending::<()>());
    });
    Ok(())
}

/// Whether the run should end now.
pub(crate) fn asked() -> bool {
    ASKED.load(Ordering::Relaxed)
}

/// Refuses to go on where the run should end now.
pub(crate) fn check() -> Result<(), String> {
    if asked() { Err("stopped before the end; there is no result".to_owned()) } else { Ok(()) }
}
