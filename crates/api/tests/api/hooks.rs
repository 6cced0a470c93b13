//! The address that deliveries come in by.

use axum::body::Body;
use http::Request;
use serde_json::{Value, json};
use tieline_api::hooks;
use tieline_model::connection::{Mapping, Settings, WebhookAuth, WebhookSettings};
use tieline_runtime::ingress::{Ingress, MAX_BODY};
use tieline_store::connections::Create;
use tieline_store::seal::Seal;
use tieline_testkit::app::{Reply, TestApp};

/// The API with deliveries beside it, as the server has them, and the address of a connection.
async fn app() -> (TestApp, String) {
    let app = TestApp::new().await;
    let seal = Seal::new(&[7; 32]);
    let ingress = Ingress::new(app.store.clone(), seal.clone());
    let router = app.router.clone().merge(hooks::router(ingress, app.store.clone()));
    let settings =
        Settings::Webhook(WebhookSettings { auth: WebhookAuth::Bearer, mapping: Mapping::default() });
    let create = Create {
        location_id: app.location.id.clone(),
        name: "Shop".to_owned(),
        settings,
        secret: "s".to_owned(),
        seal,
    };
    let connection = app.store.write(create).await.unwrap();
    (TestApp { router, ..app }, format!("/hooks/{}", connection.id))
}

async fn post(app: &TestApp, path: &str, body: Vec<u8>) -> Reply {
    let request = Request::post(path).header("authorization", "Bearer s");
    app.send(request.body(Body::from(body)).unwrap()).await
}

/// A text in JSON of so many bytes.
fn body(bytes: usize) -> Vec<u8> {
    format!("\"{}\"", "x".repeat(bytes - 2)).into_bytes()
}

#[tokio::test]
async fn a_body_may_have_a_mebibyte_and_no_more() {
    let (app, path) = app().await;
    let taken = post(&app, &path, body(MAX_BODY)).await;
    assert_eq!((taken.status.as_u16(), &taken.json["status"]), (200, &json!("processed")));
    let refused = post(&app, &path, body(MAX_BODY + 1)).await;
    assert_eq!((refused.status.as_u16(), &refused.json["error"]), (413, &json!("Payload Too Large")));
    let message = refused.json["message"].as_str().unwrap();
    assert!(message.contains("1048576"), "{message}");
}

#[tokio::test]
async fn another_method_finds_nothing_there() {
    let (app, path) = app().await;
    for path in [path.clone(), format!("{path}/")] {
        for method in ["GET", "PUT", "DELETE", "OPTIONS"] {
            let reply = app.request(method, &path, "", Value::Null).await;
            assert_eq!((reply.status.as_u16(), &reply.json["error"]), (404, &json!("Not Found")), "{method}");
            assert_eq!(reply.json["message"], format!("Cannot {method} {path}"));
            assert!(reply.json["traceId"].is_string());
        }
    }
}
