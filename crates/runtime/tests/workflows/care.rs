//! One run or event that fails again and again does not hold up the others.

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
