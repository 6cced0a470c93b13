//! Waiting for a time and for an event.

use crate::support::both;
use serde_json::json;
use tieline_store::runs::Status;

const SURVEY: &str = r#"
tieline: 1
name: Survey
trigger: { on: survey.sent }
steps:
  - do: contacts.upsert-contact
    with: { email: "{{ trigger.email }}" }
  - id: answer
    wait: { event: survey.answered, within: 2d }
  - if:
      - when: steps.answer.happened
        steps: [{ do: contacts.create-note, with: { body: "gave {{ steps.answer.event.score }}" } }]
      - else: [{ do: contacts.create-note, with: { body: "gave no answer" } }]
"#;

const BIRTHDAY: &str = r#"
tieline: 1
name: Birthday
trigger: { on: person.met }
steps:
  - do: contacts.upsert-contact
    with: { email: "{{ trigger.email }}" }
  - wait: { until: "{{ trigger.on }}" }
  - do: contacts.create-note
    with: { body: "congratulate" }
"#;

#[test]
fn an_event_that_is_waited_for_goes_on_with_what_it_told() {
    both(async |house| {
        house.publish(SURVEY).await;
        let _runtime = house.start();
        house.happens("survey.sent", "person:ada", json!({"email": "ada@example.com"})).await;
        house.settle().await;
        house.happens("survey.answered", "person:ada", json!({"score": 9})).await;
        house.happens("survey.answered", "person:ada", json!({"score": 1})).await;
        house.settle().await;
        assert_eq!(house.notes().await, ["gave 9"], "the first answer counts, once");
        assert_eq!(house.statuses().await, [Status::Completed]);
    });
}

#[test]
fn a_wait_for_an_event_ends_when_its_time_is_over() {
    both(async |house| {
        house.publish(SURVEY).await;
        let _runtime = house.start();
        house.happens("survey.sent", "person:ada", json!({"email": "ada@example.com"})).await;
        house.settle().await;
        house.clock_on(2 * 86_400);
        house.settle().await;
        house.happens("survey.answered", "person:ada", json!({"score": 9})).await;
        house.settle().await;
        assert_eq!(house.notes().await, ["gave no answer"]);
        assert_eq!(house.statuses().await, [Status::Completed]);
    });
}

#[test]
fn an_event_that_names_the_contact_ends_the_wait_as_well() {
    both(async |house| {
        let tagged =
            SURVEY.replace("survey.answered", "contact.tags_changed").replace("event.score", "event.tags");
        house.publish(&tagged).await;
        let _runtime = house.start();
        house.happens("survey.sent", "person:ada", json!({"email": "ada@example.com"})).await;
        house.settle().await;
        let contact = house.contact("ada@example.com").await.unwrap();
        house.add_tags(&contact, &["answered"]).await;
        house.settle().await;
        let notes = house.notes().await;
        assert!(notes.len() == 1 && notes[0].contains("answered"), "{notes:?}");
    });
}

#[test]
fn a_wait_until_a_time_ends_then_and_not_before() {
    both(async |house| {
        house.publish(BIRTHDAY).await;
        let _runtime = house.start();
        let met = json!({"email": "ada@example.com", "on": "2026-12-10T09:00:00+10:00"});
        house.happens("person.met", "person:ada", met).await;
        house.settle().await;
        assert_eq!(house.run().await.detail, "waits until 2026-12-09T23:00:00.000Z");
        // The clock began at 12:00 on 23 November; sixteen days and eleven hours later it is 23:00.
        house.clock_on(16 * 86_400 + 11 * 3600 - 1);
        house.settle().await;
        assert!(house.notes().await.is_empty());
        house.clock_on(1);
        house.settle().await;
        assert_eq!(house.notes().await, ["congratulate"]);
    });
}

#[test]
fn a_time_that_has_passed_is_not_waited_for_and_one_that_is_none_fails_the_run() {
    both(async |house| {
        house.publish(BIRTHDAY).await;
        let _runtime = house.start();
        house.happens("person.met", "a", json!({"email": "a@example.com", "on": "2020-01-01"})).await;
        house.happens("person.met", "b", json!({"email": "b@example.com", "on": "her birthday"})).await;
        house.settle().await;
        assert_eq!(house.statuses().await, [Status::Completed, Status::Failed]);
        let detail = house.runs().await.pop().unwrap().detail;
        assert!(detail.starts_with("steps[1].wait.until: ") && detail.contains("her birthday"), "{detail}");
    });
}

#[test]
fn a_wait_survives_a_restart() {
    both(async |house| {
        house.publish(SURVEY).await;
        let runtime = house.start();
        house.happens("survey.sent", "person:ada", json!({"email": "ada@example.com"})).await;
        house.happens("survey.sent", "person:bob", json!({"email": "bob@example.com"})).await;
        house.settle().await;
        drop(runtime);

        let house = house.reopen().await;
        house.happens("survey.answered", "person:ada", json!({"score": 7})).await;
        house.clock_on(86_400);
        let _runtime = house.start();
        house.settle().await;
        assert_eq!(house.statuses().await, [Status::Completed, Status::Waiting]);
        house.clock_on(86_400);
        house.settle().await;
        assert_eq!(house.notes().await, ["gave 7", "gave no answer"]);
    });
}
