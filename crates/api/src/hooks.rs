//! `/hooks/{connection id}`: deliveries from outside come in by `POST`; `GET` and `HEAD` answer senders that
//! check an address before they use it.

use crate::answer::{Answer, Object};
use crate::error::ApiError;
use crate::pipeline::read_body;
use crate::router::slashed;
use crate::trace::{TraceId, traced};
use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{DefaultBodyLimit, Path, RawQuery, Request as HttpRequest, State};
use axum::response::Response;
use axum::routing::post;
use http::{HeaderMap, Method, StatusCode, Uri};
use tieline_model::ConnectionId;
use tieline_runtime::ingress::{Ingress, MAX_BODY, Malformed, Rejected, Request, Taken};
use tieline_store::Store;
use tieline_store::deliveries::DeliveryStatus;

/// The name of this operation in the log.
const OPERATION: &str = "receive-delivery";

/// What receiving a delivery needs.
#[derive(Clone)]
struct Hooks {
    ingress: Ingress,
    store: Store,
}

/// The address for deliveries. Merge it into the API's router.
pub fn router(ingress: Ingress, store: Store) -> Router {
    slashed("/hooks/{connection}", post(receive).get(probe))
        .method_not_allowed_fallback(no_route)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(Hooks { ingress, store })
}

/// A method that this address does not have.
async fn no_route(State(hooks): State<Hooks>, request: HttpRequest) -> Response {
    let trace_id = TraceId::draw(hooks.store.entropy().as_ref());
    ApiError::no_route(request.method(), request.uri()).into_response("no-route", &trace_id)
}

/// Confirms to a sender that proves itself that the address works. All others get the answer of an unknown
/// address, so that guessing addresses reveals nothing.
async fn probe(
    State(hooks): State<Hooks>,
    connection: Result<Path<String>, PathRejection>,
    RawQuery(query): RawQuery,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let trace_id = TraceId::draw(hooks.store.entropy().as_ref());
    let request = Request { headers: &headers, query: query.as_deref(), body: Vec::new() };
    let verified = match &connection {
        Ok(Path(id)) => hooks.ingress.verify(&id.as_str().into(), &request).await,
        Err(_) => Err(Rejected::UnknownConnection),
    };
    match verified {
        Ok(()) => Answer::with_status(StatusCode::OK, Object::new().raw("received", "false"))
            .into_response(&trace_id),
        Err(Rejected::Store(error)) => ApiError::from(error).into_response("probe-hook", &trace_id),
        Err(_) => ApiError::no_route(&method, &uri).into_response("no-route", &trace_id),
    }
}

async fn receive(
    State(hooks): State<Hooks>,
    connection: Result<Path<String>, PathRejection>,
    RawQuery(query): RawQuery,
    request: HttpRequest,
) -> Response {
    let trace_id = TraceId::draw(hooks.store.entropy().as_ref());
    let answer = answer(&hooks, connection, query, request, &trace_id);
    traced(OPERATION, &trace_id, answer).await
}

async fn answer(
    hooks: &Hooks,
    connection: Result<Path<String>, PathRejection>,
    query: Option<String>,
    request: HttpRequest,
    trace_id: &TraceId,
) -> Response {
    let Ok(Path(connection)) = connection else {
        // An id is valid UTF-8.
        return refused(&Rejected::UnknownConnection).into_response(OPERATION, trace_id);
    };
    let connection = ConnectionId::from(connection);
    match take(hooks, &connection, query, request).await {
        Ok(taken) => {
            log_failed(&connection, &taken);
            acknowledge(&taken).into_response(trace_id)
        }
        Err(Failure::Rejected(Rejected::Store(error))) => {
            ApiError::from(error).into_response(OPERATION, trace_id)
        }
        Err(Failure::Rejected(rejected)) => {
            log_refused(&connection, &rejected);
            refused(&rejected).into_response(OPERATION, trace_id)
        }
        Err(Failure::Body(error)) => error.into_response(OPERATION, trace_id),
    }
}

/// Why a delivery was not received.
enum Failure {
    /// Its body did not arrive, or is too large.
    Body(ApiError),
    Rejected(Rejected),
}

impl From<Rejected> for Failure {
    fn from(rejected: Rejected) -> Self {
        Self::Rejected(rejected)
    }
}

async fn take(
    hooks: &Hooks,
    connection: &ConnectionId,
    query: Option<String>,
    request: HttpRequest,
) -> Result<Taken, Failure> {
    hooks.ingress.exists(connection).await?;
    let headers = request.headers().clone();
    let body = read_body(request, MAX_BODY).await.map_err(Failure::Body)?;
    let request = Request { headers: &headers, query: query.as_deref(), body: body.into() };
    Ok(hooks.ingress.receive(connection, request).await?)
}

fn refused(rejected: &Rejected) -> ApiError {
    let reason = rejected.to_string();
    match rejected {
        Rejected::UnknownConnection => ApiError::rejected(StatusCode::NOT_FOUND, reason),
        Rejected::Unproven(_) => ApiError::rejected(StatusCode::UNAUTHORIZED, reason),
        Rejected::Malformed(Malformed::TooLarge(_)) => {
            ApiError::rejected(StatusCode::PAYLOAD_TOO_LARGE, reason)
        }
        Rejected::Malformed(Malformed::Encoding(_)) => {
            ApiError::rejected(StatusCode::UNSUPPORTED_MEDIA_TYPE, reason)
        }
        Rejected::Malformed(Malformed::Unreadable(_)) | Rejected::Store(_) => ApiError::unreadable(reason),
    }
}

/// Logs that a delivery was refused, for someone who searches for a missing payment. Requests to unknown
/// addresses are not logged.
fn log_refused(connection: &ConnectionId, rejected: &Rejected) {
    match rejected {
        Rejected::UnknownConnection | Rejected::Store(_) => {}
        Rejected::Unproven(_) | Rejected::Malformed(_) => {
            tracing::warn!(%connection, reason = %rejected, "refused a delivery");
        }
    }
}

/// The reason of a failure may quote the delivery, so the log names only where to read it.
fn log_failed(connection: &ConnectionId, taken: &Taken) {
    if let (DeliveryStatus::Failed, Some(delivery)) = (taken.status, &taken.id) {
        tracing::warn!(%connection, %delivery, "a delivery failed; `tieline deliveries show` has the reason");
    }
}

/// Acknowledges that a delivery was stored. The details help to set up the connection.
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
