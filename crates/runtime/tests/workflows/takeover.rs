//! A node that dies while a request of a run is under way.

use crate::server::Server;
use crate::support::both;
use serde_json::json;
use std::time::Duration;
use tieline_store::runs::Status;

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
    with: { body: "told" }
"#;

/// Longer than a node may be silent before another one takes its runs over.
const LEASE_IS_OVER: u64 = 91;

#[test]
fn a_request_whose_node_is_silent_is_sent_again_and_its_late_answer_does_not_count() {
    both(async |house| {
        let server = Server::start().await;
        house.publish(NOTIFIED).await;
        let _runtime = house.start();
        let payload = json!({"email": "ada@example.com", "url": format!("{}/held", server.url)});
        house.happens("shop.ordered", "ada", payload).await;
        house.until("the request is under way", async || server.received().len() == 1).await;

        house.clock_on(LEASE_IS_OVER);
        house.until("the request is sent again", async || server.received().len() == 2).await;
        let received = server.received();
        assert_eq!(received[0], received[1], "the other side can tell that it is the same request");

        // The first answer, which belongs to the lease that is over, would fail the run.
        server.answers([404, 200]);
        server.let_go(1);
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!(house.statuses().await, [Status::Calling]);
        server.let_go(1);
        house.settle().await;
        assert_eq!(house.statuses().await, [Status::Completed]);
        assert_eq!(house.notes().await, ["told"]);
        assert_eq!(server.received().len(), 2);
    });
}

#[test]
fn a_request_under_way_at_a_crash_is_sent_again_after_the_next_start() {
    both(async |house| {
        let server = Server::start().await;
        house.publish(NOTIFIED).await;
        let runtime = house.start();
        let payload = json!({"email": "ada@example.com", "url": format!("{}/held", server.url)});
        house.happens("shop.ordered", "ada", payload).await;
        house.until("the request is under way", async || server.received().len() == 1).await;
        drop(runtime);

        let house = house.reopen().await;
        let _runtime = house.start();
        server.let_go(2);
        house.clock_on(LEASE_IS_OVER);
        house.settle().await;
        assert_eq!(house.statuses().await, [Status::Completed]);
        let received = server.received();
        assert_eq!(received.len(), 2);
        assert_eq!(received[0], received[1]);
        assert_eq!(house.notes().await, ["told"]);
    });
}
