//! Every route of the table, with every key that should not open it.

use serde_json::{Value, json};
use tieline_api::{Operation, operations};
use tieline_model::Scope;
use tieline_testkit::app::{Reply, TestApp};

/// The operation's path, in the app's own location and for this contact.
fn path(operation: &Operation, app: &TestApp, contact: &str) -> String {
    let path =
        operation.path.replace("{locationId}", app.location.id.as_str()).replace("{contactId}", contact);
    path.replace("{id}", "none").replace("{taskId}", "none")
}

async fn contact(app: &TestApp) -> String {
    let body = json!({"locationId": app.location.id, "firstName": "Ada"});
    app.post("/contacts/", body).await.json["contact"]["id"].as_str().unwrap().to_owned()
}

fn assert_refused(reply: &Reply, status: u16, message: &str, operation: &Operation) {
    let seen = (reply.status.as_u16(), &reply.json["statusCode"], &reply.json["message"]);
    assert_eq!(seen, (status, &json!(status), &json!(message)), "{}", operation.id);
    assert!(reply.json["traceId"].is_string(), "{}", operation.id);
}

#[tokio::test]
async fn without_a_good_key_nothing_opens() {
    let app = TestApp::new().await;
    let contact = contact(&app).await;
    for operation in operations() {
        for path in [path(operation, &app, &contact), path(operation, &app, &contact) + "/"] {
            let ask = async |key| app.request(operation.method.as_str(), &path, key, Value::Null).await;
            assert_refused(&ask("").await, 401, "Invalid JWT", operation);
            assert_refused(&ask("eyJhbGciOiJIUzI1NiJ9.e30.x").await, 401, "Invalid JWT", operation);
            let unknown = "pit-00000000-0000-4000-8000-000000000000";
            assert_refused(&ask(unknown).await, 401, "Invalid Private Integration token", operation);
        }
    }
}

#[tokio::test]
async fn each_route_takes_its_own_scope_and_no_other() {
    let app = TestApp::new().await;
    let contact = contact(&app).await;
    for operation in operations() {
        let path = path(operation, &app, &contact);
        let others = Scope::ALL.iter().copied().filter(|scope| *scope != operation.scope);
        let key = app.key_with(others).await;
        let reply = app.request(operation.method.as_str(), &path, &key, Value::Null).await;
        assert_refused(&reply, 401, "The token is not authorized for this scope.", operation);
        assert_eq!(reply.json["requiredScope"], operation.scope.as_str());
        let key = app.key_with([operation.scope]).await;
        let reply = app.request(operation.method.as_str(), &path, &key, Value::Null).await;
        assert!(reply.status != 401 && reply.status != 404, "{}: {reply:?}", operation.id);
    }
}

#[tokio::test]
async fn another_tenants_key_sees_nothing() {
    let app = TestApp::new().await;
    let contact = contact(&app).await;
    let other = app.in_other_location("Other").await;
    for operation in operations() {
        let path = path(operation, &app, &contact);
        let body = match operation.id {
            "create-contact" | "upsert-contact" => {
                json!({"locationId": app.location.id, "email": "a@example.com"})
            }
            "add-tags" | "remove-tags" => json!({"tags": ["a"]}),
            "create-note" => json!({"body": "x"}),
            "create-task" => json!({"title": "x", "dueDate": "2026-12-01", "completed": false}),
            "update-task-completed" => json!({"completed": true}),
            _ => Value::Null,
        };
        let names_location =
            operation.path.contains("{locationId}") || !operation.path.contains("{contactId}");
        let by_query = format!("{path}?locationId={}", app.location.id);
        let address = if names_location { &by_query } else { &path };
        let reply = other.request(operation.method.as_str(), address, &other.key, body).await;
        if names_location {
            assert_refused(&reply, 403, "The token does not have access to this location.", operation);
        } else {
            assert_refused(&reply, 400, &format!("Contact not found for id:{contact}"), operation);
        }
    }
    assert_eq!(app.get(&format!("/contacts/{contact}")).await.json["contact"]["tags"], json!([]));
}

#[tokio::test]
async fn a_location_that_contradicts_the_key_is_refused_wherever_it_stands() {
    let app = TestApp::new().await;
    let contact = contact(&app).await;
    for operation in operations() {
        let path = path(operation, &app, &contact);
        let by_query = app
            .request(operation.method.as_str(), &format!("{path}/?locationId=x"), &app.key, Value::Null)
            .await;
        assert_refused(&by_query, 403, "The token does not have access to this location.", operation);
        let ask = async |location: &str| {
            let request = http::Request::builder().method(operation.method.clone()).uri(&path);
            let request = request.header("version", "v3").header("locationId", location);
            let request = request.header("authorization", format!("Bearer {}", app.key));
            app.send(request.body(axum::body::Body::empty()).unwrap()).await
        };
        assert_refused(&ask("x").await, 403, "The token does not have access to this location.", operation);
        assert_ne!(ask(app.location.id.as_str()).await.status, 403, "{}", operation.id);
    }
    let body = json!({"locationId": "x", "city": "London"});
    assert_eq!(app.put(&format!("/contacts/{contact}"), body).await.status, 403);
}

#[tokio::test]
async fn a_slash_at_the_end_means_nothing() {
    let app = TestApp::new().await;
    let contact = contact(&app).await;
    for operation in operations().iter().filter(|operation| operation.id != "delete-contact") {
        let path = path(operation, &app, &contact);
        let plain = app.request(operation.method.as_str(), &path, &app.key, Value::Null).await;
        let slashed =
            app.request(operation.method.as_str(), &format!("{path}/"), &app.key, Value::Null).await;
        assert_eq!(plain.status, slashed.status, "{}", operation.id);
        assert_eq!(plain.json["message"], slashed.json["message"], "{}", operation.id);
        assert_ne!(plain.status, 404, "{}", operation.id);
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
