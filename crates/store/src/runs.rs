//! Runs: executions of workflows, their checkpoints and their history.

use crate::error::Result;
use crate::param::params;
use crate::row::{Cell, FromCell, FromRow, Row, insert, select};
use crate::store::Procedure;
use crate::tx::Tx;
use tieline_model::{ContactId, LocationId, RunId, Timestamp, WorkflowId};

/// Where a run stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RunStatus {
    /// It can go on now.
    Ready,
    /// A request of its is under way; it is leased to the node that sends it.
    Calling,
    /// It sleeps, until a time or an event.
    Waiting,
    /// It came to its end.
    Completed,
    /// It was stopped by a step or an event.
    Stopped,
    /// A step failed for good. It can be replayed.
    Failed,
}

impl RunStatus {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Ready, Self::Calling, Self::Waiting, Self::Completed, Self::Stopped, Self::Failed];

    /// The status as it is stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Calling => "calling",
            Self::Waiting => "waiting",
            Self::Completed => "completed",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
        }
    }
}

impl std::str::FromStr for RunStatus {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|status| status.as_str() == text);
        known.ok_or_else(|| {
            let names: Vec<_> = Self::ALL.iter().map(|status| status.as_str()).collect();
            format!("`{text}` is not a status of a run; they are {}", names.join(", "))
        })
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
    /// The place in the log of the event that started it.
    pub event_seq: i64,
    /// The contact that it is about, once that is known.
    pub contact_id: Option<ContactId>,
    /// Runs with the same key are executed one after the other, in the order of their events.
    pub concurrency_key: Option<String>,
    /// Where it stands.
    pub status: RunStatus,
    /// When it wants to be looked at next; none when it is over.
    pub due_at: Option<Timestamp>,
    /// The engine's checkpoint, as JSON.
    pub state: String,
    /// Why it was stopped or failed, or what it waits for, in words.
    pub detail: String,
    /// When it began.
    pub created_at: Timestamp,
    /// When it last went on.
    pub updated_at: Timestamp,
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
            run.event_seq,
            run.contact_id.as_ref(),
            run.concurrency_key.as_ref(),
            run.status.as_str(),
            run.due_at,
            &run.state,
            &run.detail,
            run.created_at,
            run.updated_at,
        ],
    )
    .await
    .map(|_| ())
}

/// Writes a run's new state over the old. For use inside a procedure.
///
/// # Errors
/// What the database says.
pub async fn save(tx: &mut Tx<'_>, run: &Run) -> Result<()> {
    tx.execute(
        "UPDATE runs SET contact_id = ?3, status = ?4, due_at = ?5, state = ?6, detail = ?7, updated_at = ?8 \
         WHERE location_id = ?1 AND id = ?2",
        params![
            &run.location_id,
            &run.id,
            run.contact_id.as_ref(),
            run.status.as_str(),
            run.due_at,
            &run.state,
            &run.detail,
            run.updated_at,
        ],
    )
    .await
    .map(|_| ())
}

/// Appends to a run's history the steps of one checkpoint, as JSON. For use inside a procedure.
///
/// # Errors
/// What the database says.
pub async fn record(tx: &mut Tx<'_>, run: &RunId, steps: &str, is_first: bool) -> Result<()> {
    let sql = match is_first {
        true => "INSERT INTO run_history (run_id, n, steps) VALUES (?1, 1, ?2)",
        false => {
            "INSERT INTO run_history (run_id, n, steps) \
             SELECT ?1, COALESCE(MAX(n), 0) + 1, ?2 FROM run_history WHERE run_id = ?1"
        }
    };
    tx.execute(sql, params![run, steps]).await.map(|_| ())
}

