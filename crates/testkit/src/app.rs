//! The API over a database of its own, called without a socket.

use crate::database::{Kind, TestDatabase, home};
use axum::Router;
use axum::body::Body;
use http::{HeaderMap, Method, Request, StatusCode};
use serde_json::Value;
use std::sync::Arc;
use tieline_api::{ApiSettings, App};
use tieline_model::{Location, Scope, Scopes};
use tieline_operations::Catalogue;
use tieline_store::clock::ManualClock;
use tieline_store::{Store, keys, locations};
use tower::ServiceExt;

/// A running API with one location and a key that may do everything there. Cheap to clone.
#[derive(Clone)]
pub struct TestApp {
    /// The API.
    pub router: Router,
    /// The data behind the API.
    pub store: Store,
    /// The store's clock, which moves only when it is advanced.
    pub clock: Arc<ManualClock>,
    /// A location in Australia that allows no duplicates.
    pub location: Location,
    /// A key of that location with every scope.
    pub key: String,
    /// The `Version` header that [`TestApp::request`] sends; empty for none.
    pub version: &'static str,
    /// The database, which is removed with the last clone.
    pub database: Arc<TestDatabase>,
}

/// An answer. In [`Reply::json`], a body that is not JSON is a text, and an empty one is null.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub json: Value,
}

impl TestApp {
    /// An API with the usual settings, on SQLite.
    pub async fn new() -> Self {
        Self::with(Kind::Sqlite, ApiSettings::default()).await
    }

    /// An API with these settings, on this database.
    pub async fn with(kind: Kind, settings: ApiSettings) -> Self {
        let database = Arc::new(TestDatabase::new(kind).await);
        let store = database.open().await;
        let location = location(&store, "Home").await;
        let key = key(&store, &location, Scope::ALL.iter().copied().collect()).await;
        Self {
            router: tieline_api::router(App::new(store.clone(), Catalogue::default(), settings)),
            clock: Arc::clone(&database.clock),
            store,
            location,
            key,
            version: "2021-07-28",
            database,
        }
    }

    /// The same API, called with this `Version` header; empty for none.
    #[must_use]
    pub fn version(&self, version: &'static str) -> Self {
        Self { version, ..self.clone() }
    }

    /// The same data behind an API with these settings.
    #[must_use]
    pub fn settings(&self, settings: ApiSettings) -> Self {
        Self {
            router: tieline_api::router(App::new(self.store.clone(), Catalogue::default(), settings)),
            ..self.clone()
        }
    }

    /// The same API, with another new location as its own.
    pub async fn in_other_location(&self, name: &str) -> Self {
        let location = location(&self.store, name).await;
        let key = key(&self.store, &location, Scope::ALL.iter().copied().collect()).await;
        Self { location, key, ..self.clone() }
    }

    /// A new key of the location with these scopes.
    pub async fn key_with(&self, scopes: impl IntoIterator<Item = Scope>) -> String {
        key(&self.store, &self.location, scopes.into_iter().collect()).await
    }

    /// Sends a request with a key (empty for none) and a JSON body (null for none).
    ///
    /// # Panics
    /// If the method or the path cannot be sent.
    pub async fn request(&self, method: &str, path: &str, key: &str, json: Value) -> Reply {
        let body = if json.is_null() { Body::empty() } else { Body::from(json.to_string()) };
        let method = Method::from_bytes(method.as_bytes()).expect("the method can be sent");
        let mut request = Request::builder().method(method).uri(path).header("host", "tieline.test");
        if !self.version.is_empty() {
            request = request.header("version", self.version);
        }
        if !key.is_empty() {
            request = request.header("authorization", format!("Bearer {key}"));
        }
        self.send(request.body(body).expect("the request can be sent")).await
    }

    /// Sends a request as it is.
    ///
    /// # Panics
    /// If the answer's body breaks off.
    pub async fn send(&self, request: Request<Body>) -> Reply {
        let Ok(response) = self.router.clone().oneshot(request).await;
        let (head, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.expect("the answer is complete");
        let text = || Value::String(String::from_utf8_lossy(&bytes).into_owned());
        let json = if bytes.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&bytes).unwrap_or_else(|_| text())
        };
        Reply { status: head.status, headers: head.headers, json }
    }

    /// `GET` with the app's own key.
    pub async fn get(&self, path: &str) -> Reply {
        self.request("GET", path, &self.key, Value::Null).await
    }

    /// `POST` with the app's own key.
    pub async fn post(&self, path: &str, json: Value) -> Reply {
        self.request("POST", path, &self.key, json).await
    }

    /// `PUT` with the app's own key.
    pub async fn put(&self, path: &str, json: Value) -> Reply {
        self.request("PUT", path, &self.key, json).await
    }

    /// `DELETE` with the app's own key; null for no body.
    pub async fn delete(&self, path: &str, json: Value) -> Reply {
        self.request("DELETE", path, &self.key, json).await
    }
}

async fn location(store: &Store, name: &str) -> Location {
    let create = locations::Create { name: name.to_owned(), ..home() };
    store.write(create).await.expect("the location is created")
}

async fn key(store: &Store, location: &Location, scopes: Scopes) -> String {
    let create = keys::Create { location_id: location.id.clone(), name: "test".to_owned(), scopes };
    store.write(create).await.expect("the key is created").1
}
