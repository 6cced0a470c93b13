//! Which events start a workflow.

use crate::support::{both, done};
use serde_json::json;
use tieline_store::runs::RunStatus;
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
    both(async |app| {
        app.publish(BIG_ORDERS).await;
        let _runtime = app.start();
        for total in [99, 100, 101] {
            app.happens("shop.ordered", "ada", json!({"email": "ada@example.com", "total": total})).await;
        }
        app.happens("shop.cancelled", "ada", json!({"email": "ada@example.com", "total": 500})).await;
        app.settle().await;
        assert_eq!(app.notes().await, ["big 100", "big 101"]);
        assert_eq!(app.statuses().await, [RunStatus::Completed; 2]);
    });
}

#[test]
fn a_condition_that_cannot_be_evaluated_leaves_a_failed_run_that_says_why() {
    both(async |app| {
        app.publish(&BIG_ORDERS.replace("total >= 100", "total + 0 >= 100")).await;
        let _runtime = app.start();
        app.happens("shop.ordered", "ada", json!({"email": "ada@example.com", "total": {}})).await;
        app.settle().await;
        let run = app.run().await;
        assert_eq!(run.status, RunStatus::Failed);
        assert!(run.detail.starts_with("trigger.when: "), "{}", run.detail);
        assert_eq!(app.contact("ada@example.com").await, None);
    });
}

#[test]
fn a_retry_evaluates_the_condition_again() {
    both(async |app| {
        let workflow = "{tieline: 1, name: Odd, trigger: {on: shop.ordered, when: '1 / trigger.total > 2'}, \
                        steps: [{stop: {reason: ran}}]}";
        app.publish(workflow).await;
        let _runtime = app.start();
        app.happens("shop.ordered", "ada", json!({"total": 0})).await;
        app.settle().await;
        let run = app.run().await;
        assert_eq!(run.status, RunStatus::Failed);
        app.retry(&run.id).await.unwrap();
        app.settle().await;
        let again = app.run().await;
        assert_eq!((again.status, &again.detail), (RunStatus::Failed, &run.detail));
        let history = app.history(&run).await;
        assert_eq!(done(&history), ["trigger: failed"; 2]);
    });
}

#[test]
fn one_event_starts_every_workflow_that_waits_for_it() {
    both(async |app| {
        app.publish(BIG_ORDERS).await;
        app.publish(ALL_ORDERS).await;
        let _runtime = app.start();
        app.happens("shop.ordered", "ada", json!({"email": "ada@example.com", "total": 100})).await;
        app.settle().await;
        let mut notes = app.notes().await;
        notes.sort();
        assert_eq!(notes, ["any 100", "big 100"]);
    });
}

#[test]
fn an_unpublished_workflow_is_not_started() {
    both(async |app| {
        app.publish(BIG_ORDERS).await;
        app.publish(ALL_ORDERS).await;
        let _runtime = app.start();
        let unpublish = Unpublish { location_id: app.location.id.clone(), name: "Big orders".into() };
        app.store.write(unpublish).await.unwrap();
        app.happens("shop.ordered", "ada", json!({"email": "ada@example.com", "total": 100})).await;
        app.settle().await;
        assert_eq!(app.notes().await, ["any 100"]);
    });
}

#[test]
fn a_workflow_that_triggers_itself_is_stopped() {
    both(async |app| {
        app.publish(PING_PONG).await;
        app.publish(ALL_ORDERS).await;
        let _runtime = app.start();
        app.happens("shop.ordered", "ada", json!({"email": "ada@example.com", "total": 1})).await;
        app.settle().await;
        let contact = app.contact("ada@example.com").await.unwrap();
        app.add_tags(&contact, &["start"]).await;
        app.settle().await;
        let mut runs = app.runs().await.split_off(1);
        let last = runs.pop().unwrap();
        assert_eq!(runs.len(), 8);
        assert!(runs.iter().all(|run| run.status == RunStatus::Completed));
        assert_eq!(last.status, RunStatus::Failed);
        assert!(last.detail.contains("a workflow seems to trigger itself"), "{}", last.detail);
        assert_eq!(app.contact("ada@example.com").await.unwrap()["tags"], json!(["start"]));
    });
}