/// Whether a run with this key, started by an earlier event than `before`, has yet to go on. For use inside
/// a procedure.
///
/// # Errors
/// What the database says.
pub async fn is_busy(tx: &mut Tx<'_>, location: &LocationId, key: &str, before: i64) -> Result<bool> {
    let row = tx
        .query_first(
            "SELECT 1 FROM runs WHERE location_id = ?1 AND concurrency_key = ?2 AND event_seq < ?3 \
             AND status IN ('ready', 'calling') LIMIT 1",
            params![location, key, before],
        )
        .await?;
    Ok(row.is_some())
}

/// Whether a run with this key has a request under way. For use inside a procedure.
///
/// # Errors
/// What the database says.
pub async fn is_called(tx: &mut Tx<'_>, location: &LocationId, key: &str) -> Result<bool> {
    let row = tx
        .query_first(
            "SELECT 1 FROM runs WHERE location_id = ?1 AND concurrency_key = ?2 AND status = 'calling' LIMIT 1",
            params![location, key],
        )
        .await?;
    Ok(row.is_some())
}

const CLAIM: &str = select!(
    Run,
    "r WHERE due_at <= ?1 AND (status = 'calling' OR \
     concurrency_key IS NULL OR NOT EXISTS (SELECT 1 FROM runs o WHERE o.location_id = r.location_id \
     AND o.concurrency_key = r.concurrency_key AND o.status IN ('ready', 'calling') \
     AND (o.status = 'calling' OR (r.status = 'ready' AND o.event_seq < r.event_seq)))) \
     ORDER BY due_at, event_seq LIMIT ?2"
);

const CLAIM_AND_LOCK: &str = constcat::concat!(CLAIM, " FOR UPDATE SKIP LOCKED");

/// Claims runs that are due for the length of the transaction, oldest first. A run is left while another one of
/// its key has a request under way, and one that has yet to begin also while an earlier one of its key is ready.
/// Two that slept may be claimed together; ask [`is_called`] before each. For use inside a procedure.
///
/// # Errors
/// What the database says.
pub async fn claim(tx: &mut Tx<'_>, limit: u32) -> Result<Vec<Run>> {
    let sql = if tx.writes_in_parallel() { CLAIM_AND_LOCK } else { CLAIM };
    tx.all(sql, params![tx.now(), limit]).await
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
        let sql = select!(Run, "WHERE location_id = ?1 AND id = ?2");
        tx.first(sql, params![&self.location_id, &self.id]).await
    }
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

/// Lists a location's runs, newest first.
#[derive(Clone, Debug)]
pub struct List {
    /// The location.
    pub location_id: LocationId,
    /// Only those with this status.
    pub status: Option<RunStatus>,
    /// Only those before this one, for the next page.
    pub before: Option<RunId>,
    /// How many at most.
    pub limit: u32,
}

impl Procedure for List {
    type Output = Vec<Run>;
    const SCANS: bool = true;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<Run>> {
        let sql = select!(
            Run,
            "WHERE location_id = ?1 AND id < ?2 AND (?3 = '' OR status = ?3) ORDER BY id DESC LIMIT ?4"
        );
        let before = self.before.as_ref().map_or("~", RunId::as_str);
        let status = self.status.map_or("", RunStatus::as_str);
        tx.all(sql, params![&self.location_id, before, status, self.limit]).await
    }
}

/// How many runs a location has with each status.
#[derive(Clone, Debug)]
pub struct Count(
    /// The location.
    pub LocationId,
);

impl Procedure for Count {
    type Output = Vec<(RunStatus, i64)>;
    const SCANS: bool = true;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Self::Output> {
        let rows = tx
            .query(
                "SELECT status, COUNT(*) AS total FROM runs WHERE location_id = ?1 GROUP BY status",
                params![&self.0],
            )
            .await?;
        rows.into_iter().map(|mut row| Ok((row.get("status")?, row.get("total")?))).collect()
    }
}

/// A run's history: the steps of each checkpoint, as JSON, in their order.
#[derive(Clone, Debug)]
pub struct History(
    /// The run.
    pub RunId,
);

