//! The ceiling of `contact-read`: HTTP alone, with an answer that is always the same.

use axum::Router;
use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;

/// Answers `GET /contacts/{id}` with one JSON text of `size` bytes.
pub(crate) fn router(size: usize) -> Router {
    let body = body(size);
    let answer = async move || ([(CONTENT_TYPE, "application/json")], body.clone());
    Router::new().route("/contacts/{id}", get(answer))
}

/// A JSON text of `size` bytes, but of two at least.
pub(super) fn body(size: usize) -> Bytes {
    Bytes::from(format!("\"{}\"", "x".repeat(size.saturating_sub(2))))
}
