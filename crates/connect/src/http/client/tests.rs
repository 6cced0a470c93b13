//! Against a real server on the loopback interface, which an entry of the allow list opens.

use super::*;
use axum::Router;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::{any, get, post};
use serde_json::{Value, json};
use std::net::SocketAddr;

async fn echo(headers: HeaderMap, body: String) -> impl IntoResponse {
    let names = ["idempotency-key", "user-agent", "content-type", "authorization"];
    let seen = |name: &str| headers.get(name).map_or(Value::Null, |value| json!(value.to_str().unwrap()));
    let seen: serde_json::Map<_, _> = names.map(|name| (name.to_owned(), seen(name))).into_iter().collect();
    let answer = json!({"headers": seen, "body": body}).to_string();
    ([(header::CONTENT_TYPE, "application/json"), (header::SET_COOKIE, "session=abc")], answer)
}

async fn serve() -> SocketAddr {
    let app = Router::new()
        .route("/echo", any(echo))
        .route("/text", get(|| async { "plain words" }))
        .route("/none", post(|| async { StatusCode::NO_CONTENT }))
        .route(
            "/limited",
            any(|| async { (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "7")], "slow down") }),
        )
        .route(
            "/refused",
            any(|headers: HeaderMap| async move { (StatusCode::FORBIDDEN, format!("{headers:?}")) }),
        )
        .route(
            "/moved",
            any(|| async { (StatusCode::FOUND, [("location", "http://169.254.169.254/latest?t=abc")]) }),
        )
        .route("/big", get(|| async { "x".repeat(1_000_000) }))
        .route("/slow", any(|| async { tokio::time::sleep(Duration::from_secs(20)).await }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

fn client(allow: &str) -> Client {
    let guard = allow.parse().unwrap();
    Client::new(Options { guard, timeout: Duration::from_millis(700), ..Options::default() }).unwrap()
}

async fn send_with(client: &Client, input: Value) -> Result<Response, RequestFailure> {
    let request = Request::read(input.as_object().unwrap()).unwrap();
    client.send(&request, "run-1:step-2", Timestamp::from_seconds(1_795_435_200)).await
}

async fn send(path: &str) -> Result<Response, RequestFailure> {
    let address = serve().await;
    send_with(&client("127.0.0.1/32"), json!({"url": format!("http://{address}{path}")})).await
}

#[tokio::test]
async fn what_is_sent_arrives_and_the_answer_becomes_the_output() {
    let address = serve().await;
    let input = json!({"url": format!("http://{address}/echo?a=1"), "body": {"name": "Ada"}});
    let response = send_with(&client("127.0.0.1/32"), input).await.unwrap();
    assert_eq!(response.status, 200);
    assert_eq!(response.body["body"], r#"{"name":"Ada"}"#);
    assert_eq!(response.body["headers"]["idempotency-key"], "run-1:step-2");
    assert_eq!(response.body["headers"]["content-type"], "application/json");
    let version = concat!("Tieline/", env!("CARGO_PKG_VERSION"));
    assert_eq!(response.body["headers"]["user-agent"], version);
    assert_eq!(response.headers["set-cookie"], "[redacted]");
    assert!(!response.truncated);
}

#[tokio::test]
async fn a_key_of_the_users_own_wins() {
    let address = serve().await;
    let headers = json!({"Idempotency-Key": "mine"});
    let input = json!({"url": format!("http://me:word@{address}/echo"), "headers": headers});
    let response = send_with(&client("127.0.0.1/32"), input).await.unwrap();
    assert_eq!(response.body["headers"]["idempotency-key"], "mine");
    assert_eq!(response.body["headers"]["authorization"], "Basic bWU6d29yZA==");
}

#[tokio::test]
async fn text_and_nothing_are_answers_too() {
    assert_eq!(send("/text").await.unwrap().body, "plain words");
    let address = serve().await;
    let input = json!({"url": format!("http://{address}/none"), "method": "POST"});
    let response = send_with(&client("127.0.0.1"), input).await.unwrap();
    assert_eq!((response.status, response.body), (204, Value::Null));
}

#[tokio::test]
async fn a_limit_is_told_with_its_pause() {
    let failure = send("/limited").await.unwrap_err();
    assert!(failure.retryable);
    assert_eq!(failure.retry_after, Some(Duration::from_secs(7)));
    assert!(failure.message.ends_with("answered 429 Too Many Requests: slow down"), "{failure}");
}

#[tokio::test]
async fn an_answer_that_repeats_a_secret_does_not_bring_it_into_the_message() {
    let address = serve().await;
    let headers = json!({"Authorization": "Bearer sk_live_abc", "X-Plain": "seen"});
    let input = json!({"url": format!("http://{address}/refused"), "headers": headers});
    let failure = send_with(&client("127.0.0.1/32"), input).await.unwrap_err();
    assert!(!failure.retryable);
    assert!(failure.message.contains("seen") && !failure.message.contains("sk_live_abc"), "{failure}");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let failure = send("/moved").await.unwrap_err();
    assert!(!failure.retryable);
    assert!(
        failure.message.contains("a redirect to http://169.254.169.254, which is not followed"),
        "{failure}"
    );
    assert!(!failure.message.contains("abc"), "{failure}");
}

#[tokio::test]
async fn a_big_body_is_cut() {
    let response = send("/big").await.unwrap();
    assert!(response.truncated);
    assert_eq!(response.body.as_str().unwrap().len(), 256 * 1024);
}

#[tokio::test]
async fn a_slow_server_is_given_up() {
    let failure = send("/slow").await.unwrap_err();
    assert!(failure.retryable);
    assert!(failure.message.ends_with("did not answer within 0.7 s"), "{failure}");
}

#[tokio::test]
async fn names_and_addresses_inside_are_refused() {
    let address = serve().await;
    for host in ["localhost", "127.0.0.1", "0x7f.1"] {
        let url = format!("http://{host}:{}/text?key=abc", address.port());
        let failure = send_with(&client(""), json!({"url": url})).await.unwrap_err();
        assert!(!failure.retryable, "{failure}");
        assert!(failure.message.contains("--outbound-allow"), "{failure}");
        assert!(!failure.message.contains("abc"), "{failure}");
    }
}

#[tokio::test]
async fn an_allowed_name_is_reached_by_the_address_that_was_checked() {
    let address = serve().await;
    let url = format!("http://localhost:{}/text", address.port());
    assert_eq!(send_with(&client("127.0.0.1/32"), json!({"url": url})).await.unwrap().body, "plain words");
}

#[tokio::test]
async fn a_server_that_is_gone_may_come_back() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let url = format!("http://{address}/?key=abc");
    let failure = send_with(&client("127.0.0.1/32"), json!({"url": url})).await.unwrap_err();
    assert!(failure.retryable);
    assert!(failure.message.starts_with(&format!("could not connect to {address}: ")), "{failure}");
    assert!(!failure.message.contains("abc"), "{failure}");
}

#[tokio::test]
async fn a_connection_that_breaks_is_tried_again() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            drop(socket)
        }
    });
    let failure = send_with(&client("127.0.0.1/32"), json!({"url": format!("http://{address}/")})).await;
    let failure = failure.unwrap_err();
    assert!(failure.retryable && failure.message.contains("lost the connection"), "{failure}");
}
