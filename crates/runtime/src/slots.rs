//! Slots for requests: a node sends a limited number at once, and a run's lease begins only when it has a slot.

use parking_lot::Mutex;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The right to send one request. It is given back when the last copy is dropped.
pub(crate) type Slot = Arc<OwnedSemaphorePermit>;

/// Where a transaction takes slots from: first the one that its caller brings, then free ones. Slots that a
/// transaction took and did not pass on are given back, also when it is run again.
#[derive(Clone, Debug)]
pub(crate) struct Slots {
    pool: Arc<Semaphore>,
    brought: Arc<Mutex<Option<Slot>>>,
}

impl Slots {
    pub(crate) fn new(pool: &Arc<Semaphore>, brought: Option<Slot>) -> Self {
        Self { pool: Arc::clone(pool), brought: Arc::new(Mutex::new(brought)) }
    }

    /// The same slots for one try of a transaction.
    pub(crate) fn for_try(&self) -> Self {
        Self::new(&self.pool, self.brought.lock().clone())
    }

    /// Takes a slot, if one is free.
    pub(crate) fn take(&self) -> Option<Slot> {
        let brought = self.brought.lock().take();
        brought.or_else(|| Arc::clone(&self.pool).try_acquire_owned().ok().map(Arc::new))
    }

    /// How many could be taken now.
    pub(crate) fn free(&self) -> u32 {
        let brought = usize::from(self.brought.lock().is_some());
        u32::try_from(self.pool.available_permits() + brought).unwrap_or(u32::MAX)
    }
}
