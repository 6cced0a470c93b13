//! Which events runs wait for.
//!
//! A run subscribes to every kind of event that a wait of its program may ask for, from its first pause to its end.
//! So an event that comes before the run is at the wait is not missed. What comes is kept until a wait uses it up.

use super::Run;
use crate::error::Result;
use crate::param::params;
use crate::row::select;
use crate::tx::Tx;
use tieline_model::cause::Actor;
use tieline_model::{Event, RunId, Timestamp};

/// Subscribes a run to events of this kind about this contact or subject. For use inside a procedure.
///
/// # Errors
/// What the database reports.
pub async fn subscribe(tx: &mut Tx<'_>, run: &Run, kind: &str, about: &str) -> Result<()> {
    tx.execute(
        "INSERT INTO run_subscriptions (location_id, kind, about, run_id) VALUES (?1, ?2, ?3, ?4) \
         ON CONFLICT DO NOTHING",
        params![&run.location_id, kind, about, &run.id],
    )
    .await
    .map(|_| ())
}

/// Says which of the kinds that a run is subscribed to wake it, and about whom; none where it does not sleep in a
/// wait. For use inside a procedure.
///
/// # Errors
/// What the database reports.
pub async fn wake_on(tx: &mut Tx<'_>, run: &RunId, kinds: &[String], about: &[String]) -> Result<()> {
    tx.execute("UPDATE run_subscriptions SET wakes = 0 WHERE run_id = ?1", params![run]).await?;
    for kind in kinds {
        for about in about {
            let sql = "UPDATE run_subscriptions SET wakes = 1 WHERE run_id = ?1 AND kind = ?2 AND about = ?3";
            tx.execute(sql, params![run, kind, about]).await?;
        }
    }
    Ok(())
}

/// Ends a run's subscriptions and drops the events that came for it. For use inside a procedure.
///
/// # Errors
/// What the database reports.
pub async fn unsubscribe(tx: &mut Tx<'_>, run: &RunId) -> Result<()> {
    tx.execute("DELETE FROM run_subscriptions WHERE run_id = ?1", params![run]).await?;
    tx.execute("DELETE FROM run_events WHERE run_id = ?1", params![run]).await.map(|_| ())
}

/// Keeps an event for the runs that are subscribed to it and makes those due that it wakes. A run's own changes
/// are not for itself. Gives whether a run was woken. For use inside a procedure.
///
/// # Errors
/// What the database reports.
pub async fn notify(tx: &mut Tx<'_>, event: &Event, about: &str) -> Result<bool> {
    let own = match &event.cause.by {
        Actor::Run { id } => id.as_str(),
        Actor::Key { .. } | Actor::Connection { .. } | Actor::Operator => "",
    };
    let rows = tx
        .query(
            "UPDATE run_subscriptions SET noticed = noticed + 1 \
             WHERE location_id = ?1 AND kind = ?2 AND about = ?3 AND run_id <> ?4 RETURNING run_id, wakes",
            params![&event.location_id, &event.kind, about, own],
        )
        .await?;
    let mut woken = false;
    for mut row in rows {
        let (run, wakes): (RunId, bool) = (row.get("run_id")?, row.get("wakes")?);
        let sql = "INSERT INTO run_events (run_id, event_seq) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
        tx.execute(sql, params![&run, event.seq]).await?;
        if wakes {
            woken |= wake(tx, event, &run).await?;
        }
    }
    Ok(woken)
}

async fn wake(tx: &mut Tx<'_>, event: &Event, run: &RunId) -> Result<bool> {
    let sql = "UPDATE runs SET due_at = ?3, updated_at = ?3 \
        WHERE location_id = ?1 AND id = ?2 AND status = 'waiting' AND due_at > ?3";
    Ok(tx.execute(sql, params![&event.location_id, run, tx.now()]).await? > 0)
}

/// The events that came for a run and were neither used up nor passed by the wait with this number, in their order.
/// For use inside a procedure.
///
/// # Errors
/// What the database reports.
pub async fn noticed(tx: &mut Tx<'_>, run: &RunId, wait: i64) -> Result<Vec<Event>> {
    let sql = select!(
        Event,
        "WHERE seq IN (SELECT event_seq FROM run_events WHERE run_id = ?1 AND passed_by <> ?2) ORDER BY seq"
    );
    tx.all(sql, params![run, wait]).await
}

/// Remembers that none of a run's events up to this place is for the wait with this number, so that each is offered to
/// it once. A later wait may be for them. For use inside a procedure.
///
/// # Errors
/// What the database reports.
pub async fn pass_by(tx: &mut Tx<'_>, run: &RunId, wait: i64, up_to: i64) -> Result<()> {
    let sql =
        "UPDATE run_events SET passed_by = ?2 WHERE run_id = ?1 AND passed_by <> ?2 AND event_seq <= ?3";
    tx.execute(sql, params![run, wait, up_to]).await.map(|_| ())
}

/// Whether the log holds an event of this kind about this contact or subject, recorded up to a time, that the reader
/// behind `cursor` has not reached. For use inside a procedure.
///
/// # Errors
/// What the database reports.
pub async fn is_unread(
    tx: &mut Tx<'_>,
    run: &Run,
    kind: &str,
    about: &str,
    until: Timestamp,
    cursor: i64,
) -> Result<bool> {
    tx.exists(
        "SELECT 1 AS found FROM events WHERE (seq > ?1 OR seq IS NULL) AND location_id = ?2 AND kind = ?3 \
         AND recorded_at <= ?4 AND (subject = ?5 OR 'contact:' || contact_id = ?5) LIMIT 1",
        params![cursor, &run.location_id, kind, until, about],
    )
    .await
}

/// Takes an event away from the later waits of a run. For use inside a procedure.
///
/// # Errors
/// What the database reports.
pub async fn use_up(tx: &mut Tx<'_>, run: &RunId, event_seq: i64) -> Result<()> {
    let sql = "DELETE FROM run_events WHERE run_id = ?1 AND event_seq = ?2";
    tx.execute(sql, params![run, event_seq]).await.map(|_| ())
}
