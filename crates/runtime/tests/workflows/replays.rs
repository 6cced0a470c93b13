//! Replaying runs, and workflows that another version of Tieline has published.

use crate::support::{TestApp, both};
use serde_json::{Value, json};
use tieline_model::workflow::read_text;
use tieline_operations::Catalogue;
use tieline_runtime::replay::{ReplayRun, Replayed};
use tieline_store::runs::{Origin, Run, RunStatus};
use tieline_store::workflows::{Apply, Unpublish};

const NOTED: &str = r#"
tieline: 1
name: Noted
trigger: { on: shop.ordered }
steps:
  - do: contacts.upsert-contact
    with: { email: ada@example.com }
  - do: contacts.create-note
    with: { body: "order {{ trigger.n }}" }
"#;

async fn replay(app: &TestApp, run: &Run) -> Replayed {
    let (location_id, id, catalogue) = (app.location.id.clone(), run.id.clone(), Catalogue::default());
    app.store.write(ReplayRun { location_id, id, catalogue }).await.unwrap()
}

/// Publishes a document that this version would refuse to save.
async fn publish_unchecked(app: &TestApp, document: Value) {
    let (location_id, name) = (app.location.id.clone(), "Newer".to_owned());
    app.store.write(Apply { location_id, name, document, publish: true }).await.unwrap();
}

#[test]
fn an_event_is_replayed_on_the_version_that_is_published_now() {
    both(async |app| {
        app.publish(NOTED).await;
        let _runtime = app.start();
        app.happens("shop.ordered", "ada", json!({"n": 7})).await;
        app.settle().await;
        let first = app.run().await;
        app.publish(&NOTED.replace("order {{", "again {{")).await;
        let replayed = replay(&app, &first).await;
        assert!(replayed.is_published);
        let replayed = replayed.run;
        assert_eq!((replayed.origin, replayed.parent_id.as_ref()), (Origin::Replay, Some(&first.id)));
        app.settle().await;
        assert_eq!(app.statuses().await, [RunStatus::Completed; 2]);
        assert_eq!(app.notes().await, ["order 7", "again 7"]);
    });
}

/// Case R2.
#[test]
fn runs_of_a_workflow_that_cannot_be_compiled_are_written_as_failed_and_can_be_retried() {
    both(async |app| {
        let document = json!({
            "tieline": 1, "name": "Newer", "trigger": {"on": "shop.ordered"}, "steps": [{"teleport": true}]
        });
        publish_unchecked(&app, document).await;
        let _runtime = app.start();
        app.happens("shop.ordered", "ada", json!({"n": 7})).await;
        app.until("the run is written", async || app.statuses().await == [RunStatus::Failed]).await;
        let run = app.run().await;
        assert!(run.detail.contains("teleport"), "{}", run.detail);
        assert_eq!(app.history(&run).await.len(), 1);
        app.retry(&run.id).await.unwrap();
        app.settle().await;
        assert_eq!(app.statuses().await, [RunStatus::Failed], "it still cannot be compiled");
    });
}

/// Case R2.
#[test]
fn an_unknown_action_fails_the_run_that_reaches_it() {
    both(async |app| {
        let mut document = read_text(NOTED).unwrap();
        document["steps"]
            .as_array_mut()
            .unwrap()
            .push(json!({"do": "contacts.teleport", "with": {"to": "x"}}));
        publish_unchecked(&app, document).await;
        let _runtime = app.start();
        app.happens("shop.ordered", "ada", json!({"n": 7})).await;
        app.settle().await;
        let run = app.run().await;
        assert_eq!(run.status, RunStatus::Failed);
        assert!(run.detail.starts_with("steps[2]: `contacts.teleport`"), "{}", run.detail);
        assert_eq!(app.notes().await, ["order 7"]);
    });
}

/// Case R4.
#[test]
fn updating_another_contact_leaves_the_run_about_its_own() {
    both(async |app| {
        let found = "  - id: other\n    do: contacts.upsert-contact\n    with: { email: bob@example.com }\n";
        let text = NOTED.replace("steps:\n", &format!("steps:\n{found}")).replace(
            "  - do: contacts.create-note",
            "  - do: contacts.update-contact\n    with: { contactId: \"{{ steps.other.contact.id }}\", city: Bonn }\n  \
             - do: contacts.create-note",
        );
        app.publish(&text).await;
        let _runtime = app.start();
        app.happens("shop.ordered", "ada", json!({"n": 7})).await;
        app.settle().await;
        let (ada, bob) =
            (app.contact("ada@example.com").await.unwrap(), app.contact("bob@example.com").await.unwrap());
        assert_eq!(bob["city"], "Bonn");
        let note = app.appended("note.created").await.remove(0);
        assert_eq!(note["note"]["contactId"], ada["id"]);
    });
}

const ASKED: &str = r#"
tieline: 1
name: Asked
trigger: { on: shop.ordered }
steps:
  - id: answer
    wait: { event: shop.answered, within: 2d }
  - do: contacts.upsert-contact
    with: { email: ada@example.com }
  - do: contacts.create-note
    with: { body: "answered: {{ steps.answer.happened }}" }
"#;

#[test]
fn a_replayed_run_keeps_events_from_the_moment_it_is_replayed() {
    both(async |app| {
        app.publish(ASKED).await;
        let runtime = app.start();
        app.happens("shop.ordered", "ada", json!({})).await;
        app.settle().await;
        app.clock_on(3 * 86_400);
        app.settle().await;
        drop(runtime);
        let app = app.reopen().await;
        replay(&app, &app.run().await).await;
        // In the log behind this answer, and so dispatched before the new run is taken up.
        app.happens("shop.answered", "ada", json!({})).await;
        let _runtime = app.start();
        app.settle().await;
        app.settle().await;
        assert_eq!(app.notes().await, ["answered: false", "answered: true"]);
    });
}

#[test]
fn a_replay_of_an_unpublished_workflow_says_so_and_takes_the_runs_version() {
    both(async |app| {
        app.publish(NOTED).await;
        let _runtime = app.start();
        app.happens("shop.ordered", "ada", json!({"n": 7})).await;
        app.settle().await;
        let (location_id, name) = (app.location.id.clone(), "Noted".to_owned());
        app.store.write(Unpublish { location_id, name }).await.unwrap();
        let replayed = replay(&app, &app.run().await).await;
        assert_eq!((replayed.is_published, replayed.run.version), (false, 1));
        app.settle().await;
        assert_eq!(app.notes().await, ["order 7", "order 7"]);
    });
}
