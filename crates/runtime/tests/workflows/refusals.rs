//! A step that the store refuses.

use crate::support::{both, done};
use serde_json::json;
use tieline_store::runs::RunStatus;

const TWO_PEOPLE: &str = r#"
tieline: 1
name: Two people
trigger: { on: person.met }
steps:
  - do: contacts.upsert-contact
    with: { email: "{{ trigger.email }}" }
  - do: contacts.create-note
    with: { body: "met" }
  - do: contacts.upsert-contact
    with: { email: "{{ trigger.friend }}", firstName: "Somebody" }
  - do: contacts.create-note
    with: { body: "met a friend" }
"#;

const RENAMED: &str = r#"
tieline: 1
name: Renamed
trigger: { on: person.renamed }
steps:
  - do: contacts.get-duplicate-contact
    with: { email: "{{ trigger.email }}" }
  - do: contacts.update-contact
    with: { firstName: "New", email: "{{ trigger.to }}" }
"#;

#[test]
fn a_refused_step_fails_the_run_and_leaves_the_earlier_steps() {
    both(async |app| {
        app.publish(TWO_PEOPLE).await;
        let _runtime = app.start();
        app.happens("person.met", "ada", json!({"email": "ada@example.com", "friend": null})).await;
        app.settle().await;
        let run = app.run().await;
        assert_eq!(run.status, RunStatus::Failed);
        assert!(run.detail.starts_with("steps[2]: "), "{}", run.detail);
        assert!(run.detail.contains("email and phone are all empty"), "{}", run.detail);
        assert!(app.contact("ada@example.com").await.is_some());
        assert_eq!(app.notes().await, ["met"]);
        assert_eq!(app.appended("contact.created").await.len(), 1, "no one else was created");
        let expected = [
            "contacts.upsert-contact: done",
            "contacts.create-note: done",
            "contacts.upsert-contact: failed",
        ];
        assert_eq!(done(&app.history(&run).await), expected);
    });
}

#[test]
fn a_refused_change_leaves_nothing_behind() {
    both(async |app| {
        app.publish(TWO_PEOPLE).await;
        app.publish(RENAMED).await;
        let _runtime = app.start();
        let both = json!({"email": "ada@example.com", "friend": "bob@example.com"});
        app.happens("person.met", "ada", both).await;
        app.settle().await;
        let to = json!({"email": "ada@example.com", "to": "bob@example.com"});
        app.happens("person.renamed", "ada", to).await;
        app.settle().await;
        let run = app.runs().await.pop().unwrap();
        assert_eq!(run.status, RunStatus::Failed);
        assert!(run.detail.starts_with("steps[1]: "), "{}", run.detail);
        let contact = app.contact("ada@example.com").await.unwrap();
        assert_eq!(contact.get("firstName"), None);
        assert!(app.appended("contact.updated").await.is_empty());
    });
}

#[test]
fn a_task_that_nobody_named_is_not_silently_marked_as_done() {
    both(async |app| {
        app
            .publish(
                "{ tieline: 1, name: x, trigger: { on: a.b }, steps: [ \
                 { do: contacts.upsert-contact, with: { email: a@example.com } }, \
                 { do: contacts.update-task-completed, with: { title: '{{ trigger.none }}', completed: true } }] }",
            )
            .await;
        let _runtime = app.start();
        app.happens("a.b", "ada", json!({})).await;
        app.settle().await;
        let run = app.run().await;
        assert_eq!(run.status, RunStatus::Failed);
        assert!(run.detail.contains("taskId and title are all empty"), "{}", run.detail);
    });
}

#[test]
fn a_step_on_a_contact_that_nobody_found_says_what_to_do() {
    both(async |app| {
        app.publish(
            "{ tieline: 1, name: x, trigger: { on: a.b }, steps: [ \
             { do: contacts.get-duplicate-contact, with: { email: nobody@example.com } }, \
             { do: contacts.create-note, with: { body: x } }] }",
        )
        .await;
        let _runtime = app.start();
        app.happens("a.b", "ada", json!({})).await;
        app.settle().await;
        let run = app.run().await;
        assert_eq!(run.status, RunStatus::Failed);
        assert!(run.detail.contains("contacts.upsert-contact"), "{}", run.detail);
    });
}

