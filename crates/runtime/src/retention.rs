//! Deleting runs that ended long ago, a few at a time beside the other work.

use std::time::Duration;
use tieline_store::{Result, Store, locations, runs};

/// How often old runs are deleted.
pub(crate) const EVERY: Duration = Duration::from_secs(600);
/// How many are deleted in one transaction, and the pause in between.
const BATCH: u32 = 100;
const PAUSE: Duration = Duration::from_millis(50);

/// Deletes the runs of all locations that ended longer ago than `keep`.
pub(crate) async fn forget_old(store: &Store, keep: Duration) -> Result<()> {
    let age = i64::try_from(keep.as_millis()).unwrap_or(i64::MAX);
    let before =
        tieline_model::Timestamp::from_millis(store.clock().now().millis().saturating_sub(age).max(0));
    for location in store.read(locations::List).await? {
        let forget = runs::Forget { location_id: location.id, before, limit: BATCH };
        while store.write(forget.clone()).await? == BATCH {
            tokio::time::sleep(PAUSE).await;
        }
    }
    Ok(())
}
