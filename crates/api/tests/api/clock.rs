//! The address that moves the clock of a server under test.

use axum::body::Body;
use http::Request;
use serde_json::json;
use std::sync::Arc;
use tieline_api::clock;
use tieline_testkit::app::TestApp;

#[tokio::test]
async fn the_clock_answers_and_refuses_like_every_other_address() {
    let app = TestApp::new().await;
    let router = app.router.clone().merge(clock::router(Arc::clone(&app.clock), app.store.clone()));
    let app = TestApp { router, ..app };
    let send = async |method: &str, body: &'static str| {
        let request = Request::builder().method(method).uri("/api/clock").body(Body::from(body)).unwrap();
        app.send(request).await
    };
    let before = send("GET", "").await;
    assert_eq!(before.json["now"], json!("2026-11-23T12:00:00.000Z"));
    let moved = send("POST", "3d").await;
    assert_eq!((moved.status.as_u16(), &moved.json["now"]), (200, &json!("2026-11-26T12:00:00.000Z")));
    for (method, body, status) in [("POST", "soon", 400), ("POST", "", 400), ("DELETE", "", 404)] {
        let refused = send(method, body).await;
        assert_eq!((refused.status.as_u16(), &refused.json["statusCode"]), (status, &json!(status)));
        assert!(refused.json["message"].is_string() && refused.json["traceId"].is_string(), "{refused:?}");
    }
}
