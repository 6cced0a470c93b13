//! Which events start a workflow.

use crate::support::{both, done};
use serde_json::json;
use tieline_store::runs::Status;
use tieline_store::workflows::Unpublish;

const BIG_ORDERS: &str = r#"
tieline: 1
name: Big orders
trigger: { on: shop.ordered, when: trigger.total >= 100 }
steps:
  - do: contacts.upsert-contact
    with: { email: "{{ trigger.email }}" }
  - do: contacts.create-note
    with: { body: "big {{ trigger.total }}" }
"#;

const ALL_ORDERS: &str = r#"
tieline: 1
name: All orders
trigger: { on: shop.ordered }
steps:
  - do: contacts.upsert-contact
    with: { email: "{{ trigger.email }}" }
  - do: contacts.create-note
    with: { body: "any {{ trigger.total }}" }
"#;

const PING_PONG: &str = r#"
tieline: 1
name: Ping pong
trigger: { on: contact.tags_changed }
steps:
  - if:
      - when: "'ping' in contact.tags"
        steps: [{ do: contacts.remove-tags, with: { tags: [ping] } }]
      - else: [{ do: contacts.add-tags, with: { tags: [ping] } }]
"#;

#[test]
fn a_condition_admits_and_refuses() {
    both(async |house| {
        house.publish(BIG_ORDERS).await;
        let _runtime = house.start();
        for total in [99, 100, 101] {
            house.happens("shop.ordered", "ada", json!({"email": "ada@example.com", "total": total})).await;
        }
        house.happens("shop.cancelled", "ada", json!({"email": "ada@example.com", "total": 500})).await;
        house.settle().await;
        assert_eq!(house.notes().await, ["big 100", "big 101"]);
        assert_eq!(house.statuses().await, [Status::Completed; 2]);
    });
}

#[test]
fn a_condition_that_cannot_be_told_leaves_a_failed_run_that_says_why() {
    both(async |house| {
        house.publish(&BIG_ORDERS.replace("total >= 100", "total + 0 >= 100")).await;
        let _runtime = house.start();
        house.happens("shop.ordered", "ada", json!({"email": "ada@example.com", "total": {}})).await;
        house.settle().await;
        let run = house.run().await;
        assert_eq!(run.status, Status::Failed);
        assert!(run.detail.starts_with("trigger.when: "), "{}", run.detail);
        assert_eq!(house.contact("ada@example.com").await, None);
    });
}

#[test]
fn a_retry_asks_for_the_condition_again() {
    both(async |house| {
        let workflow = "{tieline: 1, name: Odd, trigger: {on: shop.ordered, when: '1 / trigger.total > 2'}, \
                        steps: [{stop: {reason: ran}}]}";
        house.publish(workflow).await;
        let _runtime = house.start();
        house.happens("shop.ordered", "ada", json!({"total": 0})).await;
        house.settle().await;
        let run = house.run().await;
        assert_eq!(run.status, Status::Failed);
        house.retry(&run.id).await.unwrap();
        house.settle().await;
        let again = house.run().await;
        assert_eq!((again.status, &again.detail), (Status::Failed, &run.detail));
        let history = house.history(&run).await;
        assert_eq!(done(&history), ["trigger: failed", ": failed"]);
    });
}

#[test]
fn one_event_starts_every_workflow_that_waits_for_it() {
    both(async |house| {
        house.publish(BIG_ORDERS).await;
        house.publish(ALL_ORDERS).await;
        let _runtime = house.start();
        house.happens("shop.ordered", "ada", json!({"email": "ada@example.com", "total": 100})).await;
        house.settle().await;
        let mut notes = house.notes().await;
        notes.sort();
        assert_eq!(notes, ["any 100", "big 100"]);
    });
}

#[test]
fn a_workflow_that_was_taken_out_of_use_is_not_started() {
    both(async |house| {
        house.publish(BIG_ORDERS).await;
        house.publish(ALL_ORDERS).await;
        let _runtime = house.start();
        let unpublish = Unpublish { location_id: house.location.id.clone(), name: "Big orders".into() };
        house.store.write(unpublish).await.unwrap();
        house.happens("shop.ordered", "ada", json!({"email": "ada@example.com", "total": 100})).await;
        house.settle().await;
        assert_eq!(house.notes().await, ["any 100"]);
    });
}

#[test]
fn a_workflow_that_triggers_itself_is_stopped() {
    both(async |house| {
        house.publish(PING_PONG).await;
        house.publish(ALL_ORDERS).await;
        let _runtime = house.start();
        house.happens("shop.ordered", "ada", json!({"email": "ada@example.com", "total": 1})).await;
        house.settle().await;
        let contact = house.contact("ada@example.com").await.unwrap();
        house.add_tags(&contact, &["start"]).await;
        house.settle().await;
        let mut runs = house.runs().await.split_off(1);
        let last = runs.pop().unwrap();
        assert_eq!(runs.len(), 8);
        assert!(runs.iter().all(|run| run.status == Status::Completed));
        assert_eq!(last.status, Status::Failed);
        assert!(last.detail.contains("a workflow seems to trigger itself"), "{}", last.detail);
        assert_eq!(house.contact("ada@example.com").await.unwrap()["tags"], json!(["start"]));
    });
}
