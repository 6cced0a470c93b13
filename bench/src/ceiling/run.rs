//! The ceiling of `event-run`: a signed event stored durably, then the rows of three steps, each in a
//! transaction of its own.

use super::writer::Writer;
use super::{Failed, failed, id, open};
use crate::complain;
use crate::load::stripe_event::{self, SECRET};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use rusqlite::Connection;
use serde::Deserialize;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const SCHEMA: &str = "
    CREATE TABLE events (seq INTEGER PRIMARY KEY, external TEXT, kind TEXT NOT NULL, contact TEXT,
        payload BLOB NOT NULL);
    CREATE UNIQUE INDEX events_external ON events (external) WHERE external IS NOT NULL;
    CREATE TABLE contacts (id TEXT PRIMARY KEY, email TEXT NOT NULL UNIQUE, document TEXT NOT NULL)
        WITHOUT ROWID;
    CREATE TABLE tags (contact TEXT, tag TEXT, PRIMARY KEY (contact, tag)) WITHOUT ROWID;
    CREATE TABLE notes (id TEXT PRIMARY KEY, contact TEXT NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE checkpoints (run TEXT, step INTEGER, contact TEXT NOT NULL, PRIMARY KEY (run, step))
        WITHOUT ROWID;
";

struct Ceiling {
    writer: Writer,
    next: AtomicU64,
    finished: AtomicU64,
}

/// What is read of the event.
#[derive(Deserialize)]
struct Event {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    object: Invoice,
}

#[derive(Deserialize)]
struct Invoice {
    customer_email: String,
    customer_name: String,
    amount_due: i64,
    currency: String,
}

/// Takes events at `POST /hooks/bench`; `GET /finished` answers how many runs have all three steps on the
/// disk.
pub(crate) fn router(data: &Path) -> Result<Router, String> {
    let writer = Writer::start(open(data, SCHEMA)?)?;
    let ceiling = Ceiling { writer, next: AtomicU64::new(0), finished: AtomicU64::new(0) };
    Ok(Router::new()
        .route("/hooks/bench", post(receive))
        .route("/finished", get(finished))
        .with_state(Arc::new(ceiling)))
}

async fn finished(State(ceiling): State<Arc<Ceiling>>) -> String {
    ceiling.finished.load(Ordering::Relaxed).to_string()
}

async fn receive(State(ceiling): State<Arc<Ceiling>>, headers: HeaderMap, body: Bytes) -> Result<(), Failed> {
    let refused = |message: String| (StatusCode::BAD_REQUEST, message);
    let signature = headers.get("stripe-signature").and_then(|header| header.to_str().ok());
    stripe_event::verify(signature.unwrap_or_default(), &body, SECRET, stripe_event::now())
        .map_err(refused)?;
    let event: Event = serde_json::from_slice(&body).map_err(|error| refused(error.to_string()))?;
    let (external, kind) = (event.id.clone(), event.kind.clone());
    let stored = ceiling.writer.commit(move |database| {
        let mut insert = database.prepare_cached(
            "INSERT INTO events (external, kind, payload) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
        )?;
        insert.execute((external, kind, &body[..]))
    });
    if stored.await.map_err(failed)? > 0 {
        tokio::spawn(run(ceiling, event));
    }
    Ok(())
}

/// Does the three steps. A run that fails is not counted, and the load waits for it in vain.
async fn run(ceiling: Arc<Ceiling>, event: Event) {
    let run = id(ceiling.next.fetch_add(1, Ordering::Relaxed));
    match steps(&ceiling.writer, run, event).await {
        Ok(()) => drop(ceiling.finished.fetch_add(1, Ordering::Relaxed)),
        Err(message) => complain(&format!("a run failed: {message}")),
    }
}

async fn steps(writer: &Writer, run: String, Event { id, data, .. }: Event) -> Result<(), String> {
    let invoice = data.object;
    let note = format!("Payment of {} {} failed ({id})", invoice.amount_due, invoice.currency);
    let (run, contact) =
        writer.commit(move |database| upsert(database, &run, &invoice).map(|contact| (run, contact))).await?;
    let (run, contact) =
        writer.commit(move |database| add_tag(database, &run, &contact).map(|()| (run, contact))).await?;
    writer.commit(move |database| create_note(database, &run, &contact, &note)).await
}

fn upsert(database: &Connection, run: &str, invoice: &Invoice) -> rusqlite::Result<String> {
    let document = serde_json::json!({
        "id": run, "name": invoice.customer_name, "email": invoice.customer_email, "type": "lead",
        "tags": [], "customFields": [], "dnd": false,
    });
    let document = document.to_string();
    let contact: String = database
        .prepare_cached(
            "INSERT INTO contacts (id, email, document) VALUES (?1, ?2, ?3)
             ON CONFLICT (email) DO UPDATE SET document = excluded.document RETURNING id",
        )?
        .query_row((run, &invoice.customer_email, &document), |row| row.get(0))?;
    checkpoint(database, run, 1, &contact, "contact.created", &document)?;
    Ok(contact)
}

fn add_tag(database: &Connection, run: &str, contact: &str) -> rusqlite::Result<()> {
    database
        .prepare_cached("INSERT INTO tags (contact, tag) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
        .execute((contact, "payment-failed"))?;
    checkpoint(database, run, 2, contact, "contact.tags_changed", "payment-failed")
}

fn create_note(database: &Connection, run: &str, contact: &str, body: &str) -> rusqlite::Result<()> {
    database
        .prepare_cached("INSERT INTO notes (id, contact, body) VALUES (?1, ?2, ?3)")?
        .execute((run, contact, body))?;
    checkpoint(database, run, 3, contact, "note.created", body)
}

/// The rows that every step writes beside its own: that it is done, and the event that tells it.
fn checkpoint(
    database: &Connection,
    run: &str,
    step: i64,
    contact: &str,
    kind: &str,
    payload: &str,
) -> rusqlite::Result<()> {
    database
        .prepare_cached("INSERT INTO checkpoints (run, step, contact) VALUES (?1, ?2, ?3)")?
        .execute((run, step, contact))?;
    database
        .prepare_cached("INSERT INTO events (kind, contact, payload) VALUES (?1, ?2, ?3)")?
        .execute((kind, contact, payload))?;
    Ok(())
}
