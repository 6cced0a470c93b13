//! `/api/clock`: the clock of a server under test, which moves only on request.

use crate::answer::{Answer, Object};
use crate::error::ApiError;
use crate::router::slashed;
use crate::trace::TraceId;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::post;
use http::StatusCode;
use std::sync::Arc;
use tieline_model::time::parse_duration;
use tieline_store::Store;
use tieline_store::clock::{Clock, ManualClock};

#[derive(Clone)]
struct Moved {
    clock: Arc<ManualClock>,
    store: Store,
}

/// `POST /api/clock` with a duration (`3d`) as its body advances a manual clock; `GET` answers the time. Merge it into
/// the API's router.
pub fn router(clock: Arc<ManualClock>, store: Store) -> Router {
    slashed("/api/clock", post(advance).get(now))
        .method_not_allowed_fallback(no_route)
        .with_state(Moved { clock, store })
}

impl Moved {
    fn answer(&self, answer: Result<Object, ApiError>) -> Response {
        let trace_id = TraceId::draw(self.store.entropy().as_ref());
        match answer {
            Ok(object) => Answer::with_status(StatusCode::OK, object).into_response(&trace_id),
            Err(error) => error.into_response("move-clock", &trace_id),
        }
    }

    fn time(&self) -> Result<Object, ApiError> {
        Object::new().field("now", &self.clock.now())
    }
}

async fn now(State(moved): State<Moved>) -> Response {
    moved.answer(moved.time())
}

async fn advance(State(moved): State<Moved>, body: Bytes) -> Response {
    let by = parse_duration(&String::from_utf8_lossy(&body));
    let time = by.map_err(ApiError::refused).and_then(|by| {
        moved.clock.advance(by);
        moved.time()
    });
    moved.answer(time)
}

async fn no_route(State(moved): State<Moved>, request: Request) -> Response {
    moved.answer(Err(ApiError::no_route(request.method(), request.uri())))
}