impl Procedure for History {
    type Output = Vec<String>;
    const SCANS: bool = true;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<String>> {
        let rows =
            tx.query("SELECT steps FROM run_history WHERE run_id = ?1 ORDER BY n", params![&self.0]).await?;
        rows.into_iter().map(|mut row| row.get("steps")).collect()
    }
}

// Who hears of what is in `run_waits`, where `woken_by` tells how it stands: null while the run sleeps and
// nothing came, the place of the event once that woke it; for a run that listens ahead 0 while nothing came,
// then the event's place with a minus.

/// Makes a sleeping run hear of an event: one of this kind about this contact or subject. For use inside an
/// procedure.
///
/// # Errors
/// What the database says.
pub async fn listen(tx: &mut Tx<'_>, run: &Run, kind: &str, about: &str) -> Result<()> {
    tx.execute(
        "INSERT INTO run_waits (location_id, kind, about, run_id) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
        params![&run.location_id, kind, about, &run.id],
    )
    .await
    .map(|_| ())
}

/// Makes a run that is not asleep hear of an event that a later wait of it may be for, so that one which comes
/// before the run is there is not missed; [`heard`] gives it. For use inside a procedure.
///
/// # Errors
/// What the database says.
pub async fn listen_ahead(tx: &mut Tx<'_>, run: &Run, kind: &str, about: &str) -> Result<()> {
    tx.execute(
        "INSERT INTO run_waits (location_id, kind, about, run_id, woken_by) VALUES (?1, ?2, ?3, ?4, 0) \
         ON CONFLICT DO NOTHING",
        params![&run.location_id, kind, about, &run.id],
    )
    .await
    .map(|_| ())
}

/// The kinds of events that a run has heard of ahead, each with its place in the log, the earliest first. For
/// use inside a procedure.
///
/// # Errors
/// What the database says.
pub async fn heard(tx: &mut Tx<'_>, run: &RunId) -> Result<Vec<(String, i64)>> {
    let rows = tx
        .query(
            "SELECT kind, woken_by FROM run_waits WHERE run_id = ?1 AND woken_by < 0 ORDER BY woken_by DESC",
            params![run],
        )
        .await?;
    rows.into_iter().map(|mut row| Ok((row.get("kind")?, -row.get::<i64>("woken_by")?))).collect()
}

/// Makes a run hear of no more events; what it has heard ahead is kept. For use inside a procedure.
///
/// # Errors
/// What the database says.
pub async fn listen_no_more(tx: &mut Tx<'_>, run: &RunId) -> Result<()> {
    let sql = "DELETE FROM run_waits WHERE run_id = ?1 AND (woken_by IS NULL OR woken_by >= 0)";
    tx.execute(sql, params![run]).await.map(|_| ())
}

/// Forgets what a run has heard of one kind of event. For use inside a procedure.
///
/// # Errors
/// What the database says.
pub async fn forget(tx: &mut Tx<'_>, run: &RunId, kind: &str) -> Result<()> {
    let sql = "DELETE FROM run_waits WHERE run_id = ?1 AND kind = ?2";
    tx.execute(sql, params![run, kind]).await.map(|_| ())
}

/// Makes a run hear of no more events, neither now nor ahead. For use inside a procedure.
///
/// # Errors
/// What the database says.
pub async fn stop_listening(tx: &mut Tx<'_>, run: &RunId) -> Result<()> {
    tx.execute("DELETE FROM run_waits WHERE run_id = ?1", params![run]).await.map(|_| ())
}

/// Ends the listening of a run that slept. What it heard ahead is kept: it may have slept before a retry. For
/// use inside a procedure.
///
/// # Errors
/// What the database says.
pub async fn wake_up(tx: &mut Tx<'_>, run: &RunId) -> Result<()> {
    let sql = "DELETE FROM run_waits WHERE run_id = ?1 AND (woken_by IS NULL OR woken_by > 0)";
    tx.execute(sql, params![run]).await.map(|_| ())
}

