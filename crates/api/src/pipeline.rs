//! The steps of every request, in order: trace id, version, key, scope, tenant, body, operation, answer.

use crate::answer::Answer;
use crate::app::App;
use crate::auth::{Caller, authenticate};
use crate::error::ApiError;
use crate::request::{ApiRequest, param};
use crate::trace::{TraceId, traced};
use crate::{read, version};
use axum::RequestExt;
use axum::body::Bytes;
use axum::extract::{FromRequest, RawPathParams, Request};
use axum::response::Response;
use http::header::HOST;
use http::{HeaderValue, StatusCode, Uri};
use std::sync::Arc;
use std::time::Duration;
use tieline_operations::{Class, Operation, Run, Version};

/// The most bytes of a body.
pub(crate) const BODY_LIMIT: usize = 1024 * 1024;

/// How long a body may take from its first byte to its last.
const BODY_TIME: Duration = Duration::from_secs(60);

/// Performs an operation, or answers with the error.
pub(crate) async fn answer(
    app: App,
    operation: Arc<Operation>,
    path: &'static str,
    request: Request,
) -> Response {
    let trace_id = TraceId::draw(app.store().entropy().as_ref());
    traced(operation.key, &trace_id, async {
        // Boxed, because a large future is copied by each of those that it is wrapped in.
        match Box::pin(answer_or_error(app, &operation, path, request)).await {
            Ok(answer) => answer.into_response(&trace_id),
            Err(error) => error.into_response(operation.key, &trace_id),
        }
    })
    .await
}

async fn answer_or_error(
    app: App,
    operation: &Arc<Operation>,
    path: &'static str,
    mut request: Request,
) -> Result<Answer, ApiError> {
    // Our own API has one shape.
    let version = match is_own(path) {
        true => Version::V2,
        false => version::of(request.headers(), app.settings().default_version)?,
    };
    let caller = authenticate(&app, request.headers()).await?;
    caller.must_have(operation.scope)?;
    let params = path_params(&mut request).await?;
    check_tenant(&caller, &request, &params)?;
    let uri = request.uri().clone();
    // An absolute address names the host as well.
    let authority = || HeaderValue::from_str(uri.authority()?.as_str()).ok();
    let host = request.headers().get(HOST).cloned().or_else(authority);
    let body = read_body(request, BODY_LIMIT).await?;
    perform(operation, &ApiRequest { app, caller, version, params, uri, host, body }).await
}

/// Whether an address is of Tieline's own API rather than of HighLevel's.
pub(crate) fn is_own(path: &str) -> bool {
    path.starts_with("/api/")
}

async fn perform(operation: &Arc<Operation>, request: &ApiRequest) -> Result<Answer, ApiError> {
    let run = Run { operation: Arc::clone(operation), call: read::call(request, operation)? };
    let store = request.app.store();
    let answer = match operation.class {
        Class::Reads => store.read(run).await?,
        Class::Writes | Class::CallsOutside | Class::ReachesPerson => store.write(run).await?,
    };
    Answer::of(operation, &answer, request.version)
}

async fn path_params(request: &mut Request) -> Result<RawPathParams, ApiError> {
    let params = request.extract_parts::<RawPathParams>().await;
    let params = params.map_err(|_| ApiError::unreadable("the path is not valid UTF-8"))?;
    if has_nul(request.uri()) {
        return Err(ApiError::unreadable(
            "the address contains the character U+0000, which is never part of an id or text; remove it",
        ));
    }
    // The router reads two slashes in a row as an empty id.
    if params.iter().any(|(_, value)| value.is_empty()) {
        return Err(ApiError::no_route(request.method(), request.uri()));
    }
    Ok(params)
}

/// PostgreSQL accepts no such character, not even in a comparison.
fn has_nul(uri: &Uri) -> bool {
    uri.path().contains("%00") || uri.query().is_some_and(|query| query.contains("%00"))
}

/// Refuses a request that names another location than the key's in its path, headers or query. Bodies are
/// checked when they are read.
fn check_tenant(caller: &Caller, request: &Request, params: &RawPathParams) -> Result<(), ApiError> {
    caller.must_own(param(params, "locationId"))?;
    if let Some(header) = request.headers().get("locationid") {
        caller.must_own(&String::from_utf8_lossy(header.as_bytes()))?;
    }
    match request.uri().query().and_then(|raw| read::find(raw, "locationId")) {
        Some(location) => caller.must_own(&location),
        None => Ok(()),
    }
}

/// Reads a body of at most `limit` bytes, the limit that the router has for the route.
pub(crate) async fn read_body(request: Request, limit: usize) -> Result<Bytes, ApiError> {
    let incomplete = || ApiError::unreadable("the body ended early; send all of it");
    let read = tokio::time::timeout(BODY_TIME, Bytes::from_request(request, &())).await;
    read.map_err(|_| incomplete())?.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => ApiError::too_large(limit),
        _ => incomplete(),
    })
}
