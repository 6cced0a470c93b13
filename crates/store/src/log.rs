//! The event log. An event is appended in the transaction of the change that it reports; readers use cursors.
//!
//! A place in the log ([`Event::seq`]) is final when a reader sees it, and a reader that has seen one place
//! has seen all before it. SQLite ensures this because its one writer commits in order. On PostgreSQL, where a
//! transaction that began earlier may commit later, an event has no place until
//! [`Store::place_events`](crate::Store::place_events) has seen it committed.

use crate::error::Result;
use crate::param::params;
use crate::row::{FromRow, Row, select};
use crate::store::Procedure;
use crate::tx::Tx;
use serde_json::value::RawValue;
use tieline_model::{Cause, Event, EventId, LocationId, NewEvent};

/// Appends an event. Its place is given on commit.
pub(crate) async fn append(
    tx: &mut Tx<'_>,
    location: &LocationId,
    cause: &Cause,
    event: &NewEvent,
) -> Result<EventId> {
    let id = EventId::mint(tx.now(), tx.id_part());
    tx.execute(
        "INSERT INTO events (id, location_id, kind, contact_id, subject, occurred_at, recorded_at, cause, payload) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            &id,
            location,
            &event.kind,
            event.contact_id.as_ref(),
            event.subject.as_ref(),
            event.occurred_at,
            tx.now(),
            &serde_json::to_string(cause)?,
            event.payload.get(),
        ],
    )
    .await?;
    tx.appended.push((event.kind.clone(), id.clone()));
    Ok(id)
}

/// An event's payload, from any value that can be written as JSON.
pub(crate) fn payload(value: &impl serde::Serialize) -> Result<Box<RawValue>> {
    Ok(serde_json::value::to_raw_value(value)?)
}

/// Appends an event from outside, such as one read from a delivery.
#[derive(Clone, Debug)]
pub struct Append {
    /// The location that it belongs to.
    pub location_id: LocationId,
    /// Who caused it.
    pub cause: Cause,
    /// The event.
    pub event: NewEvent,
}

impl Procedure for Append {
    type Output = EventId;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<EventId> {
        append(tx, &self.location_id, &self.cause, &self.event).await
    }
}

/// Reads the events after a place, in order.
#[derive(Clone, Copy, Debug)]
pub struct Read {
    /// The place up to which the reader has seen everything.
    pub after: i64,
    /// How many at most.
    pub limit: u32,
}

impl Procedure for Read {
    type Output = Vec<Event>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<Event>> {
        tx.all(select!(Event, "WHERE seq > ?1 ORDER BY seq LIMIT ?2"), params![self.after, self.limit]).await
    }
}

/// What a reader needs to know of an event to decide whether it wants the rest.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Headline {
    /// See [`Event::seq`].
    pub seq: i64,
    /// See [`Event::location_id`].
    pub location_id: LocationId,
    /// See [`Event::kind`].
    pub kind: String,
}

/// Reads the headlines of the events after a place, in order. Most readers want few events, and a payload is
/// many times as long as a headline.
#[derive(Clone, Copy, Debug)]
pub struct Skim {
    /// The place up to which the reader has seen everything.
    pub after: i64,
    /// How many at most.
    pub limit: u32,
}

impl Procedure for Skim {
    type Output = Vec<Headline>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<Headline>> {
        let sql = select!(Headline, "WHERE seq > ?1 ORDER BY seq LIMIT ?2");
        tx.all(sql, params![self.after, self.limit]).await
    }
}

/// Reads one event by its place.
#[derive(Clone, Copy, Debug)]
pub struct At(
    /// The place.
    pub i64,
);

impl Procedure for At {
    type Output = Option<Event>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Option<Event>> {
        tx.first(select!(Event, "WHERE seq = ?1"), params![self.0]).await
    }
}

impl FromRow for Headline {
    const TABLE: &'static str = "events";
    const COLUMNS: &'static str = "seq, location_id, kind";

    fn from_row(row: &mut Row) -> Result<Self> {
        Ok(Self { seq: row.get("seq")?, location_id: row.get("location_id")?, kind: row.get("kind")? })
    }
}

impl FromRow for Event {
    const TABLE: &'static str = "events";
    const COLUMNS: &'static str =
        "seq, id, location_id, kind, contact_id, subject, occurred_at, recorded_at, cause, payload";

    fn from_row(row: &mut Row) -> Result<Self> {
        let payload = RawValue::from_string(row.get("payload")?);
        Ok(Self {
            seq: row.get("seq")?,
            id: row.get("id")?,
            location_id: row.get("location_id")?,
            kind: row.get("kind")?,
            contact_id: row.get("contact_id")?,
            subject: row.get("subject")?,
            occurred_at: row.get("occurred_at")?,
            recorded_at: row.get("recorded_at")?,
            cause: row.json("cause")?,
            payload: payload.map_err(|error| row.corrupt("payload", error.to_string()))?,
        })
    }
}

/// A reader's place in the log.
#[derive(Clone, Copy, Debug)]
pub struct Cursor(
    /// The reader's name.
    pub &'static str,
);

impl Procedure for Cursor {
    type Output = i64;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<i64> {
        let sql = "SELECT position FROM cursors WHERE name = ?1";
        Ok(tx.value(sql, "position", params![self.0]).await?.unwrap_or(0))
    }
}

impl Cursor {
    /// Moves the reader forward, in the transaction that handles the events. Returns whether it was at `from`:
    /// if not, another node has handled them already and the caller must roll this transaction back.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn advance(self, tx: &mut Tx<'_>, from: i64, to: i64) -> Result<bool> {
        let moved = tx
            .execute(
                "UPDATE cursors SET position = ?3 WHERE name = ?1 AND position = ?2",
                params![self.0, from, to],
            )
            .await?;
        Ok(moved == 1)
    }
}
