//! The main use case: a payment fails, and is recovered or not.

use crate::support::{TestApp, both, done};
use serde_json::{Value, json};
use tieline_model::ContactId;
use tieline_model::task::Task;
use tieline_store::runs::RunStatus;
use tieline_store::tasks;

pub(crate) const PAYMENT_FAILED: &str = r#"
tieline: 1
name: Payment failed
trigger:
  on: paythen.payment.failed
  when: trigger.payment.attempt >= 1
steps:
  - id: person
    do: contacts.upsert-contact
    with: { email: "{{ trigger.customer.email }}", name: "{{ trigger.customer.name }}" }
  - do: contacts.add-tags
    with: { tags: [payment-failed] }
  - do: contacts.create-note
    with: { body: "{{ trigger.id }}: {{ trigger.payment.failureMessage }}" }
  - wait: { for: 3d, unless: paythen.plan.recovered }
  - if:
      - when: "'payment-failed' in contact.tags"
        steps:
          - do: contacts.create-task
            with: { title: "Call {{ contact.firstName }}", dueDate: "{{ now | plus('1d') }}", completed: false }
      - else: []
"#;

const DAY: u64 = 86_400;

impl TestApp {
    async fn payment_fails(&self) {
        let payload = json!({
            "id": "evt_1",
            "customer": { "email": "mara@example.com", "name": "Mara Voss" },
            "payment": { "attempt": 1, "failureMessage": "Your card was declined." },
        });
        self.happens("paythen.payment.failed", "stripe:cus_1", payload).await;
    }

    async fn tasks(&self, contact: &Value) -> Vec<Task> {
        let contact_id = ContactId::from(contact["id"].as_str().unwrap());
        let list = tasks::List::new(self.location.id.clone(), contact_id);
        self.store.read(list).await.unwrap()
    }
}

#[test]
fn a_failed_payment_ends_in_a_task() {
    both(async |app| {
        app.publish(PAYMENT_FAILED).await;
        let _runtime = app.start();
        app.payment_fails().await;
        app.settle().await;

        let contact = app.contact("mara@example.com").await.unwrap();
        assert_eq!((&contact["firstName"], &contact["lastName"]), (&json!("Mara"), &json!("Voss")));
        assert_eq!(contact["tags"], json!(["payment-failed"]));
        assert_eq!(app.notes().await, ["evt_1: Your card was declined."]);
        let run = app.run().await;
        assert_eq!(run.status, RunStatus::Waiting);
        assert_eq!(run.detail, "waits until 2026-11-26T12:00:00.000Z");
        assert_eq!(run.contact_id.unwrap().as_str(), contact["id"]);

        app.clock_on(3 * DAY - 1);
        app.settle().await;
        assert!(app.tasks(&contact).await.is_empty(), "the three days are not over");

        app.clock_on(1);
        app.settle().await;
        let tasks = app.tasks(&contact).await;
        assert_eq!(tasks.len(), 1);
        assert_eq!(tasks[0].text("title"), Some("Call Mara"));
        assert_eq!(tasks[0].text("dueDate"), Some("2026-11-27T12:00:00.000Z"));
        assert!(!tasks[0].completed);
        let run = app.run().await;
        assert_eq!((run.status, run.due_at), (RunStatus::Completed, None));
        let expected = [
            "contacts.upsert-contact: done",
            "contacts.add-tags: done",
            "contacts.create-note: done",
            "steps[3]: done",
            "steps[4].if[0]: done",
            "contacts.create-task: done",
        ];
        assert_eq!(done(&app.history(&run).await), expected);
    });
}

#[test]
fn a_payment_that_recovers_ends_the_run() {
    both(async |app| {
        app.publish(PAYMENT_FAILED).await;
        let _runtime = app.start();
        app.payment_fails().await;
        app.settle().await;
        app.clock_on(DAY);
        app.happens("paythen.plan.recovered", "stripe:cus_other", json!({})).await;
        app.settle().await;
        assert_eq!(app.statuses().await, [RunStatus::Waiting], "that was somebody else's plan");

        app.happens("paythen.plan.recovered", "stripe:cus_1", json!({})).await;
        app.settle().await;
        let run = app.run().await;
        assert_eq!(run.status, RunStatus::Stopped);
        assert_eq!(run.detail, "paythen.plan.recovered happened while the run was waiting");

        app.clock_on(7 * DAY);
        app.settle().await;
        assert_eq!(app.statuses().await, [RunStatus::Stopped]);
        let contact = app.contact("mara@example.com").await.unwrap();
        assert!(app.tasks(&contact).await.is_empty());
    });
}

#[test]
fn a_recovery_counts_even_if_it_came_before_the_run_reached_its_wait() {
    both(async |app| {
        app.publish(PAYMENT_FAILED).await;
        // Both are in the log before it is read, as after an outage of some minutes.
        app.payment_fails().await;
        app.happens("paythen.plan.recovered", "stripe:cus_1", json!({})).await;
        let _runtime = app.start();
        app.settle().await;
        assert_eq!(app.statuses().await, [RunStatus::Stopped]);
    });
}
