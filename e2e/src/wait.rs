//! Waiting for something to become true, but not forever.

use std::time::{Duration, Instant};

/// How long something may take that takes a fraction of a second on an idle machine.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Calls `ask` repeatedly until it returns a value.
///
/// # Panics
/// If it returns none within [`PATIENCE`]; the message names `what` was expected.
pub fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(start.elapsed() < PATIENCE, "this did not happen within {} s: {what}", PATIENCE.as_secs());
        std::thread::sleep(Duration::from_millis(25));
    }
}
