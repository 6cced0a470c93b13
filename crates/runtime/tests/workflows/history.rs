//! What a run's history records of its steps.

use crate::server::Server;
use crate::support::{both, done};
use serde_json::{Value, json};
use tieline_store::runs::{RunStatus, StepOutcome};

const ORDERED: &str = r#"
tieline: 1
name: Ordered
trigger: { on: shop.ordered }
steps:
  - id: buyer
    do: contacts.upsert-contact
    with: { email: "{{ trigger.email }}", phone: "{{ trigger.phone }}" }
  - if:
      - when: trigger.total > 100
        steps: [{ do: contacts.add-tags, with: { tags: [big] } }]
  - do: http.request
    with:
      url: "{{ trigger.url }}?key=abc"
      headers: { Authorization: Bearer abc }
      body: { total: "{{ trigger.total }}", apiKey: abc }
  - wait: { event: shop.shipped, within: 2d }
"#;

#[test]
fn each_step_is_recorded_with_its_input_output_and_changes() {
    both(async |app| {
        let server = Server::start().await;
        server.answers([500]);
        app.publish(ORDERED).await;
        let _runtime = app.start();
        let payload = json!({
            "email": "ada@example.com", "phone": "no number", "total": 5, "url": format!("{}/orders", server.url)
        });
        app.happens("shop.ordered", "ada", payload).await;
        app.settle().await;
        app.clock_on(2);
        app.settle().await;
        app.happens("shop.shipped", "ada", json!({"parcel": 7})).await;
        app.settle().await;
        let run = app.run().await;
        assert_eq!((run.status, run.warnings), (RunStatus::Completed, 1));
        let steps = app.history(&run).await;
        let named: Vec<_> = steps.iter().map(|step| (step.step.as_str(), step.outcome)).collect();
        let (finished, failed) = (StepOutcome::Done, StepOutcome::Failed);
        assert_eq!(
            named,
            [
                ("buyer", finished),
                ("branch", finished),
                ("request", failed),
                ("request", finished),
                ("wait", finished)
            ]
        );
        let [buyer, branch, first, second, wait] = steps.try_into().unwrap();

        assert_eq!(buyer.record.input, json!({"email": "ada@example.com", "phone": "no number"}));
        assert!(buyer.record.output.unwrap().get().contains(r#""email":"ada@example.com""#));
        assert_eq!(buyer.record.effects[0]["event"], "contact.created");
        assert!(buyer.record.warnings[0].contains("phone"), "{:?}", buyer.record.warnings);

        assert_eq!(branch.record.reason, "took no branch");

        assert_eq!((first.attempt, second.attempt), (1, 2));
        assert!(first.record.retry_at.is_some_and(|at| at > first.began_at && at <= second.began_at));
        assert_eq!(first.record.effects[0]["status"], 500);
        assert_eq!(second.record.effects[0]["status"], 200);
        assert_eq!(second.record.effects[0]["idempotencyKey"], first.record.effects[0]["idempotencyKey"]);
        assert_eq!(second.record.effects[0]["request"], format!("POST {}/orders?key=[redacted]", server.url));
        assert!(!second.record.input.to_string().contains("abc"), "{}", second.record.input);
        assert_eq!(second.record.input["body"]["total"], 5);

        let output: Value = serde_json::from_str(wait.record.output.unwrap().get()).unwrap();
        assert_eq!(output, json!({"happened": true, "event": {"parcel": 7}}));
        assert_eq!(wait.record.reason, "shop.shipped happened");
    });
}

#[test]
fn a_long_series_of_steps_takes_several_transactions_and_loses_none() {
    both(async |app| {
        let note = |n: u32| format!("  - do: contacts.create-note\n    with: {{ body: \"note {n}\" }}\n");
        let notes: String = (0..120).map(note).collect();
        app.publish(&format!(
            "tieline: 1\nname: Long\ntrigger: {{ on: shop.ordered }}\nsteps:\n\
             \x20 - do: contacts.upsert-contact\n    with: {{ email: a@example.com }}\n{notes}"
        ))
        .await;
        let _runtime = app.start();
        app.happens("shop.ordered", "ada", json!({})).await;
        app.settle().await;
        let run = app.run().await;
        assert_eq!(run.status, RunStatus::Completed, "{}", run.detail);
        assert_eq!(app.notes().await, (0..120).map(|n| format!("note {n}")).collect::<Vec<_>>());
        let steps = app.history(&run).await;
        assert_eq!(done(&steps).len(), 121);
        let seqs: Vec<i64> = steps.iter().map(|step| step.n).collect();
        assert_eq!(seqs, (1..=121).collect::<Vec<_>>());
    });
}

#[test]
fn runs_are_deleted_some_time_after_they_ended() {
    both(async |app| {
        app.publish("{ tieline: 1, name: Short, trigger: { on: shop.ordered }, steps: [{ stop: true }] }")
            .await;
        app.publish(
            "{ tieline: 1, name: Long, trigger: { on: shop.ordered }, steps: [{ wait: { for: 52w } }] }",
        )
        .await;
        let runtime = app.start();
        app.happens("shop.ordered", "ada", json!({})).await;
        app.settle().await;
        drop(runtime);
        app.clock_on(91 * 86_400);
        let _runtime = app.start();
        app.until("the run that ended is deleted", async || app.runs().await.len() == 1).await;
        assert_eq!(app.statuses().await, [RunStatus::Waiting], "one that has not ended stays");
        app.happens("shop.ordered", "bob", json!({})).await;
        app.until("the next event starts its runs", async || app.runs().await.len() > 1).await;
        assert_eq!(app.runs().await.len(), 3, "and no event starts its run again");
    });
}
