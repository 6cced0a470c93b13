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

const SECRETS: &str = r#"
tieline: 1
name: Secrets
trigger: { on: shop.ordered }
steps:
  - do: contacts.upsert-contact
    with: { email: ada@example.com }
  - do: contacts.create-note
    with: { body: "sent api_key=note-s3cret and eyJhbGciOiJub25lIn0.eyJuIjoiczNjcmV0In0.jwt-s3cret" }
  - do: http.request
    with: { url: "{{ trigger.url }}/echo", headers: { X-Api-Key: header-s3cret } }
  - do: http.request
    with: { url: "{{ trigger.url }}/echo", headers: { X-Api-Key: header-s3cret } }
    retry: { attempts: 1 }
"#;

#[test]
fn no_secret_is_in_an_output_a_reason_or_the_runs_detail() {
    both(async |app| {
        let server = Server::start().await;
        server.answers([200, 400]);
        app.publish(SECRETS).await;
        let _runtime = app.start();
        app.happens("shop.ordered", "ada", json!({ "url": server.url })).await;
        app.settle().await;
        let run = app.run().await;
        assert_eq!((run.status, server.paths().len()), (RunStatus::Failed, 2));
        assert!(!run.detail.contains("s3cret"), "{}", run.detail);
        let steps = app.history(&run).await;
        for step in &steps {
            let shown = step.to_json().unwrap().to_string();
            assert!(!shown.contains("s3cret"), "{shown}");
        }
        let output: Value = serde_json::from_str(steps[2].record.output.as_ref().unwrap().get()).unwrap();
        let body = output["body"].as_str().unwrap_or_default();
        assert!(body.contains("[redacted]") || output["body"]["caller"] == "[redacted]", "{output}");
        assert!(app.notes().await[0].contains("note-s3cret"), "the note itself stays as it is");
    });
}

#[test]
fn the_reason_of_a_stop_is_kept_without_secrets_and_not_endlessly() {
    both(async |app| {
        app.publish(
            "{ tieline: 1, name: Stop, trigger: { on: shop.ordered }, steps: [{ stop: { reason: \"{{ trigger.why }}\" } }] }",
        )
        .await;
        let _runtime = app.start();
        let why = format!("token=s3cret {}", "é".repeat(100_000));
        app.happens("shop.ordered", "ada", json!({ "why": why })).await;
        app.settle().await;
        let run = app.run().await;
        assert_eq!(run.status, RunStatus::Stopped);
        let step = app.history(&run).await.remove(0);
        for text in [&run.detail, &step.record.reason] {
            assert!(text.starts_with("token=[redacted] é") && text.len() <= 16_384, "{} bytes", text.len());
            assert!(text.ends_with(" more characters"));
        }
    });
}
