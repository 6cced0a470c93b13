//! Waiting for a time and for an event.

use crate::server::Server;
use crate::support::both;
use serde_json::json;
use tieline_store::runs::RunStatus;

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
fn a_run_continues_with_the_payload_of_the_awaited_event() {
    both(async |app| {
        app.publish(SURVEY).await;
        let _runtime = app.start();
        app.happens("survey.sent", "person:ada", json!({"email": "ada@example.com"})).await;
        app.settle().await;
        app.happens("survey.answered", "person:ada", json!({"score": 9})).await;
        app.happens("survey.answered", "person:ada", json!({"score": 1})).await;
        app.settle().await;
        assert_eq!(app.notes().await, ["gave 9"], "the first answer counts, once");
        assert_eq!(app.statuses().await, [RunStatus::Completed]);
    });
}

#[test]
fn a_wait_for_an_event_ends_at_its_time_limit() {
    both(async |app| {
        app.publish(SURVEY).await;
        let _runtime = app.start();
        app.happens("survey.sent", "person:ada", json!({"email": "ada@example.com"})).await;
        app.settle().await;
        app.clock_on(2 * 86_400);
        app.settle().await;
        app.happens("survey.answered", "person:ada", json!({"score": 9})).await;
        app.settle().await;
        assert_eq!(app.notes().await, ["gave no answer"]);
        assert_eq!(app.statuses().await, [RunStatus::Completed]);
    });
}

#[test]
fn an_event_that_names_the_contact_ends_the_wait_as_well() {
    both(async |app| {
        let tagged =
            SURVEY.replace("survey.answered", "contact.tags_changed").replace("event.score", "event.tags");
        app.publish(&tagged).await;
        let _runtime = app.start();
        app.happens("survey.sent", "person:ada", json!({"email": "ada@example.com"})).await;
        app.settle().await;
        let contact = app.contact("ada@example.com").await.unwrap();
        app.add_tags(&contact, &["answered"]).await;
        app.settle().await;
        let notes = app.notes().await;
        assert!(notes.len() == 1 && notes[0].contains("answered"), "{notes:?}");
    });
}

#[test]
fn a_wait_until_a_time_ends_then_and_not_before() {
    both(async |app| {
        app.publish(BIRTHDAY).await;
        let _runtime = app.start();
        let met = json!({"email": "ada@example.com", "on": "2026-12-10T09:00:00+10:00"});
        app.happens("person.met", "person:ada", met).await;
        app.settle().await;
        assert_eq!(app.run().await.detail, "waits until 2026-12-09T23:00:00.000Z");
        // The clock began at 12:00 on 23 November; sixteen days and eleven hours later it is 23:00.
        app.clock_on(16 * 86_400 + 11 * 3600 - 1);
        app.settle().await;
        assert!(app.notes().await.is_empty());
        app.clock_on(1);
        app.settle().await;
        assert_eq!(app.notes().await, ["congratulate"]);
    });
}

#[test]
fn a_time_that_has_passed_is_not_waited_for_and_one_that_is_none_fails_the_run() {
    both(async |app| {
        app.publish(BIRTHDAY).await;
        let _runtime = app.start();
        app.happens("person.met", "a", json!({"email": "a@example.com", "on": "2020-01-01"})).await;
        app.happens("person.met", "b", json!({"email": "b@example.com", "on": "her birthday"})).await;
        app.settle().await;
        assert_eq!(app.statuses().await, [RunStatus::Completed, RunStatus::Failed]);
        let detail = app.runs().await.pop().unwrap().detail;
        assert!(detail.starts_with("steps[1].wait.until: ") && detail.contains("her birthday"), "{detail}");
    });
}

