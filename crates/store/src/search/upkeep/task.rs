//! The task that keeps the index in shape while a store is open.

use super::{FOLD, catch_up, replace, tend};
use crate::error::Result;
use crate::store::{Store, Weak};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// After a write, others are waited for this long, so that they are folded together.
const PAUSE: Duration = Duration::from_millis(100);
/// How often contacts that were written without the index are looked for.
const EVERY: Duration = Duration::from_secs(1);

/// Starts it; it ends with the store.
pub(crate) fn start(store: Weak, mut appended: watch::Receiver<u64>) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut failing = false;
        let mut swept = false;
        loop {
            // Every write of a contact appends an event.
            match tokio::time::timeout(EVERY, appended.changed()).await {
                Ok(Err(_)) => return,
                Ok(Ok(())) => tokio::time::sleep(PAUSE).await,
                Err(_) => {}
            }
            let Some(store) = store.upgrade() else { return };
            let done = upkeep(&store, &mut swept).await;
            if let Err(error) = &done
                && !failing
            {
                tracing::warn!(%error, "the search index could not be kept in shape; this is tried again");
            }
            failing = done.is_err();
            if failing {
                // Nobody waits for what does not come.
                store.backlog().set(0);
            }
        }
    })
}

async fn upkeep(store: &Store, swept: &mut bool) -> Result<()> {
    if !*swept {
        replace::sweep(store).await?;
        *swept = true;
    }
    let _alone = store.upkeep().await;
    catch_up(store).await?;
    tend(store, FOLD).await
}
