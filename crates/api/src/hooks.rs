//! `POST /hooks/{connection id}`: deliveries from outside.

use crate::answer::{Answer, Object};
use crate::error::ApiError;
use crate::pipeline::read_body;
use crate::router::slashed;
use crate::trace::TraceId;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, RawQuery, Request as HttpRequest, State};
use axum::response::Response;
use axum::routing::post;
use http::StatusCode;
use tieline_model::ConnectionId;
use tieline_runtime::ingress::{Ingress, MAX_BODY, Rejected, Request, Taken};
use tieline_store::Store;

/// What a delivery is answered with.
#[derive(Clone)]
struct Desk {
    ingress: Ingress,
    store: Store,
}

/// The address that deliveries come in by. Merge it into the API's router.
pub fn router(ingress: Ingress, store: Store) -> Router {
    slashed("/hooks/{connection}", post(receive))
        .method_not_allowed_fallback(no_route)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(Desk { ingress, store })
}

/// A method that nothing is delivered by.
async fn no_route(State(desk): State<Desk>, request: HttpRequest) -> Response {
    let trace_id = TraceId::draw(desk.store.entropy().as_ref());
    ApiError::no_route(request.method(), request.uri()).into_response("no-route", &trace_id)
}

async fn receive(
    State(desk): State<Desk>,
    Path(connection): Path<String>,
    RawQuery(query): RawQuery,
    request: HttpRequest,
) -> Response {
    let trace_id = TraceId::draw(desk.store.entropy().as_ref());
    match take(&desk, connection.into(), query, request).await {
        Ok(taken) => acknowledge(&taken).into_response(&trace_id),
        Err(problem) => problem.into_response("receive-delivery", &trace_id),
    }
}

async fn take(
    desk: &Desk,
    connection: ConnectionId,
    query: Option<String>,
    request: HttpRequest,
) -> Result<Taken, ApiError> {
    let headers = request.headers().clone();
    let body = read_body(request, MAX_BODY).await?;
    let request = Request { headers: &headers, query: query.as_deref(), body: body.into() };
    desk.ingress.receive(&connection, request).await.map_err(|rejected| match rejected {
        Rejected::UnknownConnection => ApiError::rejected(StatusCode::NOT_FOUND, rejected.to_string()),
        Rejected::Unproven(reason) => ApiError::rejected(StatusCode::UNAUTHORIZED, reason),
        Rejected::Malformed(reason) => ApiError::unreadable(reason),
        Rejected::Store(error) => error.into(),
    })
}

/// The sender wants to know that it was stored; the rest helps whoever sets the connection up.
fn acknowledge(taken: &Taken) -> Answer {
    let mut body = Object::new()
        .raw("received", "true")
        .raw("duplicate", if taken.id.is_none() { "true" } else { "false" });
    if let Some(id) = &taken.id {
        body = body.raw("deliveryId", &serde_json::Value::from(id.as_str()).to_string());
    }
    let status = serde_json::Value::from(taken.status.as_str()).to_string();
    let detail = serde_json::Value::from(taken.detail.as_str()).to_string();
    Answer::with_status(StatusCode::OK, body.raw("status", &status).raw("detail", &detail))
}
