//! Waiting for something to become true, but not for ever.

use std::time::{Duration, Instant};

/// How long a thing may take that takes a fraction of a second on an idle machine.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Asks again and again until there is an answer.
///
/// # Panics
/// Where there is none within [`PATIENCE`]; `what` says in the message what was waited for.
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
