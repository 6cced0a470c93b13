//! Work that can wait.

use crate::error::{Error, Result};
use std::thread::Builder;

/// Does some work on a thread of its own, which leaves the processor to all others: where all processors are busy, it
/// gets about a tenth of what another thread gets.
pub(crate) fn run<T: Send>(work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    std::thread::scope(|scope| {
        let thread = Builder::new().name("tieline-upkeep".to_owned()).spawn_scoped(scope, || {
            yield_to_others();
            work()
        });
        let thread = thread.map_err(|error| Error::Unusable(format!("no thread can be started: {error}")))?;
        thread.join().unwrap_or(Err(Error::Closed))
    })
}

/// Only Linux keeps a priority for each thread. If it refuses, the work is done at the usual pace.
fn yield_to_others() {
    #[cfg(target_os = "linux")]
    let _ = rustix::process::nice(10);
}
