//! Which address leads where.

use crate::app::App;
use crate::error::ApiError;
use crate::operation::operations;
use crate::pipeline::{self, BODY_LIMIT};
use crate::trace::TraceId;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use http::header::CONTENT_TYPE;
use std::collections::BTreeMap;

/// Everything that the server answers over HTTP.
///
/// Each part is a router of its own: `compatible` is the API as HighLevel's clients know it. Parts of our own
/// (`/hooks`, `/api`) are merged in beside it.
pub fn router(app: App) -> Router {
    Router::new()
        .merge(compatible())
        .merge(slashed("/health", get(health)))
        .fallback(no_route)
        .method_not_allowed_fallback(no_route)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(app)
}

/// The operations of HighLevel's API, from their table.
fn compatible() -> Router<App> {
    let mut paths: BTreeMap<&str, MethodRouter<App>> = BTreeMap::new();
    for operation in operations() {
        let handler = move |State(app), request| pipeline::answer(app, operation, request);
        let methods = paths.remove(operation.path).unwrap_or_default();
        paths.insert(operation.path, methods.on(operation.filter, handler));
    }
    paths.into_iter().fold(Router::new(), |router, (path, methods)| router.merge(slashed(path, methods)))
}

/// The path with and without a slash at its end. Both are served as they are: a redirect would make some
/// clients drop the body.
pub(crate) fn slashed<S: Clone + Send + Sync + 'static>(path: &str, methods: MethodRouter<S>) -> Router<S> {
    Router::new().route(&format!("{path}/"), methods.clone()).route(path, methods)
}

async fn health() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], r#"{"status":"ok"}"#)
}

/// An address that nothing stands at, or a method that it does not know.
async fn no_route(State(app): State<App>, request: Request) -> Response {
    let trace_id = TraceId::draw(app.store().entropy().as_ref());
    ApiError::no_route(request.method(), request.uri()).into_response("no-route", &trace_id)
}
