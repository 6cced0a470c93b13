//! How many writes no segment holds yet. Each search reads them one by one, so a bulk load that writes faster than
//! the index is kept in shape has to wait for it.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tokio::sync::Notify;

/// The most writes that may wait for the index before further ones are slowed down.
const MOST: i64 = 16_384;

/// A write is held up for so long at most: the index may be slow, but it never keeps anybody from writing.
const PATIENCE: Duration = Duration::from_millis(500);

/// The count, as this process knows it: writes are added as they are made, and upkeep corrects it.
#[derive(Default)]
pub(crate) struct Backlog {
    count: AtomicI64,
    shrunk: Notify,
}

impl Backlog {
    pub(super) fn add_one(&self) {
        self.count.fetch_add(1, Ordering::Relaxed);
    }

    /// Sets the count to what can be folded now.
    pub(super) fn set(&self, count: i64) {
        self.count.store(count, Ordering::Relaxed);
        self.shrunk.notify_waiters();
    }

    /// Waits while the backlog is too long, but not for ever.
    pub(crate) async fn room(&self) {
        if !self.is_long() {
            return;
        }
        let shrink = async {
            while self.is_long() {
                let shrunk = self.shrunk.notified();
                if self.is_long() {
                    shrunk.await;
                }
            }
        };
        let _ = tokio::time::timeout(PATIENCE, shrink).await;
    }

    fn is_long(&self) -> bool {
        self.count.load(Ordering::Relaxed) > MOST
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    #[tokio::test]
    async fn a_write_waits_for_a_long_backlog_and_not_for_ever() {
        let backlog = Backlog::default();
        backlog.set(MOST);
        let start = Instant::now();
        backlog.room().await;
        assert!(start.elapsed() < PATIENCE / 2);
        backlog.add_one();
        backlog.room().await;
        assert!(start.elapsed() >= PATIENCE);
        let (start, fold) = (Instant::now(), async { backlog.set(0) });
        tokio::join!(backlog.room(), fold);
        assert!(start.elapsed() < PATIENCE / 2);
    }
}