#[test]
fn a_search_that_finds_nobody_leaves_the_run_without_a_contact() {
    let document = "{ tieline: 1, name: x, trigger: { on: a.b }, steps: [ \
                    { do: contacts.upsert-contact, with: { email: ada@example.com } }, \
                    { id: other, do: contacts.get-duplicate-contact, with: { email: nobody@example.com } }, \
                    { if: [{ when: not steps.other.contact and trigger.stop, steps: [{ stop: { reason: none } }] }] }, \
                    { id: note, do: contacts.create-note, with: { body: x } }] }";
    both(async |app| {
        app.publish(document).await;
        let _runtime = app.start();
        app.happens("a.b", "ada", json!({})).await;
        app.happens("a.b", "ada", json!({"stop": true})).await;
        app.settle().await;
        let runs = app.runs().await;
        assert_eq!((runs[0].status, runs[1].status), (RunStatus::Failed, RunStatus::Stopped));
        assert!(
            runs[0].detail.starts_with("steps[3]: `contacts.create-note` needs a contact"),
            "{}",
            runs[0].detail
        );
        assert_eq!(app.notes().await, [""; 0], "nobody else got the note");
    });
}

#[test]
fn getting_a_contact_that_does_not_exist_leaves_the_run_without_one() {
    both(async |app| {
        app.publish(
            "{ tieline: 1, name: x, trigger: { on: a.b }, steps: [ \
             { do: contacts.upsert-contact, with: { email: ada@example.com } }, \
             { do: contacts.get-contact, with: { contactId: '{{ trigger.id }}' } }, \
             { do: contacts.create-note, with: { body: x } }] }",
        )
        .await;
        let _runtime = app.start();
        app.happens("a.b", "ada", json!({"id": "c404"})).await;
        app.settle().await;
        let run = app.run().await;
        assert_eq!(run.status, RunStatus::Failed);
        assert!(run.detail.starts_with("steps[2]: `contacts.create-note` needs a contact"), "{}", run.detail);
        assert_eq!(app.notes().await, [""; 0]);
    });
}

const HOSTILE: &str = r#"
tieline: 1
name: Hostile
trigger: { on: form.sent }
concurrency: "{{ trigger.key }}"
steps:
  - do: contacts.upsert-contact
    with: { email: "{{ trigger.email }}", firstName: "{{ trigger.name }}" }
  - stop: { reason: "{{ trigger.reason }}" }
"#;

#[test]
fn input_from_outside_fails_or_stops_that_run_alone() {
    // Long, and too random for a database to compress.
    let letter = |n: u32| char::from(b'a' + (n.wrapping_mul(2_654_435_761) >> 24) as u8 % 26);
    let noise: String = (0..20_000).map(letter).collect();
    both(async |app| {
        app.publish(HOSTILE).await;
        let _runtime = app.start();
        for (field, text, status, detail) in [
            ("name", "A\0B", RunStatus::Stopped, "done"),
            ("reason", "A\0B", RunStatus::Stopped, "AB"),
            ("key", "A\0B", RunStatus::Stopped, "done"),
            ("key", &noise, RunStatus::Failed, "concurrency: gave more than 500 bytes; take less"),
            ("reason", &noise, RunStatus::Stopped, &noise[..16_000]),
            ("name", &noise, RunStatus::Stopped, "done"),
            (
                "email",
                &format!("{noise}@example.com"),
                RunStatus::Failed,
                "steps[0]: email and phone are all empty; give one of them (email must be an email",
            ),
            ("email", "a\0@example.com", RunStatus::Stopped, "done"),
        ] {
            let mut payload = json!({"email": "a@b.example", "name": "Ada", "key": "k", "reason": "done"});
            payload[field] = json!(text);
            app.happens("form.sent", "somebody", payload).await;
            app.settle().await;
            let run = app.runs().await.pop().unwrap();
            assert_eq!(run.status, status, "{field}: {}", run.detail);
            assert!(run.detail.starts_with(detail), "{field}: {}", run.detail);
        }
    });
}
