//! The receiver of a workflow's requests: it gives prepared answers, and keeps what it received.

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// A server on this machine. It ends with the test's threads.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) url: String,
    inner: Arc<Inner>,
}

struct Inner {
    received: Mutex<Vec<Received>>,
    answers: Mutex<VecDeque<(u16, Option<&'static str>)>>,
    gate: Semaphore,
}

/// A received request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Received {
    pub(crate) path: String,
    pub(crate) idempotency_key: String,
}

impl Server {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let inner = Arc::new(Inner {
            received: Mutex::default(),
            answers: Mutex::default(),
            gate: Semaphore::new(0),
        });
        let router = Router::new().fallback(answer).with_state(Arc::clone(&inner));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, inner }
    }

    /// Answers the next requests with these statuses, the ones after them with 200.
    pub(crate) fn answers(&self, statuses: impl IntoIterator<Item = u16>) {
        self.inner.answers.lock().extend(statuses.into_iter().map(|status| (status, None)));
    }

    /// Answers the next request with 429 and this `Retry-After`.
    pub(crate) fn answers_too_many(&self, retry_after: &'static str) {
        self.inner.answers.lock().push_back((429, Some(retry_after)));
    }

    /// Answers this many requests to paths that begin with `/held`.
    pub(crate) fn let_go(&self, requests: usize) {
        self.inner.gate.add_permits(requests);
    }

    /// The received requests, in order.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.inner.received.lock().clone()
    }

    pub(crate) fn paths(&self) -> Vec<String> {
        self.received().into_iter().map(|received| received.path).collect()
    }
}

async fn answer(State(inner): State<Arc<Inner>>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let key = request.headers().get("idempotency-key").unwrap().to_str().unwrap().to_owned();
    inner.received.lock().push(Received { path: path.clone(), idempotency_key: key });
    if path.starts_with("/held") {
        inner.gate.acquire().await.unwrap().forget();
    }
    let repeated = path.starts_with("/echo").then(|| repeat(&request));
    let (status, retry_after) = inner.answers.lock().pop_front().unwrap_or((200, None));
    let status = StatusCode::from_u16(status).unwrap();
    match retry_after {
        Some(seconds) => (status, [("retry-after", seconds)]).into_response(),
        None => (status, repeated.unwrap_or_default()).into_response(),
    }
}

/// What some servers do with a key: they repeat it, under another name.
fn repeat(request: &Request) -> String {
    let key = request.headers().get("x-api-key").unwrap().to_str().unwrap();
    format!("{{\"caller\": \"{key}\", \"next\": \"grant=1&client_secret=form-s3cret\"}}")
}