/// Tells the runs that want to hear of an event: one of this kind about this contact or subject, at this place
/// in the log. Gives those that sleep; the others have heard it ahead. For use inside a procedure.
///
/// # Errors
/// What the database says.
pub async fn listeners(
    tx: &mut Tx<'_>,
    location: &LocationId,
    kind: &str,
    about: &str,
    event_seq: i64,
) -> Result<Vec<RunId>> {
    let rows = tx
        .query(
            "SELECT run_id, woken_by FROM run_waits WHERE location_id = ?1 AND kind = ?2 AND about = ?3 \
             ORDER BY run_id",
            params![location, kind, about],
        )
        .await?;
    let (mut asleep, mut ahead) = (Vec::new(), false);
    for mut row in rows {
        match row.get::<Option<i64>>("woken_by")? {
            Some(0) => ahead = true,
            Some(..0) => {}
            Some(_) | None => asleep.push(row.get("run_id")?),
        }
    }
    if ahead {
        // The first one counts, and the sign tells it from one that woke a run.
        tx.execute(
            "UPDATE run_waits SET woken_by = ?4 WHERE location_id = ?1 AND kind = ?2 AND about = ?3 \
             AND woken_by = 0",
            params![location, kind, about, -event_seq],
        )
        .await?;
    }
    Ok(asleep)
}

/// Makes a sleeping run due, because of the event at this place. For use inside a procedure.
///
/// # Errors
/// What the database says.
pub async fn wake(tx: &mut Tx<'_>, location: &LocationId, run: &RunId, event_seq: i64) -> Result<()> {
    let woken = tx
        .execute(
            "UPDATE runs SET due_at = ?3, updated_at = ?3 WHERE location_id = ?1 AND id = ?2 AND status = 'waiting'",
            params![location, run, tx.now()],
        )
        .await?;
    if woken == 1 {
        mark_woken(tx, run, event_seq).await?;
    }
    Ok(())
}

/// Puts down which event a run was woken by; the first one that it waited for counts. For use inside an
/// procedure.
///
/// # Errors
/// What the database says.
pub async fn mark_woken(tx: &mut Tx<'_>, run: &RunId, event_seq: i64) -> Result<()> {
    tx.execute(
        "UPDATE run_waits SET woken_by = ?2 WHERE run_id = ?1 AND woken_by IS NULL",
        params![run, event_seq],
    )
    .await
    .map(|_| ())
}

/// The place of the event that woke a sleeping run, if one did. For use inside a procedure.
///
/// # Errors
/// What the database says.
pub async fn woken_by(tx: &mut Tx<'_>, run: &RunId) -> Result<Option<i64>> {
    let sql = "SELECT woken_by FROM run_waits WHERE run_id = ?1 AND woken_by > 0 ORDER BY woken_by LIMIT 1";
    tx.value(sql, "woken_by", params![run]).await
}

impl FromCell for RunStatus {
    const EXPECTED: &'static str = "a status";

    /// A status that this version does not know is shown as failed, so that somebody takes a look.
    fn from_cell(cell: Cell) -> Option<Self> {
        String::from_cell(cell).map(|text| text.parse().unwrap_or(Self::Failed))
    }
}

impl FromRow for Run {
    const TABLE: &'static str = "runs";
    const COLUMNS: &'static str = "location_id, id, workflow_id, version, event_seq, contact_id, concurrency_key, \
        status, due_at, state, detail, created_at, updated_at";

    fn from_row(row: &mut Row) -> Result<Self> {
        Ok(Self {
            location_id: row.get("location_id")?,
            id: row.get("id")?,
            workflow_id: row.get("workflow_id")?,
            version: row.get("version")?,
            event_seq: row.get("event_seq")?,
            contact_id: row.get("contact_id")?,
            concurrency_key: row.get("concurrency_key")?,
            status: row.get("status")?,
            due_at: row.get("due_at")?,
            state: row.get("state")?,
            detail: row.get("detail")?,
            created_at: row.get("created_at")?,
            updated_at: row.get("updated_at")?,
        })
    }
}
