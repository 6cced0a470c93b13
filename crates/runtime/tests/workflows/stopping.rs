//! Stopping, and continuing after the next start.

use crate::server::Server;
use crate::support::both;
use serde_json::json;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Waker};
use std::time::{Duration, Instant};
use tieline_store::runs::RunStatus;

const NOTIFIED: &str = r#"
tieline: 1
name: Notified
trigger: { on: shop.ordered }
steps:
  - do: contacts.upsert-contact
    with: { email: "{{ trigger.email }}" }
  - do: http.request
    with: { url: "{{ trigger.url }}", method: POST }
  - wait: { for: 1h }
  - do: contacts.create-note
    with: { body: "{{ trigger.email }}" }
"#;

/// Well below the seconds that a request may take, and well above what an idle machine needs.
const PROMPTLY: Duration = Duration::from_secs(5);

#[test]
fn stopping_takes_no_time_when_nothing_is_under_way() {
    both(async |app| {
        let server = Server::start().await;
        app.publish(NOTIFIED).await;
        let runtime = app.start();
        let payload = json!({"email": "ada@example.com", "url": format!("{}/hook", server.url)});
        app.happens("shop.ordered", "ada", payload).await;
        app.settle().await;
        let since = Instant::now();
        runtime.stop().await;
        assert!(since.elapsed() < PROMPTLY, "{:?}", since.elapsed());
        assert_eq!(app.statuses().await, [RunStatus::Waiting]);
        app.clock_on(3600);
        tokio::time::sleep(Duration::from_millis(400)).await;
        assert_eq!(app.statuses().await, [RunStatus::Waiting], "no run continues any more");

        let app = app.reopen().await;
        let _runtime = app.start();
        app.settle().await;
        assert_eq!(app.notes().await, ["ada@example.com"]);
        assert_eq!(server.received().len(), 1);
    });
}

#[test]
fn stopping_waits_for_a_request_and_keeps_its_answer() {
    both(async |app| {
        let server = Server::start().await;
        app.publish(NOTIFIED).await;
        let runtime = app.start();
        let order = async |who: &str, path: &str| {
            let payload = json!({"email": who, "url": format!("{}{path}", server.url)});
            app.happens("shop.ordered", who, payload).await;
        };
        order("ada@example.com", "/held").await;
        app.until("the request is under way", async || server.received().len() == 1).await;
        let stopping = tokio::spawn(runtime.stop());
        tokio::time::sleep(Duration::from_millis(400)).await;
        assert!(!stopping.is_finished(), "the answer was not waited for");
        order("bob@example.com", "/hook").await;
        tokio::time::sleep(Duration::from_millis(400)).await;
        assert_eq!(server.received().len(), 1, "a new run was begun");
        let since = Instant::now();
        server.let_go(1);
        stopping.await.unwrap();
        assert!(since.elapsed() < PROMPTLY, "{:?}", since.elapsed());
        assert_eq!(app.statuses().await, [RunStatus::Waiting], "the answer was recorded");

        let app = app.reopen().await;
        let _runtime = app.start();
        app.settle().await;
        app.clock_on(3600);
        app.settle().await;
        let mut notes = app.notes().await;
        notes.sort();
        assert_eq!(notes, ["ada@example.com", "bob@example.com"]);
        assert_eq!(server.paths(), ["/held", "/hook"], "each was sent once");
    });
}

const TWICE: &str = r#"
tieline: 1
name: Twice
trigger: { on: shop.ordered }
steps:
  - do: http.request
    with: { url: "{{ trigger.url }}/held", method: POST }
  - do: http.request
    with: { url: "{{ trigger.url }}/second", method: POST }
"#;

#[test]
fn stopping_sends_no_further_request_and_the_next_start_does_at_once() {
    both(async |app| {
        let server = Server::start().await;
        app.publish(TWICE).await;
        let runtime = app.start();
        app.happens("shop.ordered", "ada", json!({"url": server.url})).await;
        app.until("the request is under way", async || server.received().len() == 1).await;
        let mut stopping = pin!(runtime.stop());
        // Polled once, it has asked the loops to stop.
        assert!(stopping.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        server.let_go(1);
        stopping.await;
        assert_eq!(server.paths(), ["/held"]);

        let app = app.reopen().await;
        let _runtime = app.start();
        app.settle().await;
        assert_eq!(app.statuses().await, [RunStatus::Completed]);
        assert_eq!(server.paths(), ["/held", "/second"]);
    });
}
