//! Waiting for a time and for an event.

use crate::server::Server;
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

const ASKED: &str = r#"
tieline: 1
name: Asked
trigger: { on: survey.due }
steps:
  - do: contacts.upsert-contact
    with: { email: "{{ trigger.email }}" }
  - do: http.request
    with: { url: "{{ trigger.url }}", method: POST }
  - id: answer
    wait: { event: survey.answered, within: 2d }
  - do: contacts.create-note
    with: { body: "gave {{ steps.answer.event.score }}" }
"#;

#[test]
fn an_answer_that_is_faster_than_the_request_that_asks_for_it_is_not_missed() {
    both(async |house| {
        let server = Server::start().await;
        server.answers([500]);
        house.publish(ASKED).await;
        let _runtime = house.start();
        let payload = json!({"email": "ada@example.com", "url": format!("{}/held", server.url)});
        house.happens("survey.due", "person:ada", payload).await;
        house.until("the request is under way", async || server.received().len() == 1).await;
        house.happens("survey.answered", "person:bob", json!({"score": 1})).await;
        house.happens("survey.answered", "person:ada", json!({"score": 9})).await;
        server.let_go(1);
        house.settle().await;
        assert_eq!(house.statuses().await, [Status::Waiting], "the answer does not hasten the next try");
        assert_eq!(server.received().len(), 1);

        server.let_go(1);
        house.clock_on(2);
        house.settle().await;
        assert_eq!(house.statuses().await, [Status::Completed]);
        assert_eq!(house.notes().await, ["gave 9"]);
    });
}

#[test]
fn an_event_during_one_wait_does_not_count_for_the_next() {
    both(async |house| {
        let pause = "  - wait: { for: 1h }\n  - id: answer\n";
        house.publish(&SURVEY.replace("  - id: answer\n", pause)).await;
        // They are in the log before the start, so that on PostgreSQL the runs are ready for a while.
        for who in ["ada", "bob"] {
            let email = format!("{who}@example.com");
            house.happens("survey.sent", who, json!({"email": email})).await;
        }
        let _runtime = house.start();
        house.settle().await;
        house.happens("survey.answered", "ada", json!({"score": 9})).await;
        house.settle().await;
        house.clock_on(3600);
        house.settle().await;
        assert_eq!(house.statuses().await, [Status::Waiting; 2]);
        house.happens("survey.answered", "ada", json!({"score": 3})).await;
        house.settle().await;
        assert_eq!(house.notes().await, ["gave 3"]);
    });
}

#[test]
fn an_answer_before_a_plain_wait_counts_for_the_wait_behind_it() {
    both(async |house| {
        let server = Server::start().await;
        let pause = "  - wait: { for: 1h }\n  - id: answer\n";
        house.publish(&ASKED.replace("  - id: answer\n", pause)).await;
        let _runtime = house.start();
        let payload = json!({"email": "ada@example.com", "url": format!("{}/held", server.url)});
        house.happens("survey.due", "person:ada", payload).await;
        house.until("the request is under way", async || server.received().len() == 1).await;
        let witness =
            "{tieline: 1, name: Witness, trigger: {on: survey.answered}, steps: [{wait: {for: 9h}}]}";
        house.publish(witness).await;
        house.happens("survey.answered", "person:ada", json!({"score": 9})).await;
        house.until("the answer was followed", async || house.runs().await.len() == 2).await;
        server.let_go(1);
        house.settle().await;
        assert_eq!(
            house.statuses().await,
            [Status::Waiting; 2],
            "the answer does not shorten the plain wait"
        );
        house.clock_on(3600);
        house.settle().await;
        assert_eq!(house.notes().await, ["gave 9"]);
    });
}
