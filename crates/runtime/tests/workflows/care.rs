//! One run or event that fails again and again does not hold up the others.

use crate::server::Server;
use crate::support::both;
use serde_json::json;
use tieline_store::runs::Status;
use tieline_store::{Operation, Result, Tx};

/// Damages the event that started the run, as a failing disk might.
struct Damage;

impl Operation for Damage {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<()> {
        tx.execute("UPDATE events SET cause = 'damaged' WHERE kind = 'shop.order'", &[]).await.map(|_| ())
    }
}

#[test]
fn a_run_that_cannot_be_taken_on_fails_and_the_others_go_on() {
    both(async |house| {
        house
            .publish("{tieline: 1, name: Sleeps, trigger: {on: shop.order}, steps: [{wait: {for: 1h}}]}")
            .await;
        let runtime = house.start();
        house.happens("shop.order", "ada", json!({})).await;
        house.until("the run sleeps", async || house.statuses().await == [Status::Waiting]).await;
        runtime.stop().await;
        house.store.write(Damage).await.unwrap();
        house.clock_on(7200);
        let again = house.reopen().await;
        let runtime = again.start();
        again.until("the run is given up", async || again.statuses().await == [Status::Failed]).await;
        let detail = again.run().await.detail;
        assert!(detail.contains("given up") && detail.contains("table events"), "{detail}");
        again.happens("shop.order", "bob", json!({})).await;
        again.until("another run sleeps", async || again.statuses().await.contains(&Status::Waiting)).await;
        runtime.stop().await;
    });
}

#[test]
fn an_answer_that_cannot_be_written_down_is_not_asked_for_again_and_again() {
    both(async |house| {
        let server = Server::start().await;
        house
            .publish(
                "{tieline: 1, name: Asks, trigger: {on: shop.order}, \
                 steps: [{do: http.request, with: {url: '{{ trigger.url }}', method: POST}}]}",
            )
            .await;
        let runtime = house.start();
        house.happens("shop.order", "ada", json!({"url": format!("{}/held", server.url)})).await;
        house.until("the request is under way", async || server.received().len() == 1).await;
        house.store.write(Damage).await.unwrap();
        server.let_go(1);
        house.until("the run is given up", async || house.statuses().await == [Status::Failed]).await;
        let detail = house.run().await.detail;
        assert!(detail.contains("given up") && detail.contains("table events"), "{detail}");
        house.clock_on(200);
        tokio::time::sleep(std::time::Duration::from_millis(600)).await;
        assert_eq!(server.received().len(), 1);
        runtime.stop().await;
    });
}

#[test]
fn an_event_that_cannot_be_read_fails_its_own_runs_only() {
    both(async |house| {
        let workflow = "{tieline: 1, name: Sleeps, trigger: {on: shop.order}, steps: [{wait: {for: 1h}}]}";
        house.publish(workflow).await;
        let _runtime = house.start();
        // Deeper than JSON is read.
        let mut deep = json!(1);
        for _ in 0..200 {
            deep = json!([deep]);
        }
        house.happens("shop.order", "ada", deep).await;
        house.happens("shop.order", "bob", json!({})).await;
        house.settle().await;
        assert_eq!(house.statuses().await, [Status::Failed, Status::Waiting]);
        let detail = &house.runs().await[0].detail;
        assert!(detail.starts_with("the event cannot be read: "), "{detail}");
    });
}
