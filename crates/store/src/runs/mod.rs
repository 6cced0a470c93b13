//! Runs: executions of workflows, their checkpoints, the queues they stand in, what they wait for and what they
//! have done.

mod history;
mod list;
mod retention;
mod turns;
mod waits;
mod words;

pub use history::*;
pub use list::{Count, List};
pub use retention::Forget;
pub use turns::*;
pub use waits::*;

use words::words;

use crate::error::Result;
use crate::param::params;
use crate::row::{Cell, FromCell, FromRow, Row, insert, select};
use crate::store::Procedure;
use crate::tx::Tx;
use std::str::FromStr;
use tieline_model::{ContactId, Event, LocationId, RunId, Timestamp, WorkflowId};

words! {
    /// Where a run stands.
    RunStatus, "a status of a run" {
        /// It can go on, now or when its turn in a [`Queue`] comes.
        Ready = "ready",
        /// Its request is under way, leased to the node that sends it.
        Calling = "calling",
        /// It sleeps until a time or an event.
        Waiting = "waiting",
        /// It came to its end.
        Completed = "completed",
        /// A step or an event stopped it.
        Stopped = "stopped",
        /// A step failed for good. It can be retried.
        Failed = "failed",
    }
}

impl RunStatus {
    /// Whether the run is over.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Completed | Self::Stopped | Self::Failed)
    }
}

words! {
    /// Why a run was started.
    Origin, "an origin of a run" {
        /// An event that fits the trigger.
        Event = "event",
        /// Somebody replayed an earlier run's event.
        Replay = "replay",
        /// A contact was enrolled by hand or by a campaign.
        Enrolment = "enrolment",
        /// A schedule.
        Schedule = "schedule",
        /// A step of another run.
        Parent = "parent",
        /// Somebody tested the workflow.
        Test = "test",
    }
}

words! {
    /// What a ready run queues for.
    Queue, "a queue" {
        /// Nothing: it is due.
        None = "",
        /// Its turn, behind other runs of its key.
        Turn = "turn",
        /// A slot to send its request in.
        Slot = "slot",
    }
}

/// A run as it is stored.
#[derive(Clone, Debug)]
pub struct Run {
    /// Its id.
    pub id: RunId,
    /// The location that it belongs to.
    pub location_id: LocationId,
    /// The workflow.
    pub workflow_id: WorkflowId,
    /// The version that it is pinned to.
    pub version: i64,
    /// Why it was started.
    pub origin: Origin,
    /// What it is unique by among the runs of its workflow; see [`Origin`].
    pub origin_key: String,
    /// The run that it replays or was started by.
    pub parent_id: Option<RunId>,
    /// The place in the log of the event that is its trigger.
    pub event_seq: i64,
    /// The contact that it is about.
    pub contact_id: Option<ContactId>,
    /// Runs with the same key take turns.
    pub concurrency_key: Option<String>,
    /// Where it stands.
    pub status: RunStatus,
    /// The queue that it stands in, while it is ready and not due.
    pub queue: Queue,
    /// Whether other runs queue behind it: more than zero where they may.
    pub followers: i64,
    /// When it goes on: now for a ready run, the end of its sleep for a waiting one, the end of its lease for
    /// one that calls. None for a run that queues or is over.
    pub due_at: Option<Timestamp>,
    /// The engine's checkpoint, as JSON; empty for a run that has not begun.
    pub state: String,
    /// How many rows its [`History`] has in this version's table.
    pub steps: i64,
    /// How many of its steps left something out.
    pub warnings: i64,
    /// Why it was stopped or failed, or what it waits for, in words.
    pub detail: String,
    /// When it began.
    pub created_at: Timestamp,
    /// When it last went on.
    pub updated_at: Timestamp,
}

impl Run {
    /// A run that an event starts, ready to begin. Another [`Origin`] also takes another key.
    #[must_use]
    pub fn new(tx: &Tx<'_>, event: &Event, workflow: &WorkflowId, version: i64) -> Self {
        Self {
            id: RunId::mint(tx.now(), tx.id_part()),
            location_id: event.location_id.clone(),
            workflow_id: workflow.clone(),
            version,
            origin: Origin::Event,
            origin_key: format!("event:{}", event.seq),
            parent_id: None,
            event_seq: event.seq,
            contact_id: event.contact_id.clone(),
            concurrency_key: None,
            status: RunStatus::Ready,
            queue: Queue::None,
            followers: 0,
            due_at: Some(tx.now()),
            state: String::new(),
            steps: 0,
            warnings: 0,
            detail: String::new(),
            created_at: tx.now(),
            updated_at: tx.now(),
        }
    }
}

