//! Who goes next: runs that are due, runs that queue behind others of their key, and runs that queue for a slot
//! to send a request in.
//!
//! A run that has to wait for another one is taken out of the due runs and put into a queue, so that claiming
//! looks at no run that cannot go on. Whoever steps out of the way makes the head of the queue due. A run is in
//! the way of
//! - every later run of the same workflow and key, while it is ready or calls;
//! - a run of another workflow with the same key that a later event started, while it is ready and has not come
//!   to a request. So runs about one contact begin in the order of their events, and no workflow waits for
//!   another one's requests.

use super::Run;
use crate::error::Result;
use crate::param::params;
use crate::row::select;
use crate::store::Procedure;
use crate::tx::Tx;
use tieline_model::{LocationId, RunId, Timestamp};

/// Whether the run has to queue behind another one of its key. The run that is in the way learns of it, and
/// makes the next one due when it is done. For use inside a procedure.
///
/// # Errors
/// What the database says.
pub async fn must_queue(tx: &mut Tx<'_>, run: &Run) -> Result<bool> {
    let Some(key) = &run.concurrency_key else { return Ok(false) };
    let in_the_way = tx
        .execute(
            "UPDATE runs SET followers = followers + 1 WHERE location_id = ?1 AND concurrency_key = ?2 \
             AND status IN ('ready', 'calling') AND queue <> 'turn' AND id <> ?3 \
             AND (workflow_id = ?4 OR (status = 'ready' AND queue = '' AND event_seq < ?5))",
            params![&run.location_id, key, &run.id, &run.workflow_id, run.event_seq],
        )
        .await?;
    Ok(in_the_way > 0)
}

/// Makes the first run that queues for this key due, unless something else is in its way. That one passes the
/// turn on: it may have followers.
pub(super) async fn release(tx: &mut Tx<'_>, location: &LocationId, key: &str) -> Result<()> {
    // One head for each workflow that has runs in the queue, found by skipping from one workflow to the next, so
    // that a long queue costs no more than a short one.
    let next: Option<RunId> = tx
        .value(
            "WITH RECURSIVE queued (workflow_id) AS (\
                SELECT MIN(workflow_id) FROM runs \
                WHERE location_id = ?1 AND concurrency_key = ?2 AND queue = 'turn' \
                UNION ALL \
                SELECT (SELECT MIN(r.workflow_id) FROM runs r WHERE r.location_id = ?1 \
                    AND r.concurrency_key = ?2 AND r.queue = 'turn' AND r.workflow_id > queued.workflow_id) \
                FROM queued WHERE queued.workflow_id IS NOT NULL\
             ) \
             SELECT head.id FROM queued JOIN runs head ON head.location_id = ?1 AND head.id = (\
                SELECT f.id FROM runs f WHERE f.location_id = ?1 AND f.concurrency_key = ?2 \
                AND f.queue = 'turn' AND f.workflow_id = queued.workflow_id ORDER BY f.event_seq, f.id LIMIT 1) \
             WHERE NOT EXISTS (SELECT 1 FROM runs o WHERE o.location_id = ?1 AND o.concurrency_key = ?2 \
                AND o.status IN ('ready', 'calling') AND o.queue <> 'turn' \
                AND (o.workflow_id = head.workflow_id \
                    OR (o.status = 'ready' AND o.queue = '' AND o.event_seq < head.event_seq))) \
             ORDER BY head.event_seq, head.id LIMIT 1",
            "id",
            params![location, key],
        )
        .await?;
    if let Some(id) = next {
        tx.execute(
            "UPDATE runs SET queue = '', followers = followers + 1, due_at = ?3 WHERE location_id = ?1 AND id = ?2",
            params![location, &id, tx.now()],
        )
        .await?;
    }
    Ok(())
}

macro_rules! claim {
    ($which:literal) => {
        [
            select!(Run, concat!("WHERE ", $which)),
            select!(Run, concat!("WHERE ", $which, " FOR UPDATE SKIP LOCKED")),
        ]
    };
}

/// Claims runs that are due for the length of the transaction, oldest first. A run that slept may find another
/// one of its key in its way: ask [`must_queue`]. For use inside a procedure.
///
/// # Errors
/// What the database says.
pub async fn claim_due(tx: &mut Tx<'_>, limit: u32) -> Result<Vec<Run>> {
    let sql = claim!("due_at <= ?1 ORDER BY due_at, event_seq LIMIT ?2");
    tx.all(sql[usize::from(tx.writes_in_parallel())], params![tx.now(), limit]).await
}

/// Claims runs that queue for a slot for the length of the transaction, in the order of their events. For use
/// inside a procedure.
///
/// # Errors
/// What the database says.
pub async fn claim_for_slots(tx: &mut Tx<'_>, limit: u32) -> Result<Vec<Run>> {
    let sql = claim!("queue = 'slot' ORDER BY event_seq LIMIT ?1");
    tx.all(sql[usize::from(tx.writes_in_parallel())], params![limit]).await
}

/// When the next run is due; none where none is.
#[derive(Clone, Copy, Debug)]
pub struct NextDue;

impl Procedure for NextDue {
    type Output = Option<Timestamp>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Option<Timestamp>> {
        let sql = "SELECT due_at FROM runs WHERE due_at IS NOT NULL ORDER BY due_at LIMIT 1";
        tx.value(sql, "due_at", &[]).await
    }
}

/// Whether a run queues for a slot.
#[derive(Clone, Copy, Debug)]
pub struct WantsSlot;

impl Procedure for WantsSlot {
    type Output = bool;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<bool> {
        tx.exists("SELECT 1 AS found FROM runs WHERE queue = 'slot' LIMIT 1", &[]).await
    }
}
