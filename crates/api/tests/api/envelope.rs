//! What all answers have in common, and what is answered where no operation is reached.

use crate::conversation::Conversation;
use axum::body::Body;
use http::Request;
use serde_json::{Value, json};
use tieline_api::ApiSettings;
use tieline_operations::Version;
use tieline_testkit::app::{Reply, TestApp};

fn problem(reply: &Reply) -> (u16, String) {
    (reply.status.as_u16(), reply.json["message"].to_string())
}

#[tokio::test]
async fn versions() {
    let mut talk = Conversation::begin().await;
    for version in ["", "2019-01-01", "bogus-version", "2021-04-15", "2023-02-21", "legacy", "V3"] {
        talk.version(version);
        talk.get("/contacts/none").await;
    }
    insta::assert_snapshot!("versions", talk.text());
    let app = talk.app.settings(ApiSettings { default_version: Some(Version::V2), ..ApiSettings::default() });
    let reply = app.version("").get("/contacts/none").await;
    assert_eq!(reply.json["message"], "Contact not found for id:none");
}

#[tokio::test]
async fn the_version_is_looked_at_before_the_key() {
    let app = TestApp::new().await.version("");
    let reply = app.request("GET", "/contacts/none", "", Value::Null).await;
    assert_eq!(reply.json["message"], "version header was not found.");
}

#[tokio::test]
async fn unknown_addresses() {
    let mut talk = Conversation::begin().await;
    talk.get("/contactz").await;
    talk.get("/").await;
    talk.ask("PATCH", "/contacts/", json!({})).await;
    talk.get("/contacts/upsert?a=b").await;
    talk.post("/contacts//tags", json!({})).await;
    talk.ask("OPTIONS", "/contacts/x", Value::Null).await;
    insta::assert_snapshot!("unknown-addresses", talk.text());
}

async fn send(app: &TestApp, path: &str, body: impl Into<Body>) -> Reply {
    let request = Request::builder().method("POST").uri(path).header("version", "v3");
    let request =
        request.header("content-type", "text/plain").header("authorization", format!("bearer {}", app.key));
    app.send(request.body(body.into()).unwrap()).await
}

#[tokio::test]
async fn bodies_that_cannot_be_read() {
    let app = TestApp::new().await;
    let post = async |body: Vec<u8>| send(&app, "/contacts/", body).await;
    for wrong in
        [&b"{"[..], b"[1]", b"\"x\"", b"null", b"{\"a\": \xff}", b"a=b", b"{\"firstName\": \"a\\u0000b\"}"]
    {
        let reply = post(wrong.to_vec()).await;
        assert_eq!((reply.status.as_u16(), &reply.json["error"]), (400, &json!("Bad Request")), "{wrong:?}");
        assert!(reply.json["message"].as_str().unwrap().contains("the body"), "{}", reply.json);
    }
    let deep = [b"[".repeat(100_000), b"]".repeat(100_000)].concat();
    assert_eq!(post(deep).await.status, 400);
    let large = post(vec![b' '; 1024 * 1024 + 1]).await;
    assert_eq!((large.status.as_u16(), &large.json["statusCode"]), (413, &json!(413)));
    assert!(large.json["traceId"].is_string());
    assert_eq!(post(vec![b' '; 1024 * 1024]).await.status, 400);
    assert_eq!(problem(&post(Vec::new()).await), (422, "[\"locationId must be a string\"]".to_owned()));
}

#[tokio::test]
async fn the_content_type_does_not_matter() {
    let app = TestApp::new().await;
    let body = json!({"locationId": app.location.id, "firstName": "Ada"}).to_string();
    assert_eq!(send(&app, "/contacts/", body).await.status, 201);
}

#[tokio::test]
async fn addresses_that_cannot_be_read() {
    let app = TestApp::new().await;
    assert_eq!(problem(&app.get("/contacts/%ff").await), (400, "\"the path is not valid UTF-8\"".to_owned()));
    assert_eq!(app.get("/contacts/a%00b").await.status, 400);
    assert_eq!(app.get(&format!("/contacts/?locationId={}&query=%00", app.location.id)).await.status, 400);
    assert_eq!(app.get(&format!("/contacts/?locationId={}&query=%ff", app.location.id)).await.status, 200);
    assert_eq!(
        problem(&app.get("/contacts/a%2Fb").await),
        (400, "\"Contact not found for id:a/b\"".to_owned())
    );
}

#[tokio::test]
async fn unknown_fields_are_ignored_where_the_operator_says_so() {
    let app = TestApp::new().await;
    let lenient = app.settings(ApiSettings { lenient: true, ..ApiSettings::default() });
    let body = json!({"locationId": app.location.id, "firstName": "Ada", "status": "x"});
    assert_eq!(app.post("/contacts/", body.clone()).await.status, 422);
    let created = lenient.post("/contacts/", body).await;
    assert_eq!(created.status, 201);
    let path = format!("/contacts/{}", created.json["contact"]["id"].as_str().unwrap());
    assert_eq!(lenient.put(&path, json!({"locationId": app.location.id, "city": "x"})).await.status, 200);
    assert_eq!(lenient.put(&path, json!({"locationId": "other", "city": "x"})).await.status, 403);
    assert_eq!(lenient.put(&path, json!({"email": "x"})).await.status, 422);
}

#[tokio::test]
async fn health_needs_no_key() {
    let app = TestApp::new().await.version("");
    for path in ["/health", "/health/"] {
        let reply = app.request("GET", path, "", Value::Null).await;
        assert_eq!((reply.status.as_u16(), reply.json), (200, json!({"status": "ok"})));
    }
}

#[tokio::test]
async fn head_answers_as_get_without_a_body() {
    let app = TestApp::new().await;
    let reply = app.request("HEAD", "/contacts/none", &app.key, Value::Null).await;
    assert_eq!((reply.status.as_u16(), reply.json), (400, Value::Null));
}
