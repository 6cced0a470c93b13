//! Randomness that follows from a seed, so that a failure can be reproduced.

use std::time::Duration;
use tieline_store::clock::{Entropy, SeededEntropy};

/// A source of numbers that follow from a seed.
#[derive(Debug)]
pub struct Chance(SeededEntropy);

impl Chance {
    /// The same seed gives the same numbers.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(SeededEntropy::new(seed))
    }

    /// The seed in `TIELINE_E2E_SEED`, else one that differs from run to run. Print it.
    ///
    /// # Panics
    /// If the variable holds something other than a number.
    #[must_use]
    pub fn seed() -> u64 {
        match std::env::var("TIELINE_E2E_SEED") {
            Ok(text) => text.parse().expect("TIELINE_E2E_SEED is a number"),
            Err(_) => u64::try_from(crate::sign::now().millis()).unwrap_or_default(),
        }
    }

    /// A number below `end`, which is not 0.
    #[must_use]
    pub fn below(&self, end: u64) -> u64 {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        u64::from_le_bytes(bytes) % end
    }

    /// A duration shorter than `end` milliseconds.
    #[must_use]
    pub fn millis_below(&self, end: u64) -> Duration {
        Duration::from_millis(self.below(end))
    }
}