#[test]
fn a_wait_survives_a_restart() {
    both(async |app| {
        app.publish(SURVEY).await;
        let runtime = app.start();
        app.happens("survey.sent", "person:ada", json!({"email": "ada@example.com"})).await;
        app.happens("survey.sent", "person:bob", json!({"email": "bob@example.com"})).await;
        app.settle().await;
        drop(runtime);

        let app = app.reopen().await;
        app.happens("survey.answered", "person:ada", json!({"score": 7})).await;
        app.clock_on(86_400);
        let _runtime = app.start();
        app.settle().await;
        assert_eq!(app.statuses().await, [RunStatus::Completed, RunStatus::Waiting]);
        app.clock_on(86_400);
        app.settle().await;
        assert_eq!(app.notes().await, ["gave 7", "gave no answer"]);
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
    both(async |app| {
        let server = Server::start().await;
        server.answers([500]);
        app.publish(ASKED).await;
        let _runtime = app.start();
        let payload = json!({"email": "ada@example.com", "url": format!("{}/held", server.url)});
        app.happens("survey.due", "person:ada", payload).await;
        app.until("the request is under way", async || server.received().len() == 1).await;
        app.happens("survey.answered", "person:bob", json!({"score": 1})).await;
        app.happens("survey.answered", "person:ada", json!({"score": 9})).await;
        server.let_go(1);
        app.settle().await;
        assert_eq!(app.statuses().await, [RunStatus::Waiting], "the answer does not hasten the next try");
        assert_eq!(server.received().len(), 1);

        server.let_go(1);
        app.clock_on(2);
        app.settle().await;
        assert_eq!(app.statuses().await, [RunStatus::Completed]);
        assert_eq!(app.notes().await, ["gave 9"]);
    });
}

#[test]
fn an_event_during_one_wait_counts_for_the_next_and_only_once() {
    both(async |app| {
        let twice =
            "  - wait: { for: 1h }\n  - wait: { event: survey.answered, within: 2d }\n  - id: answer\n";
        app.publish(&SURVEY.replace("  - id: answer\n", twice)).await;
        // They are in the log before the start, so that on PostgreSQL the runs are ready for a while.
        for who in ["ada", "bob"] {
            let email = format!("{who}@example.com");
            app.happens("survey.sent", who, json!({"email": email})).await;
        }
        let _runtime = app.start();
        app.settle().await;
        app.happens("survey.answered", "ada", json!({"score": 9})).await;
        app.settle().await;
        app.clock_on(3600);
        app.settle().await;
        assert_eq!(app.statuses().await, [RunStatus::Waiting; 2]);
        app.happens("survey.answered", "ada", json!({"score": 3})).await;
        app.settle().await;
        assert_eq!(app.notes().await, ["gave 3"], "the first wait has used up the first answer");
    });
}

#[test]
fn an_answer_before_a_plain_wait_counts_for_the_wait_behind_it() {
    both(async |app| {
        let server = Server::start().await;
        let pause = "  - wait: { for: 1h }\n  - id: answer\n";
        app.publish(&ASKED.replace("  - id: answer\n", pause)).await;
        let _runtime = app.start();
        let payload = json!({"email": "ada@example.com", "url": format!("{}/held", server.url)});
        app.happens("survey.due", "person:ada", payload).await;
        app.until("the request is under way", async || server.received().len() == 1).await;
        let witness =
            "{tieline: 1, name: Witness, trigger: {on: survey.answered}, steps: [{wait: {for: 9h}}]}";
        app.publish(witness).await;
        app.happens("survey.answered", "person:ada", json!({"score": 9})).await;
        app.until("the answer was followed", async || app.runs().await.len() == 2).await;
        server.let_go(1);
        app.settle().await;
        assert_eq!(
            app.statuses().await,
            [RunStatus::Waiting; 2],
            "the answer does not shorten the plain wait"
        );
        app.clock_on(3600);
        app.settle().await;
        assert_eq!(app.notes().await, ["gave 9"]);
    });
}

const OVERDUE: &str = r#"
tieline: 1
name: Overdue
trigger: { on: paythen.payment.failed }
steps:
  - wait: { for: 1d, unless: paythen.plan.recovered }
"#;

/// Case P12.
#[test]
fn a_plan_that_recovers_ends_the_run_of_that_plan_only() {
    both(async |app| {
        app.publish(OVERDUE).await;
        let _runtime = app.start();
        for plan in ["sub_1", "sub_2"] {
            app.happens("paythen.payment.failed", "stripe:cus_1", json!({"plan": {"id": plan}})).await;
        }
        app.happens("paythen.payment.failed", "stripe:cus_1", json!({"plan": {"id": null}})).await;
        app.settle().await;
        app.happens("paythen.plan.recovered", "stripe:cus_1", json!({"plan": {"id": "sub_2"}})).await;
        app.settle().await;
        let unknown = RunStatus::Stopped;
        assert_eq!(app.statuses().await, [RunStatus::Waiting, RunStatus::Stopped, unknown]);
    });
}

/// Case P12.
#[test]
fn a_condition_says_which_event_is_meant() {
    both(async |app| {
        let good =
            "{ event: survey.answered, within: 2d, when: event.score > contact.customFields | length + 5 }";
        app.publish(&SURVEY.replace("{ event: survey.answered, within: 2d }", good)).await;
        let _runtime = app.start();
        app.happens("survey.sent", "person:ada", json!({"email": "ada@example.com"})).await;
        app.settle().await;
        for score in [3, 9, 10] {
            app.happens("survey.answered", "person:ada", json!({"score": score})).await;
            app.settle().await;
        }
        assert_eq!(app.notes().await, ["gave 9"]);
    });
}

const CALLED: &str = r#"
tieline: 1
name: Called
trigger: { on: survey.sent }
steps:
  - do: contacts.upsert-contact
    with: { email: "{{ trigger.email }}" }
  - do: contacts.create-task
    with: { title: "Call", dueDate: "{{ now | plus('1d') }}", completed: false }
  - do: contacts.add-tags
    with: { tags: [called] }
  - wait: { event: task.completed, within: 2d }
  - do: contacts.create-note
    with: { body: "called" }
"#;

/// Case P12.
#[test]
fn a_wait_for_a_task_is_for_the_runs_own_task() {
    both(async |app| {
        app.publish(CALLED).await;
        let _runtime = app.start();
        app.happens("survey.sent", "person:ada", json!({"email": "ada@example.com"})).await;
        app.settle().await;
        let task = app.appended("task.created").await[0]["task"]["id"].clone();
        for (id, notes) in [(json!("another"), &[][..]), (task, &["called"])] {
            app.happens("task.completed", "person:ada", json!({"task": {"id": id}})).await;
            app.settle().await;
            assert_eq!(app.notes().await, notes);
        }
    });
}

#[test]
fn a_runs_own_changes_do_not_end_its_wait() {
    both(async |app| {
        app.publish(&CALLED.replace("task.completed", "contact.tags_changed")).await;
        let _runtime = app.start();
        app.happens("survey.sent", "person:ada", json!({"email": "ada@example.com"})).await;
        app.settle().await;
        assert_eq!(app.statuses().await, [RunStatus::Waiting]);
        let contact = app.contact("ada@example.com").await.unwrap();
        app.add_tags(&contact, &["answered"]).await;
        app.settle().await;
        assert_eq!(app.notes().await, ["called"]);
    });
}

const CHASED: &str = r#"
tieline: 1
name: Chased
trigger: { on: survey.due }
steps:
  - do: contacts.upsert-contact
    with: { email: "{{ trigger.email }}" }
  - do: http.request
    with: { url: "{{ trigger.url }}", method: POST }
    retry: { attempts: 1 }
  - wait: { for: 3d, unless: survey.answered }
  - do: contacts.create-note
    with: { body: "chased" }
"#;

#[test]
fn an_event_that_comes_while_a_run_has_failed_counts_when_it_is_retried() {
    both(async |app| {
        let server = Server::start().await;
        server.answers([400]);
        app.publish(CHASED).await;
        let _runtime = app.start();
        let payload = json!({"email": "ada@example.com", "url": server.url});
        app.happens("survey.due", "person:ada", payload).await;
        app.settle().await;
        let run = app.run().await;
        assert_eq!(run.status, RunStatus::Failed);
        app.happens("survey.answered", "person:ada", json!({"score": 9})).await;
        app.settle().await;
        app.retry(&run.id).await.unwrap();
        app.settle().await;
        assert_eq!(app.statuses().await, [RunStatus::Stopped]);
        assert!(app.notes().await.is_empty());
    });
}

#[test]
fn an_event_before_a_time_that_has_passed_ends_the_run_all_the_same() {
    both(async |app| {
        let server = Server::start().await;
        let until = "{ until: \"{{ trigger.until }}\", unless: survey.answered }";
        app.publish(&CHASED.replace("{ for: 3d, unless: survey.answered }", until)).await;
        let _runtime = app.start();
        let url = format!("{}/held", server.url);
        let payload = json!({"email": "ada@example.com", "url": url, "until": "2026-11-23T12:00:10Z"});
        for who in ["ada", "bob"] {
            app.happens("survey.due", who, payload.clone()).await;
        }
        app.until("the requests are under way", async || server.received().len() == 2).await;
        app.happens("survey.answered", "ada", json!({"score": 9})).await;
        app.clock_on(20);
        server.let_go(2);
        app.settle().await;
        assert_eq!(app.statuses().await, [RunStatus::Stopped, RunStatus::Completed]);
    });
}

#[test]
fn an_event_in_time_counts_after_an_outage_past_the_deadline() {
    both(async |app| {
        app.publish(SURVEY).await;
        let runtime = app.start();
        for who in ["ada", "bob"] {
            app.happens("survey.sent", who, json!({"email": format!("{who}@example.com")})).await;
        }
        app.settle().await;
        drop(runtime);
        // More than one batch of the dispatcher lies before the answer, so that the wait is due first.
        app.clock_on(60);
        for n in 0..200 {
            app.happens("survey.answered", "somebody", json!({"score": n})).await;
        }
        app.happens("survey.answered", "ada", json!({"score": 9})).await;
        app.clock_on(3 * 86_400);
        app.happens("survey.answered", "bob", json!({"score": 9})).await;
        let app = app.reopen().await;
        let _runtime = app.start();
        app.settle().await;
        let mut notes = app.notes().await;
        notes.sort();
        assert_eq!(notes, ["gave 9", "gave no answer"], "bob's answer came too late");
    });
}

const FOUND_ANOTHER: &str = r#"
tieline: 1
name: Found another
trigger: { on: survey.sent }
steps:
  - do: contacts.upsert-contact
    with: { email: ada@example.com }
  - wait: { for: 1m }
  - do: contacts.upsert-contact
    with: { email: bob@example.com }
  - wait: { event: contact.tags_changed, within: 2d }
  - do: contacts.create-note
    with: { body: "tagged" }
"#;

#[test]
fn events_about_a_contact_that_the_run_has_left_end_no_wait() {
    both(async |app| {
        app.publish(FOUND_ANOTHER).await;
        let _runtime = app.start();
        app.happens("survey.sent", "person:ada", json!({})).await;
        app.settle().await;
        app.clock_on(60);
        app.settle().await;
        for (email, notes) in [("ada@example.com", &[][..]), ("bob@example.com", &["tagged"])] {
            let contact = app.contact(email).await.unwrap();
            app.add_tags(&contact, &["answered"]).await;
            app.settle().await;
            assert_eq!(app.notes().await, notes, "after {email} was tagged");
        }
    });
}

const SCORED: &str = r#"
tieline: 1
name: Scored
trigger: { on: survey.sent }
steps:
  - do: contacts.upsert-contact
    with: { email: ada@example.com }
  - id: answer
    wait: { event: survey.answered, within: 2d, when: event.score + 1 > 5 }
  - do: contacts.create-note
    with: { body: "{{ steps.answer.event.score | default('no answer') }}" }
"#;

#[test]
fn a_retried_wait_keeps_its_end_and_is_offered_what_came_meanwhile() {
    both(async |app| {
        app.publish(SCORED).await;
        let _runtime = app.start();
        for who in ["ada", "bob"] {
            app.happens("survey.sent", who, json!({})).await;
            app.settle().await;
            app.happens("survey.answered", who, json!({"score": "many"})).await;
            app.settle().await;
        }
        assert_eq!(app.statuses().await, [RunStatus::Failed; 2]);
        app.happens("survey.answered", "ada", json!({"score": 9})).await;
        app.clock_on(3 * 86_400);
        app.happens("survey.answered", "bob", json!({"score": 9})).await;
        app.settle().await;
        for run in app.runs().await {
            app.retry(&run.id).await.unwrap();
            app.settle().await;
        }
        assert_eq!(app.statuses().await, [RunStatus::Completed; 2], "neither waits for two days again");
        assert_eq!(app.notes().await, ["9", "no answer"], "bob's answer came too late");
    });
}
