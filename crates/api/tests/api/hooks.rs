//! The address that deliveries come in by.

use axum::body::Body;
use http::Request;
use serde_json::{Value, json};
use tieline_api::hooks;
use tieline_model::connection::{Mapping, Settings, WebhookAuth, WebhookSettings};
use tieline_runtime::ingress::{Ingress, MAX_BODY};
use tieline_store::connections::Create;
use tieline_store::deliveries::List;
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

/// Case W5.
#[tokio::test]
async fn a_sender_that_tries_the_address_first_is_answered_without_an_event() {
    let (app, path) = app().await;
    for method in ["GET", "HEAD"] {
        let proven = Request::builder().method(method).uri(&path).header("authorization", "Bearer s");
        let reply = app.send(proven.body(Body::empty()).unwrap()).await;
        assert_eq!(reply.status.as_u16(), 200, "{method}");
        for (uri, token) in [(path.as_str(), "Bearer no"), ("/hooks/nobody", "Bearer s"), ("/hooks/%ff", "x")]
        {
            let stranger = Request::builder().method(method).uri(uri).header("authorization", token);
            let reply = app.send(stranger.body(Body::empty()).unwrap()).await;
            assert_eq!(reply.status.as_u16(), 404, "{method} {uri}");
            if method == "GET" {
                assert_eq!(reply.json["message"], format!("Cannot GET {uri}"));
            }
        }
    }
    let list = List { location_id: app.location.id.clone(), status: None, before: None, limit: 10 };
    assert!(app.store.read(list).await.unwrap().is_empty());
}

/// Case W3.
#[tokio::test]
async fn a_body_that_is_packed_in_an_unknown_way_or_too_large_is_refused() {
    let (app, path) = app().await;
    // 4 MiB of blanks, packed with br.
    let bomb = [0x9b, 0xff, 0xff, 0x3f, 0xf8, 0x25, 0x40, 0xe2, 0xb1, 0x40, 0x20, 0xf7, 0xfe, 0x07];
    for (encoding, body, status) in
        [("zstd", b"{}".to_vec(), 415), ("br", bomb.to_vec(), 413), ("gzip", b"{}".to_vec(), 400)]
    {
        let request =
            Request::post(&path).header("authorization", "Bearer s").header("content-encoding", encoding);
        let reply = app.send(request.body(Body::from(body)).unwrap()).await;
        assert_eq!(reply.status.as_u16(), status, "{encoding}: {}", reply.json);
    }
}

#[tokio::test]
async fn an_unknown_address_is_refused_before_the_body_is_read() {
    let (app, _) = app().await;
    for path in ["/hooks/nobody", "/hooks/%ff"] {
        let reply = post(&app, path, body(MAX_BODY + 1)).await;
        assert_eq!(reply.status.as_u16(), 404, "{path}");
        assert_eq!(reply.json["message"], "there is no connection at this address");
    }
}

#[tokio::test]
async fn another_method_finds_nothing_there() {
    let (app, path) = app().await;
    for path in [path.clone(), format!("{path}/")] {
        for method in ["GET", "PUT", "DELETE", "OPTIONS", "PATCH"] {
            let reply = app.request(method, &path, "", Value::Null).await;
            assert_eq!((reply.status.as_u16(), &reply.json["error"]), (404, &json!("Not Found")), "{method}");
            assert_eq!(reply.json["message"], format!("Cannot {method} {path}"));
            assert!(reply.json["traceId"].is_string());
        }
    }
}
