//! One run or event that fails repeatedly does not hold up the others.

use crate::server::Server;
use crate::support::both;
use serde_json::json;
use tieline_store::runs::RunStatus;
use tieline_store::{Procedure, Result, Tx};

/// Damages the event that started the run, as a failing disk might.
struct Damage;

impl Procedure for Damage {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<()> {
        tx.execute("UPDATE events SET cause = 'damaged' WHERE kind = 'shop.order'", &[]).await.map(|_| ())
    }
}

#[test]
fn a_run_that_cannot_continue_fails_and_the_others_continue() {
    both(async |app| {
        app.publish("{tieline: 1, name: Sleeps, trigger: {on: shop.order}, steps: [{wait: {for: 1h}}]}")
            .await;
        let runtime = app.start();
        app.happens("shop.order", "ada", json!({})).await;
        app.until("the run sleeps", async || app.statuses().await == [RunStatus::Waiting]).await;
        runtime.stop().await;
        app.store.write(Damage).await.unwrap();
        app.clock_on(7200);
        let again = app.reopen().await;
        let runtime = again.start();
        again.until("the run is given up", async || again.statuses().await == [RunStatus::Failed]).await;
        let detail = again.run().await.detail;
        assert!(detail.contains("given up") && detail.contains("table events"), "{detail}");
        again.happens("shop.order", "bob", json!({})).await;
        again
            .until("another run sleeps", async || again.statuses().await.contains(&RunStatus::Waiting))
            .await;
        runtime.stop().await;
    });
}

#[test]
fn an_answer_that_cannot_be_recorded_is_not_requested_forever() {
    both(async |app| {
        let server = Server::start().await;
        app.publish(
            "{tieline: 1, name: Asks, trigger: {on: shop.order}, \
                 steps: [{do: http.request, with: {url: '{{ trigger.url }}', method: POST}}]}",
        )
        .await;
        let runtime = app.start();
        app.happens("shop.order", "ada", json!({"url": format!("{}/held", server.url)})).await;
        app.until("the request is under way", async || server.received().len() == 1).await;
        app.store.write(Damage).await.unwrap();
        server.let_go(1);
        app.until("the run is given up", async || app.statuses().await == [RunStatus::Failed]).await;
        let detail = app.run().await.detail;
        assert!(detail.contains("given up") && detail.contains("table events"), "{detail}");
        app.clock_on(200);
        tokio::time::sleep(std::time::Duration::from_millis(600)).await;
        assert_eq!(server.received().len(), 1);
        runtime.stop().await;
    });
}

#[test]
fn an_event_that_cannot_be_read_fails_its_own_runs_only() {
    both(async |app| {
        let workflow = "{tieline: 1, name: Sleeps, trigger: {on: shop.order}, steps: [{wait: {for: 1h}}]}";
        app.publish(workflow).await;
        let _runtime = app.start();
        // Nested more deeply than the JSON reader accepts.
        let mut deep = json!(1);
        for _ in 0..200 {
            deep = json!([deep]);
        }
        app.happens("shop.order", "ada", deep).await;
        app.happens("shop.order", "bob", json!({})).await;
        app.settle().await;
        assert_eq!(app.statuses().await, [RunStatus::Failed, RunStatus::Waiting]);
        let detail = &app.runs().await[0].detail;
        assert!(detail.starts_with("the event cannot be read: "), "{detail}");
    });
}
