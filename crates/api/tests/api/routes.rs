//! Every route of the table, with every key that should not open it.

use http::Method;
use serde_json::{Value, json};
use std::sync::Arc;
use tieline_model::Scope;
use tieline_model::form::{Door, Place};
use tieline_operations::{Catalogue, Operation};
use tieline_testkit::app::{Reply, TestApp};

/// An operation, by one of its routes.
pub(crate) struct Asked {
    pub(crate) operation: Arc<Operation>,
    pub(crate) method: Method,
    pub(crate) path: &'static str,
}

/// Every route of every operation.
pub(crate) fn all() -> Vec<Asked> {
    let catalogue = Catalogue::default();
    let routes = catalogue.operations().iter().flat_map(|operation| {
        operation.routes.iter().map(|route| Asked {
            operation: Arc::clone(operation),
            method: route.method.clone(),
            path: route.path,
        })
    });
    routes.collect()
}

impl Asked {
    /// The path, in the app's own location and for this contact. What else it names does not exist.
    fn path(&self, app: &TestApp, contact: &str) -> String {
        let path =
            self.path.replace("{locationId}", app.location.id.as_str()).replace("{contactId}", contact);
        path.replace("{id}", "none").replace("{taskId}", "none")
    }

    /// A body that fits, for this location.
    fn body(&self, location: &str) -> Value {
        let mut body = self.operation.input.sample(Door::Api, |field| field.place == Place::Body);
        if let Some(named) = body.get_mut("locationId") {
            *named = json!(location);
        }
        if body.is_empty() { Value::Null } else { Value::Object(body) }
    }

    /// Whether a request says which location it is about.
    fn names_location(&self) -> bool {
        self.operation.input.field("locationId").is_some()
    }
}

async fn contact(app: &TestApp) -> String {
    let body = json!({"locationId": app.location.id, "firstName": "Ada"});
    app.post("/contacts/", body).await.json["contact"]["id"].as_str().unwrap().to_owned()
}

fn assert_refused(reply: &Reply, status: u16, message: &str, asked: &Asked) {
    let seen = (reply.status.as_u16(), &reply.json["statusCode"], &reply.json["message"]);
    assert_eq!(seen, (status, &json!(status), &json!(message)), "{}", asked.operation.key);
    assert!(reply.json["traceId"].is_string(), "{}", asked.operation.key);
}

#[tokio::test]
async fn without_a_good_key_nothing_opens() {
    let app = TestApp::new().await;
    let contact = contact(&app).await;
    for asked in all() {
        for path in [asked.path(&app, &contact), asked.path(&app, &contact) + "/"] {
            let ask = async |key| app.request(asked.method.as_str(), &path, key, Value::Null).await;
            assert_refused(&ask("").await, 401, "Invalid JWT", &asked);
            assert_refused(&ask("eyJhbGciOiJIUzI1NiJ9.e30.x").await, 401, "Invalid JWT", &asked);
            let unknown = "pit-00000000-0000-4000-8000-000000000000";
            assert_refused(&ask(unknown).await, 401, "Invalid Private Integration token", &asked);
        }
    }
}

#[tokio::test]
async fn each_route_takes_its_own_scope_and_no_other() {
    let app = TestApp::new().await;
    let contact = contact(&app).await;
    for asked in all() {
        let path = asked.path(&app, &contact);
        let others = Scope::ALL.iter().copied().filter(|scope| *scope != asked.operation.scope);
        let key = app.key_with(others).await;
        let reply = app.request(asked.method.as_str(), &path, &key, Value::Null).await;
        assert_refused(&reply, 401, "The token is not authorized for this scope.", &asked);
        assert_eq!(reply.json["requiredScope"], asked.operation.scope.as_str());
        let key = app.key_with([asked.operation.scope]).await;
        let reply = app.request(asked.method.as_str(), &path, &key, Value::Null).await;
        assert!(reply.status != 401 && reply.status != 404, "{}: {reply:?}", asked.operation.key);
    }
}

#[tokio::test]
async fn another_tenants_key_sees_nothing() {
    let app = TestApp::new().await;
    let contact = contact(&app).await;
    let other = app.in_other_location("Other").await;
    // What is about no location's data is the same for everybody.
    for asked in all().iter().filter(|asked| asked.names_location() || asked.path.contains("{contactId}")) {
        let path = asked.path(&app, &contact);
        let (body, names_location) = (asked.body(app.location.id.as_str()), asked.names_location());
        let by_query = format!("{path}?locationId={}", app.location.id);
        let address = if names_location { &by_query } else { &path };
        let reply = other.request(asked.method.as_str(), address, &other.key, body).await;
        if names_location {
            assert_refused(&reply, 403, "The token does not have access to this location.", asked);
        } else {
            assert_refused(&reply, 400, &format!("Contact not found for id:{contact}"), asked);
        }
    }
    assert_eq!(app.get(&format!("/contacts/{contact}")).await.json["contact"]["tags"], json!([]));
}

#[tokio::test]
async fn a_location_that_contradicts_the_key_is_refused_wherever_it_stands() {
    let app = TestApp::new().await;
    let contact = contact(&app).await;
    for asked in all() {
        let path = asked.path(&app, &contact);
        let by_query =
            app.request(asked.method.as_str(), &format!("{path}/?locationId=x"), &app.key, Value::Null).await;
        assert_refused(&by_query, 403, "The token does not have access to this location.", &asked);
        let ask = async |location: &str| {
            let request = http::Request::builder().method(asked.method.clone()).uri(&path);
            let request = request.header("version", "v3").header("locationId", location);
            let request = request.header("authorization", format!("Bearer {}", app.key));
            app.send(request.body(axum::body::Body::empty()).unwrap()).await
        };
        assert_refused(&ask("x").await, 403, "The token does not have access to this location.", &asked);
        assert_ne!(ask(app.location.id.as_str()).await.status, 403, "{}", asked.operation.key);
    }
    let body = json!({"locationId": "x", "city": "London"});
    assert_eq!(app.put(&format!("/contacts/{contact}"), body).await.status, 403);
}

#[tokio::test]
async fn a_slash_at_the_end_means_nothing() {
    let app = TestApp::new().await;
    let contact = contact(&app).await;
    for asked in all().iter().filter(|asked| asked.operation.id() != "delete-contact") {
        let path = asked.path(&app, &contact);
        let plain = app.request(asked.method.as_str(), &path, &app.key, Value::Null).await;
        let slashed = app.request(asked.method.as_str(), &format!("{path}/"), &app.key, Value::Null).await;
        assert_eq!(plain.status, slashed.status, "{}", asked.operation.key);
        assert_eq!(plain.json["message"], slashed.json["message"], "{}", asked.operation.key);
        assert_ne!(plain.status, 404, "{}", asked.operation.key);
    }
}

#[tokio::test]
async fn a_revoked_key_opens_nothing_within_a_second() {
    let app = TestApp::new().await;
    let path = format!("/contacts/?locationId={}", app.location.id);
    assert_eq!(app.get(&path).await.status, 200);
    let keys = app.store.read(tieline_store::keys::List(app.location.id.clone())).await.unwrap();
    let revoke = tieline_store::keys::Revoke { location_id: app.location.id.clone(), id: keys[0].id.clone() };
    app.store.write(revoke).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(1050)).await;
    let reply = app.get(&path).await;
    assert_eq!(
        (reply.status.as_u16(), &reply.json["message"]),
        (401, &json!("Invalid Private Integration token"))
    );
}
