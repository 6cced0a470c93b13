//! Keeping the index in shape: beside the writes, in steps that each take milliseconds of the writer.
//!
//! What is worked out, is worked out by readers; the writer stores pages, a few at a time, and then replaces
//! segments in one transaction. That transaction goes by the generation of the location's segments: if
//! another node was faster, its work counts and this one's is dropped.

mod adopt;
mod fold;
mod merge;
mod replace;
mod task;

pub(crate) use task::start;

use crate::error::Result;
use crate::store::Store;
use adopt::{Adopt, Behind};
use fold::{Fold, Waiting};
use merge::Merge;
use std::collections::BTreeSet;
use std::time::Duration;
use tieline_model::LocationId;

/// So many writes of a location are folded together; fewer wait for more.
const FOLD: i64 = 1024;

/// How many contacts are indexed anew in one transaction.
const ADOPT: i64 = 1000;

/// Fewer contacts than this may be left to the task that goes on while the store is open: an older node that
/// is still writing always leaves some.
const FEW: i64 = 100;

/// Indexes what was written without the index: by a version before it, or by a node of one. Returns when that
/// is done, by this node or by others, so that searches are right from then on.
///
/// # Errors
/// What the database reports.
pub(crate) async fn catch_up(store: &Store) -> Result<()> {
    let mut done = 0;
    loop {
        let adopted = adopt(store, &mut done).await?;
        if adopted < ADOPT {
            if store.read(Behind(FEW)).await? < FEW {
                break;
            }
            // Another node has them in hand.
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    if done >= ADOPT {
        tend(store, FOLD).await?;
        tracing::info!(contacts = done, "all contacts are indexed for search");
    }
    Ok(())
}

/// Indexes some of them, and reports how far this has come; gives how many.
async fn adopt(store: &Store, done: &mut i64) -> Result<i64> {
    let adopted = store.write_at_once(Adopt(ADOPT)).await?;
    *done += adopted;
    if adopted == ADOPT && *done == ADOPT {
        tracing::info!("indexing contacts for search; this is done once, and goes on where it was stopped");
    }
    if adopted == ADOPT && *done % (8 * ADOPT) == 0 {
        tracing::info!(contacts = *done, "indexing contacts for search");
        tend(store, FOLD).await?;
    }
    Ok(adopted)
}

/// Folds and merges where at least `least` writes of a location wait.
///
/// # Errors
/// What the database reports.
pub(crate) async fn tend(store: &Store, least: i64) -> Result<()> {
    let mut to_merge = BTreeSet::new();
    loop {
        let waiting = store.read(Waiting(least)).await?;
        store.backlog().set(waiting.iter().map(|(_, writes)| writes).sum());
        let is_idle = waiting.is_empty();
        for (location, _) in waiting {
            fold(store, &location).await?;
            to_merge.insert(location);
        }
        // One merge at a time: folding is more urgent, because every search and bulk load waits for it.
        match to_merge.pop_first() {
            Some(location) if merge(store, &location).await? => drop(to_merge.insert(location)),
            None if is_idle => return Ok(()),
            _ => {}
        }
    }
}

async fn fold(store: &Store, location: &LocationId) -> Result<()> {
    match store.read(Fold(location.clone())).await? {
        Some(replacement) => replacement.store(store).await.map(|_| ()),
        None => Ok(()),
    }
}

/// Merges some segments of a location; false if there is nothing to merge, or another node did it.
async fn merge(store: &Store, location: &LocationId) -> Result<bool> {
    match store.read(Merge(location.clone())).await? {
        Some(replacement) => replacement.store(store).await,
        None => Ok(false),
    }
}
