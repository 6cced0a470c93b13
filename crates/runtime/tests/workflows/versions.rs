//! Which version of a workflow a run follows, and from when on a workflow counts.

use crate::support::both;
use serde_json::json;
use tieline_store::runs::RunStatus;

fn greeting(words: &str) -> String {
    format!(
        r#"
tieline: 1
name: Greeting
trigger: {{ on: person.met }}
steps:
  - do: contacts.upsert-contact
    with: {{ email: "{{{{ trigger.email }}}}" }}
  - wait: {{ for: 1d }}
  - do: contacts.create-note
    with: {{ body: "{words} {{{{ trigger.email }}}}" }}
"#
    )
}

#[test]
fn a_run_follows_the_version_that_it_was_started_on() {
    both(async |app| {
        let first = app.publish(&greeting("hello")).await;
        let _runtime = app.start();
        app.happens("person.met", "ada", json!({"email": "ada@example.com"})).await;
        app.settle().await;
        let second = app.publish(&greeting("good day")).await;
        assert_eq!((first.published_version, second.published_version), (Some(1), Some(2)));
        app.happens("person.met", "bob", json!({"email": "bob@example.com"})).await;
        app.settle().await;
        let versions: Vec<_> = app.runs().await.iter().map(|run| run.version).collect();
        assert_eq!(versions, [1, 2]);

        app.clock_on(86_400);
        app.settle().await;
        let mut notes = app.notes().await;
        notes.sort();
        assert_eq!(notes, ["good day bob@example.com", "hello ada@example.com"]);
        assert_eq!(app.statuses().await, [RunStatus::Completed; 2]);
    });
}

#[test]
fn a_workflow_is_not_started_by_what_happened_before_it_was_published() {
    both(async |app| {
        let runtime = app.start();
        app.happens("person.met", "ada", json!({"email": "ada@example.com"})).await;
        app.settle().await;
        app.happens("person.met", "bob", json!({"email": "bob@example.com"})).await;
        // No workflow wants bob's event, so skipping it leaves no trace: wait for a few polls.
        tokio::time::sleep(std::time::Duration::from_millis(800)).await;
        app.publish(&greeting("hello")).await;
        runtime.stop().await;

        let app = app.reopen().await;
        let _runtime = app.start();
        app.happens("person.met", "eve", json!({"email": "eve@example.com"})).await;
        app.settle().await;
        app.clock_on(86_400);
        app.settle().await;
        assert_eq!(app.notes().await, ["hello eve@example.com"]);
    });
}
