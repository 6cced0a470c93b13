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
use crate::row::{Row, select};
use crate::store::Procedure;
use crate::tx::Tx;
use tieline_model::{LocationId, RunId, Timestamp, WorkflowId};

/// What is in the way of a run, as a condition on `runs o`, given the workflow and the event of that run.
macro_rules! in_the_way {
    ($workflow:literal, $event_seq:literal) => {
        concat!(
            "o.location_id = ?1 AND o.concurrency_key = ?2 AND o.status IN ('ready', 'calling') \
             AND o.queue <> 'turn' AND (o.workflow_id = ",
            $workflow,
            " OR (o.status = 'ready' AND o.queue = '' AND o.event_seq < ",
            $event_seq,
            "))"
        )
    };
}

/// Whether the run has to queue behind another one of its key. The run that is in the way records that it has a
/// follower, and makes the next one due when it is done. For use inside a procedure.
///
/// # Errors
/// What the database reports.
pub async fn must_queue(tx: &mut Tx<'_>, run: &Run) -> Result<bool> {
    let Some(key) = &run.concurrency_key else { return Ok(false) };
    let sql = concat!(
        "UPDATE runs AS o SET followers = followers + 1 WHERE ",
        in_the_way!("?3", "?4"),
        " AND o.id <> ?5"
    );
    let params = params![&run.location_id, key, &run.workflow_id, run.event_seq, &run.id];
    Ok(tx.execute(sql, params).await? > 0)
}

/// The first run of one workflow in the queue of a key.
struct Head {
    id: RunId,
    workflow_id: WorkflowId,
    event_seq: i64,
    /// Whether nothing is in its way.
    is_free: bool,
}

/// Makes the first head that is free due. That one passes the turn on, because others may be free as well. Where none
/// is free, the runs in their way pass it on. Returns whether the queue had a head.
///
/// Two runs that leave at the same moment each see the other one still in the way. So on PostgreSQL each writes to
/// all heads: the two conflict, and the one that is run again finds the head free.
pub(super) async fn release(tx: &mut Tx<'_>, location: &LocationId, key: &str) -> Result<bool> {
    let heads = heads(tx, location, key).await?;
    let next = heads.iter().position(|head| head.is_free);
    for (n, head) in heads.iter().enumerate() {
        if next == Some(n) {
            make_due(tx, location, head).await?;
        } else if tx.writes_in_parallel() {
            touch(tx, location, head).await?;
        }
    }
    if next.is_none() {
        for head in &heads {
            follow(tx, location, key, head).await?;
        }
    }
    Ok(!heads.is_empty())
}

/// Records that no run queues behind this one any more, so that its next saves need not look. A run that queues
/// behind it at this moment writes to the same row, and one of the two transactions is run again.
pub(super) async fn clear_followers(tx: &mut Tx<'_>, run: &mut Run) -> Result<()> {
    run.followers = 0;
    let sql = "UPDATE runs SET followers = 0 WHERE location_id = ?1 AND id = ?2";
    tx.execute(sql, params![&run.location_id, &run.id]).await.map(|_| ())
}

/// The heads of a key's queue, one for each workflow, in the order of their events.
async fn heads(tx: &mut Tx<'_>, location: &LocationId, key: &str) -> Result<Vec<Head>> {
    // Found by skipping from one workflow to the next, so that a long queue costs no more than a short one.
    let sql = concat!(
        "WITH RECURSIVE queued (workflow_id) AS (\
            SELECT MIN(workflow_id) FROM runs \
            WHERE location_id = ?1 AND concurrency_key = ?2 AND queue = 'turn' \
            UNION ALL \
            SELECT (SELECT MIN(r.workflow_id) FROM runs r WHERE r.location_id = ?1 \
                AND r.concurrency_key = ?2 AND r.queue = 'turn' AND r.workflow_id > queued.workflow_id) \
            FROM queued WHERE queued.workflow_id IS NOT NULL\
         ) \
         SELECT head.id, head.workflow_id, head.event_seq, NOT EXISTS (SELECT 1 FROM runs o WHERE ",
        in_the_way!("head.workflow_id", "head.event_seq"),
        ") AS is_free FROM queued JOIN runs head ON head.location_id = ?1 AND head.id = (\
            SELECT f.id FROM runs f WHERE f.location_id = ?1 AND f.concurrency_key = ?2 \
            AND f.queue = 'turn' AND f.workflow_id = queued.workflow_id ORDER BY f.event_seq, f.id LIMIT 1) \
         ORDER BY head.event_seq, head.id"
    );
    let rows = tx.query(sql, params![location, key]).await?;
    rows.into_iter().map(|mut row| Head::read(&mut row)).collect()
}

impl Head {
    fn read(row: &mut Row) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            workflow_id: row.get("workflow_id")?,
            event_seq: row.get("event_seq")?,
            is_free: row.get("is_free")?,
        })
    }
}

async fn make_due(tx: &mut Tx<'_>, location: &LocationId, head: &Head) -> Result<()> {
    let sql = "UPDATE runs SET queue = '', followers = followers + 1, due_at = ?3 \
        WHERE location_id = ?1 AND id = ?2";
    tx.execute(sql, params![location, &head.id, tx.now()]).await.map(|_| ())
}

async fn touch(tx: &mut Tx<'_>, location: &LocationId, head: &Head) -> Result<()> {
    let sql = "UPDATE runs SET followers = followers + 1 WHERE location_id = ?1 AND id = ?2";
    tx.execute(sql, params![location, &head.id]).await.map(|_| ())
}

/// Records with the runs in a head's way that they have a follower. One may have come after the head queued, as a
/// replay of an earlier event does. Those that have one already are not written to: such a run, leaving at this
/// moment, waits for the heads that are written here.
async fn follow(tx: &mut Tx<'_>, location: &LocationId, key: &str, head: &Head) -> Result<()> {
    let sql =
        concat!("UPDATE runs AS o SET followers = 1 WHERE ", in_the_way!("?3", "?4"), " AND o.followers = 0");
    let params = params![location, key, &head.workflow_id, head.event_seq];
    tx.execute(sql, params).await.map(|_| ())
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
