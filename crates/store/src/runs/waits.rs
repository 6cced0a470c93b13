//! Which events runs wait for.

use super::Run;
use crate::error::Result;
use crate::param::params;
use crate::tx::Tx;
use tieline_model::{LocationId, RunId};

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
