//! A node that dies while a request of a run is under way.

use crate::server::Server;
use crate::support::both;
use serde_json::json;
use std::time::Duration;
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
  - do: contacts.create-note
    with: { body: "sent" }
"#;

/// Longer than a node may be silent before another one takes over its runs.
const LEASE_IS_OVER: u64 = 91;

#[test]
fn a_request_whose_node_is_silent_is_sent_again_and_its_late_answer_does_not_count() {
    both(async |app| {
        let server = Server::start().await;
        app.publish(NOTIFIED).await;
        let _runtime = app.start();
        let payload = json!({"email": "ada@example.com", "url": format!("{}/held", server.url)});
        app.happens("shop.ordered", "ada", payload).await;
        app.until("the request is under way", async || server.received().len() == 1).await;

        app.clock_on(LEASE_IS_OVER);
        app.until("the request is sent again", async || server.received().len() == 2).await;
        let received = server.received();
        assert_eq!(received[0], received[1], "the receiver can recognise that it is the same request");

        // The first answer, which belongs to the lease that has ended, would fail the run.
        server.answers([404, 200]);
        server.let_go(1);
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!(app.statuses().await, [RunStatus::Calling]);
        server.let_go(1);
        app.settle().await;
        assert_eq!(app.statuses().await, [RunStatus::Completed]);
        assert_eq!(app.notes().await, ["sent"]);
        assert_eq!(server.received().len(), 2);
    });
}

#[test]
fn a_request_under_way_at_a_crash_is_sent_again_after_the_next_start() {
    both(async |app| {
        let server = Server::start().await;
        app.publish(NOTIFIED).await;
        let runtime = app.start();
        let payload = json!({"email": "ada@example.com", "url": format!("{}/held", server.url)});
        app.happens("shop.ordered", "ada", payload).await;
        app.until("the request is under way", async || server.received().len() == 1).await;
        drop(runtime);

        let app = app.reopen().await;
        let _runtime = app.start();
        server.let_go(2);
        app.clock_on(LEASE_IS_OVER);
        app.settle().await;
        assert_eq!(app.statuses().await, [RunStatus::Completed]);
        let received = server.received();
        assert_eq!(received.len(), 2);
        assert_eq!(received[0], received[1]);
        assert_eq!(app.notes().await, ["sent"]);
    });
}
