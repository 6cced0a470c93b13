//! How a run's history reports its end, and settings that change while runs sleep.

use crate::support::{both, done};
use serde_json::json;
use tieline_store::locations::Update;
use tieline_store::runs::{RunStatus, Step};

const KEPT: &str = r#"
tieline: 1
name: Kept
trigger: { on: shop.ordered }
steps:
  - do: contacts.upsert-contact
    with: { email: "{{ trigger.email }}", city: "{{ trigger.city }}" }
  - do: contacts.update-contact
    with: { state: WA }
  - wait: { for: 1d, unless: shop.cancelled }
  - if:
      - when: trigger.total > 100
        steps: [{ stop: { reason: "{{ contact.email }} spends enough" } }]
"#;

fn last(history: &[Step]) -> [&str; 3] {
    let last = history.last().unwrap();
    [&last.record.place, last.outcome.as_str(), &last.record.reason]
}

#[test]
fn a_contact_that_stays_as_it_is_is_called_unchanged() {
    both(async |app| {
        app.publish(KEPT).await;
        let _runtime = app.start();
        for _ in 0..2 {
            let payload = json!({"email": "ada@example.com", "city": "London", "total": 1});
            app.happens("shop.ordered", "ada", payload).await;
            app.settle().await;
        }
        let id = app.contact("ada@example.com").await.unwrap()["id"].as_str().unwrap().to_owned();
        for (run, verbs) in app.runs().await.iter().zip([["created", "updated"], ["unchanged"; 2]]) {
            let history = app.history(run).await;
            let reasons: Vec<_> = history[..2].iter().map(|step| step.record.reason.clone()).collect();
            assert_eq!(reasons, verbs.map(|verb| format!("contact {id} {verb}")));
        }
        assert_eq!(app.appended("contact.updated").await.len(), 1);
    });
}

#[test]
fn the_history_of_a_stopped_run_ends_with_the_reason() {
    both(async |app| {
        app.publish(KEPT).await;
        let _runtime = app.start();
        let order = async |who: &str| {
            let payload = json!({"email": format!("{who}@example.com"), "total": 500});
            app.happens("shop.ordered", who, payload).await;
        };
        order("ada").await;
        order("bob").await;
        app.settle().await;
        app.happens("shop.cancelled", "ada", json!({})).await;
        app.settle().await;
        app.clock_on(86_400);
        app.settle().await;
        let runs = app.runs().await;
        assert_eq!(app.statuses().await, [RunStatus::Stopped; 2]);
        let cancelled = app.history(&runs[0]).await;
        let reason = "shop.cancelled happened while the run was waiting";
        assert_eq!(last(&cancelled), ["steps[2]", "stopped", reason]);
        let enough = app.history(&runs[1]).await;
        assert_eq!(last(&enough), ["steps[3].if[0].steps[0]", "stopped", "bob@example.com spends enough"]);
    });
}

const UNREADABLE: &str = r#"
tieline: 1
name: Unreadable
trigger: { on: shop.ordered }
steps:
  - do: contacts.upsert-contact
    with: { email: "{{ trigger.email }}" }
  - wait: { until: "{{ trigger.until }}" }
"#;

#[test]
fn the_history_of_a_failed_run_ends_with_one_line_that_says_why() {
    both(async |app| {
        app.publish(UNREADABLE).await;
        let _runtime = app.start();
        app.happens("shop.ordered", "ada", json!({"email": "ada@example.com", "until": "soon"})).await;
        app.happens("shop.ordered", "bob", json!({"email": null, "until": "soon"})).await;
        app.settle().await;
        let runs = app.runs().await;
        let waited = app.history(&runs[0]).await;
        let [place, status, detail] = last(&waited);
        assert_eq!((place, status), ("steps[1].wait.until", "failed"));
        assert!(detail.contains("soon"), "{detail}");
        assert_eq!(done(&app.history(&runs[1]).await), ["contacts.upsert-contact: failed"]);
    });
}

const LATER: &str = r#"
tieline: 1
name: Later
trigger: { on: shop.ordered }
steps:
  - do: contacts.upsert-contact
    with: { email: "{{ trigger.email }}" }
  - wait: { for: 1d }
  - do: contacts.create-note
    with: { body: "{{ location.name }}: {{ now | date('%H', location.timezone) }}" }
"#;

#[test]
fn a_run_that_slept_sees_the_location_as_it_is_now() {
    both(async |app| {
        app.publish(LATER).await;
        let _runtime = app.start();
        let order = async || {
            app.happens("shop.ordered", "ada", json!({"email": "ada@example.com"})).await;
            app.settle().await;
            app.clock_on(86_400);
            app.settle().await;
        };
        order().await;
        let update = Update {
            id: app.location.id.clone(),
            name: Some("Away".to_owned()),
            country: None,
            timezone: Some("Europe/Berlin".to_owned()),
            allow_duplicate_contact: None,
        };
        app.store.write(update).await.unwrap();
        order().await;
        assert_eq!(app.notes().await, ["Home: 23", "Away: 13"]);
    });
}
