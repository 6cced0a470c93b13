//! What all transactions of a store share: time, randomness, the order of ids, and the search index in memory.

use crate::clock::{Clock, Entropy};
use crate::search::Cache;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// The places of an id's random part that hold its number among the ids of this store.
const COUNTED: usize = 5;

/// The clock, the randomness, the count of ids, and the search index in memory.
pub(crate) struct Sources {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) search: Cache,
    minted: AtomicU32,
}

impl Sources {
    pub(crate) fn new(clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        Self { clock, entropy, search: Cache::default(), minted: AtomicU32::new(0) }
    }

    /// The part of an id after its time. It begins with a number that only grows, so that ids that one process
    /// makes within a millisecond sort in the order in which they were made. The rest is random (41 bits), so
    /// that two nodes never make the same id.
    pub(crate) fn id_part(&self) -> [u8; 12] {
        let mut bytes = [0; 12];
        self.entropy.fill(&mut bytes);
        let mut count = self.minted.fetch_add(1, Ordering::Relaxed);
        for place in bytes[..COUNTED].iter_mut().rev() {
            *place = (count % 62) as u8;
            count /= 62;
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{SeededEntropy, SystemClock};
    use tieline_model::{NoteId, Timestamp};

    #[test]
    fn ids_of_one_millisecond_sort_in_the_order_they_are_made() {
        let sources = Sources::new(Arc::new(SystemClock), Arc::new(SeededEntropy::new(1)));
        let now = Timestamp::from_millis(1_795_430_000_000);
        let ids: Vec<_> = (0..5000).map(|_| NoteId::mint(now, sources.id_part())).collect();
        assert!(ids.is_sorted_by(|earlier, later| earlier < later));
    }
}
