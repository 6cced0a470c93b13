//! The ceiling of `contact-create`: a durable insert of a row and of its outbox row, in group commits.

use super::writer::Writer;
use super::{Failed, failed, id, open, read};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::post;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const SCHEMA: &str = "
    CREATE TABLE contacts (id TEXT PRIMARY KEY, document BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE outbox (seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, contact TEXT NOT NULL);
";

struct Ceiling {
    writer: Writer,
    next: AtomicU64,
    document: Bytes,
}

/// Answers `POST /contacts/` with `size` bytes after it has stored as many.
///
/// It reads the body and does nothing with it: what it stores has the size of what the product stores.
pub(crate) fn router(data: &Path, size: usize) -> Result<Router, String> {
    let writer = Writer::start(open(data, SCHEMA)?)?;
    let ceiling = Ceiling { writer, next: AtomicU64::new(0), document: read::body(size) };
    Ok(Router::new().route("/contacts/", post(create)).with_state(Arc::new(ceiling)))
}

async fn create(State(ceiling): State<Arc<Ceiling>>, _body: Bytes) -> Result<impl IntoResponse, Failed> {
    let id = id(ceiling.next.fetch_add(1, Ordering::Relaxed));
    let document = ceiling.document.clone();
    let stored = ceiling.writer.commit(move |database| {
        database
            .prepare_cached("INSERT INTO contacts (id, document) VALUES (?1, ?2)")?
            .execute((&id, &document[..]))?;
        database
            .prepare_cached("INSERT INTO outbox (kind, contact) VALUES ('contact.created', ?1)")?
            .execute([&id])
    });
    stored.await.map_err(failed)?;
    Ok((StatusCode::CREATED, [(CONTENT_TYPE, "application/json")], ceiling.document.clone()))
}