/// Writes a new run. For use inside a procedure.
///
/// # Errors
/// What the database says.
pub async fn insert(tx: &mut Tx<'_>, run: &Run) -> Result<()> {
    tx.execute(
        insert!(Run),
        params![
            &run.location_id,
            &run.id,
            &run.workflow_id,
            run.version,
            run.origin.as_str(),
            &run.origin_key,
            run.parent_id.as_ref(),
            run.event_seq,
            run.contact_id.as_ref(),
            run.concurrency_key.as_ref(),
            run.status.as_str(),
            run.queue.as_str(),
            run.followers,
            run.due_at,
            &run.state,
            run.steps,
            run.warnings,
            &run.detail,
            run.created_at,
            run.updated_at,
        ],
    )
    .await
    .map(|_| ())
}

/// Writes a run's new state over the old, and makes the next run of its key due where this one is out of the
/// way. For use inside a procedure.
///
/// # Errors
/// What the database says.
pub async fn save(tx: &mut Tx<'_>, run: &mut Run) -> Result<()> {
    // What the row says counts, not what was read: another run of this transaction may have queued since.
    let sql = "UPDATE runs SET contact_id = ?3, status = ?4, queue = ?5, due_at = ?6, state = ?7, steps = ?8, \
         warnings = ?9, detail = ?10, updated_at = ?11 WHERE location_id = ?1 AND id = ?2 RETURNING followers";
    let params = params![
        &run.location_id,
        &run.id,
        run.contact_id.as_ref(),
        run.status.as_str(),
        run.queue.as_str(),
        run.due_at,
        &run.state,
        run.steps,
        run.warnings,
        &run.detail,
        run.updated_at,
    ];
    run.followers = tx.value(sql, "followers", params).await?.unwrap_or(0);
    let is_in_the_way = run.status == RunStatus::Ready && run.queue == Queue::None;
    let releases = run.followers > 0 && !is_in_the_way;
    if releases && let Some(key) = &run.concurrency_key {
        let had_heads = turns::release(tx, &run.location_id, key).await?;
        if !had_heads && !run.status.is_over() {
            turns::clear_followers(tx, run).await?;
        }
    }
    Ok(())
}

/// Gets a run; inside a procedure that is about to change it, too.
#[derive(Clone, Debug)]
pub struct Get {
    /// The location.
    pub location_id: LocationId,
    /// The run.
    pub id: RunId,
}

impl Procedure for Get {
    type Output = Option<Run>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Option<Run>> {
        tx.first(select!(Run, "WHERE location_id = ?1 AND id = ?2"), params![&self.location_id, &self.id])
            .await
    }
}

impl FromRow for Run {
    const TABLE: &'static str = "runs";
    const COLUMNS: &'static str = "location_id, id, workflow_id, version, origin, origin_key, parent_id, event_seq, \
        contact_id, concurrency_key, status, queue, followers, due_at, state, steps, warnings, detail, created_at, updated_at";

    fn from_row(row: &mut Row) -> Result<Self> {
        Ok(Self {
            location_id: row.get("location_id")?,
            id: row.get("id")?,
            workflow_id: row.get("workflow_id")?,
            version: row.get("version")?,
            origin: row.get("origin")?,
            origin_key: row.get("origin_key")?,
            parent_id: row.get("parent_id")?,
            event_seq: row.get("event_seq")?,
            contact_id: row.get("contact_id")?,
            concurrency_key: row.get("concurrency_key")?,
            status: row.get("status")?,
            queue: row.get("queue")?,
            followers: row.get("followers")?,
            due_at: row.get("due_at")?,
            state: row.get("state")?,
            steps: row.get("steps")?,
            warnings: row.get("warnings")?,
            detail: row.get("detail")?,
            created_at: row.get("created_at")?,
            updated_at: row.get("updated_at")?,
        })
    }
}
