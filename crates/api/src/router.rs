//! Which address leads where.

use crate::app::App;
use crate::error::ApiError;
use crate::pipeline::{self, BODY_LIMIT};
use crate::read;
use crate::trace::TraceId;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, RawQuery, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, get};
use http::header::CONTENT_TYPE;
use std::collections::BTreeMap;
use std::sync::Arc;
use tieline_operations::Version;

/// Everything that the server answers over HTTP, but deliveries: those come in by [`hooks`](crate::hooks).
pub fn router(app: App) -> Router {
    Router::new()
        .merge(operations(&app))
        .merge(slashed("/health", get(health)))
        .route("/openapi.json", get(compatible_document))
        .route("/api/openapi.json", get(own_document))
        .fallback(no_route)
        .method_not_allowed_fallback(no_route)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(app)
}

/// The routes of all operations.
fn operations(app: &App) -> Router<App> {
    let mut paths: BTreeMap<&'static str, MethodRouter<App>> = BTreeMap::new();
    for operation in app.catalogue().operations() {
        for route in &operation.routes {
            let (operation, path) = (Arc::clone(operation), route.path);
            let handler =
                move |State(app), request| pipeline::answer(app, Arc::clone(&operation), path, request);
            let methods = paths.remove(path).unwrap_or_default();
            let Ok(method) = MethodFilter::try_from(route.method.clone()) else { continue };
            paths.insert(path, methods.on(method, handler));
        }
    }
    paths.into_iter().fold(Router::new(), |router, (path, methods)| router.merge(slashed(path, methods)))
}

async fn compatible_document(State(app): State<App>, RawQuery(query): RawQuery) -> Response {
    let version = query.as_deref().and_then(|query| read::find(query, "version"));
    let version = version.as_deref().and_then(Version::named).unwrap_or(Version::V2);
    document(app.documents().compatible(version))
}

async fn own_document(State(app): State<App>) -> Response {
    document(app.documents().own())
}

fn document(json: Bytes) -> Response {
    ([(CONTENT_TYPE, "application/json")], json).into_response()
}

/// The path with and without a slash at its end. Both are served as they are: a redirect would make some
/// clients drop the body.
pub(crate) fn slashed<S: Clone + Send + Sync + 'static>(path: &str, methods: MethodRouter<S>) -> Router<S> {
    Router::new().route(&format!("{path}/"), methods.clone()).route(path, methods)
}

async fn health() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], r#"{"status":"ok"}"#)
}

/// An unknown address, or an unknown method of a known one.
async fn no_route(State(app): State<App>, request: Request) -> Response {
    let trace_id = TraceId::draw(app.store().entropy().as_ref());
    ApiError::no_route(request.method(), request.uri()).into_response("no-route", &trace_id)
}
