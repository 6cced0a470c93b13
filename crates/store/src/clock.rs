//! The clock and the source of randomness that the whole program uses. They are inputs, so so that tests and
//! `tieline serve --clock manual` can move the clock, and tests can seed the randomness.

use parking_lot::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tieline_model::Timestamp;

/// Gives the time.
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the machine's clock")]
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// A clock that moves only when it is advanced.
#[derive(Debug)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// A clock that is set to `start`.
    #[must_use]
    pub fn new(start: Timestamp) -> Self {
        Self(AtomicI64::new(start.millis()))
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: Duration) {
        self.0.fetch_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// Gives random bytes.
pub trait Entropy: Send + Sync {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}

/// Bytes from the system's own source, fetched some kilobytes at a time.
#[derive(Debug)]
pub struct SystemEntropy(Mutex<Pool>);

#[derive(Debug)]
struct Pool {
    bytes: [u8; 4096],
    used: usize,
}

impl Default for SystemEntropy {
    fn default() -> Self {
        Self(Mutex::new(Pool { bytes: [0; 4096], used: 4096 }))
    }
}

impl Entropy for SystemEntropy {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that draws from the system's source"
    )]
    #[expect(clippy::expect_used, reason = "a machine without a random source cannot make a safe token")]
    fn fill(&self, out: &mut [u8]) {
        let mut pool = self.0.lock();
        let Pool { bytes, used } = &mut *pool;
        let mut left = out;
        while !left.is_empty() {
            if *used == bytes.len() {
                getrandom::fill(bytes).expect("the system gives random bytes");
                *used = 0;
            }
            let count = left.len().min(bytes.len() - *used);
            let (now, later) = left.split_at_mut(count);
            now.copy_from_slice(&bytes[*used..*used + count]);
            // A byte is handed out once and then forgotten, so that no later reader of memory finds it.
            bytes[*used..*used + count].fill(0);
            *used += count;
            left = later;
        }
    }
}

/// Bytes that follow from a seed, for tests.
#[derive(Debug)]
pub struct SeededEntropy(Mutex<u64>);

impl SeededEntropy {
    /// The same seed gives the same bytes.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(Mutex::new(seed))
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, out: &mut [u8]) {
        let mut state = self.0.lock();
        for chunk in out.chunks_mut(8) {
            // The step of SplitMix64: short, and good enough for ids in tests.
            *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut mixed = *state;
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            chunk.copy_from_slice(&(mixed ^ (mixed >> 31)).to_le_bytes()[..chunk.len()]);
        }
    }
}
