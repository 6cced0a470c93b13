//! What runs do, step by step.

use crate::common::{EXAMPLE, Run, done, found, with_steps};
use serde_json::{Value, json};
use std::time::Duration;
use tieline_engine::{ActionFailure, Effect, Input, Outcome, Why};
use tieline_expr::Data;
use tieline_model::{ContactId, Timestamp};

fn failure(retryable: bool) -> Input {
    Input::Failed(ActionFailure {
        message: "no answer".to_owned(),
        retryable,
        retry_after: None,
        busy: false,
    })
}

fn failed(place: &str, message: &str) -> Outcome {
    Outcome::Failed { place: place.to_owned(), message: message.to_owned() }
}

fn to_the_wait(run: &mut Run) -> Effect {
    run.act(Input::Begin);
    run.act(found());
    run.act(done(Value::Null));
    run.advance(done(Value::Null))
}

#[test]
fn the_example_runs_from_beginning_to_end() {
    let mut run = Run::new(EXAMPLE);
    assert_eq!(
        run.act(Input::Begin),
        ("contacts.upsert-contact", json!({ "email": "ada@example.com", "name": "Ada Lovelace" }))
    );
    assert_eq!(
        run.act(found()),
        ("contacts.add-tags", json!({ "contactId": "c1", "tags": ["payment-failed"] }))
    );
    assert_eq!(
        run.act(done(json!({ "tags": ["payment-failed"] }))),
        ("contacts.create-note", json!({ "contactId": "c1", "body": "evt_1: card declined" }))
    );
    let Effect::Sleep(sleep) = run.advance(done(json!({}))) else { panic!("not asleep") };
    assert_eq!(sleep.until.to_string(), "2026-11-26T12:00:00.000Z");
    assert_eq!((sleep.why, sleep.events), (Why::Wait, vec!["paythen.plan.recovered".to_owned()]));
    run.now = sleep.until;
    assert_eq!(
        run.act(Input::Elapsed),
        (
            "contacts.create-task",
            json!({
                "contactId": "c1", "title": "Call Ada", "dueDate": "2026-11-27T12:00:00.000Z", "completed": false
            })
        )
    );
    assert_eq!(run.outcome(done(json!({}))), Outcome::Completed);
    assert_eq!(run.outcome(Input::Elapsed), Outcome::Completed);
}

#[test]
fn the_trigger_admits_by_its_condition() {
    let mut run = Run::new(EXAMPLE);
    let admits = |run: &Run| {
        let location = Data::empty();
        let world = tieline_engine::World {
            now: run.now,
            random: 0,
            trigger: &run.trigger,
            location: &location,
            contact: None,
        };
        run.program.admits(&world).unwrap()
    };
    assert!(admits(&run));
    run.trigger = Data::new(json!({ "payment": { "attempt": 0 } }));
    assert!(!admits(&run));
    run.trigger = Data::new(json!({ "payment": null }));
    assert!(!admits(&run));
}

#[test]
fn the_documents_key_orders_its_runs() {
    let text = with_steps("  - stop: true\n") + "concurrency: 'plan {{ trigger.payment.amount }}'\n";
    let run = Run::new(&text);
    let location = Data::empty();
    let world = tieline_engine::World {
        now: run.now,
        random: 0,
        trigger: &run.trigger,
        location: &location,
        contact: None,
    };
    assert_eq!(run.program.concurrency_key(&world).unwrap().as_deref(), Some("plan 10000"));
}

#[test]
fn an_event_ends_the_wait_that_is_unless_it() {
    let mut run = Run::new(EXAMPLE);
    to_the_wait(&mut run);
    let other = Input::Happened { kind: "contact.created".to_owned(), payload: Data::empty() };
    assert!(matches!(run.advance(other), Effect::Sleep(_)));
    let recovered = Input::Happened { kind: "paythen.plan.recovered".to_owned(), payload: Data::empty() };
    let Outcome::Stopped { reason: Some(reason) } = run.outcome(recovered) else { panic!("not stopped") };
    assert!(reason.contains("paythen.plan.recovered"));
}

#[test]
fn a_branch_that_does_not_hold_is_left_out() {
    let mut run = Run::new(EXAMPLE);
    to_the_wait(&mut run);
    run.contact = json!({ "firstName": "Ada", "tags": [] });
    assert_eq!(run.outcome(Input::Elapsed), Outcome::Completed);
    let mut gone = Run::new(EXAMPLE);
    to_the_wait(&mut gone);
    gone.contact = Value::Null;
    assert_eq!(gone.outcome(Input::Elapsed), Outcome::Completed);
}

#[test]
fn the_first_branch_that_holds_is_taken() {
    let steps = "
  - if:
      - { when: trigger.payment.amount > 50000, steps: [{ stop: { reason: large } }] }
      - { when: trigger.payment.amount > 5000, steps: [{ stop: { reason: 'at {{ trigger.payment.amount }}' } }] }
      - else: [{ stop: { reason: small } }]
";
    for (amount, reason) in [(60000, "large"), (10000, "at 10000"), (1, "small")] {
        let mut run = Run::new(&with_steps(steps));
        run.trigger = Data::new(json!({ "payment": { "amount": amount } }));
        assert_eq!(run.outcome(Input::Begin), Outcome::Stopped { reason: Some(reason.to_owned()) });
    }
}

#[test]
fn waiting_for_an_event_tells_whether_it_happened() {
    let steps = "
  - id: paid
    wait: { event: paythen.plan.recovered, within: 1w }
  - stop: { reason: '{{ steps.paid.happened }} {{ steps.paid.event.id }}' }
";
    let mut run = Run::new(&with_steps(steps));
    assert!(matches!(run.advance(Input::Begin), Effect::Sleep(_)));
    let payload = Data::new(json!({ "id": "evt_2" }));
    let happened = Input::Happened { kind: "paythen.plan.recovered".to_owned(), payload };
    assert_eq!(run.outcome(happened), Outcome::Stopped { reason: Some("true evt_2".to_owned()) });
    let mut run = Run::new(&with_steps(steps));
    run.advance(Input::Begin);
    assert_eq!(run.outcome(Input::Elapsed), Outcome::Stopped { reason: Some("false ".to_owned()) });
}

#[test]
fn a_time_that_is_over_is_not_waited_for() {
    let mut run = Run::new(&with_steps("  - wait: { until: 2026-01-01 }\n"));
    assert_eq!(run.outcome(Input::Begin), Outcome::Completed);
    let mut run = Run::new(&with_steps("  - wait: { until: \"{{ now | plus('1h') }}\" }\n"));
    let Effect::Sleep(sleep) = run.advance(Input::Begin) else { panic!("not asleep") };
    assert_eq!(sleep.until.to_string(), "2026-11-23T13:00:00.000Z");
    let mut run = Run::new(&with_steps("  - wait: { until: '{{ trigger.id }}' }\n"));
    let message = "must be a valid ISO 8601 date string; it is `evt_1`";
    assert_eq!(run.outcome(Input::Begin), failed("steps[0].wait.until", message));
}

#[test]
fn a_failure_is_tried_again_and_then_ends_the_run() {
    let mut run = Run::new(EXAMPLE);
    run.act(Input::Begin);
    for pause in [1, 2] {
        let Effect::Sleep(sleep) = run.advance(failure(true)) else { panic!("not asleep") };
        assert_eq!((sleep.why, sleep.until), (Why::Retry, run.now.plus(Duration::from_secs(pause))));
        assert_eq!(run.advance(Input::Resume), Effect::Sleep(sleep));
        run.act(Input::Elapsed);
    }
    assert_eq!(run.outcome(failure(true)), failed("steps[0]", "no answer (tried 3 times)"));
    let mut run = Run::new(EXAMPLE);
    run.act(Input::Begin);
    assert_eq!(run.outcome(failure(false)), failed("steps[0]", "no answer"));
}

#[test]
fn a_busy_other_side_is_asked_again_without_using_up_the_tries() {
    let busy = || {
        let retry_after = Some(Duration::from_secs(30));
        Input::Failed(ActionFailure {
            message: "too many".to_owned(),
            retryable: true,
            retry_after,
            busy: true,
        })
    };
    let steps = "  - { do: http.request, with: { url: x }, retry: { attempts: 1 } }\n";
    let mut run = Run::new(&with_steps(steps));
    let act = run.act(Input::Begin);
    for _ in 0..40 {
        let Effect::Sleep(sleep) = run.advance(busy()) else { panic!("not asleep") };
        assert!(sleep.until >= run.now.plus(Duration::from_secs(30)));
        run.now = sleep.until;
        assert_eq!(run.act(Input::Elapsed), act);
    }
    assert_eq!(run.outcome(failure(true)), failed("steps[0]", "no answer"), "other failures count");

    let mut run = Run::new(&with_steps(steps));
    run.act(Input::Begin);
    let tries = (1..100).find(|_| match run.advance(busy()) {
        Effect::Sleep(_) => {
            run.act(Input::Elapsed);
            false
        }
        effect => {
            assert_eq!(effect, Effect::Finished(failed("steps[0]", "too many")));
            true
        }
    });
    assert_eq!(tries, Some(49), "not for ever");
}

#[test]
fn a_remote_action_sends_the_same_on_every_try() {
    let steps = "  - { do: http.request, with: { url: x, body: '{{ now }}' } }\n";
    let mut run = Run::new(&with_steps(steps));
    let first = run.act(Input::Begin);
    run.advance(failure(true));
    run.now = run.now.plus(Duration::from_secs(60));
    assert_eq!(run.act(Input::Elapsed), first);
}

#[test]
fn outputs_are_kept_only_where_they_are_read() {
    let steps = "
  - { id: a, do: http.request, with: { url: x } }
  - { id: b, do: http.request, with: { url: '{{ steps.a.next }}' } }
  - { do: http.request, with: { url: '{{ steps.a.last }}' } }
";
    let mut run = Run::new(&with_steps(steps));
    run.act(Input::Begin);
    let output = json!({ "next": "y", "last": "z" });
    assert_eq!(run.act(done(output)), ("http.request", json!({ "url": "y" })));
    assert_eq!(run.act(done(json!("unread"))), ("http.request", json!({ "url": "z" })));
    assert!(!serde_json::to_string(&run.state).unwrap().contains("unread"));
}

#[test]
fn an_action_on_a_contact_needs_one() {
    let tags = "  - { do: contacts.add-tags, with: { tags: [a] } }\n";
    let Outcome::Failed { place, message } = Run::new(&with_steps(tags)).outcome(Input::Begin) else {
        panic!("not failed")
    };
    assert_eq!(place, "steps[0]");
    assert!(message.contains("put a `contacts.upsert-contact` step before it"), "{message}");
    let given = "  - { do: contacts.add-tags, with: { tags: [a], contactId: '{{ trigger.to }}' } }\n";
    let mut run = Run::new(&with_steps(given));
    run.state.contact_id = Some(ContactId::from("c9"));
    assert!(matches!(run.outcome(Input::Begin), Outcome::Failed { .. }));
    let mut run = Run::new(&with_steps(given));
    run.trigger = Data::new(json!({ "to": "c2" }));
    assert_eq!(run.act(Input::Begin).1, json!({ "contactId": "c2", "tags": ["a"] }));
}

#[test]
fn an_expression_that_fails_ends_the_run_at_its_place() {
    let steps = "  - { do: http.request, with: { url: \"{{ trigger.id | plus('1d') }}\" } }\n";
    let Outcome::Failed { place, message } = Run::new(&with_steps(steps)).outcome(Input::Begin) else {
        panic!("not failed")
    };
    assert_eq!(place, "steps[0].with.url");
    assert!(message.contains("is not a time"), "{message}");
}

#[test]
fn a_contact_is_loaded_anew_after_an_action() {
    let steps = "
  - { do: contacts.add-tags, with: { tags: [a] } }
  - stop: { reason: '{{ contact.first_name }}' }
";
    let mut run = Run::new(&with_steps(steps));
    run.state.contact_id = Some(ContactId::from("c1"));
    let stale = Data::new(json!({ "firstName": "Old" })).with_aliases();
    run.advance_with(Input::Begin, Some(&stale));
    let effect = run.advance_with(done(Value::Null), Some(&stale));
    assert_eq!(effect, Effect::LoadContact(ContactId::from("c1")));
    let fresh = Data::new(json!({ "firstName": "New" })).with_aliases();
    let effect = run.advance_with(Input::Resume, Some(&fresh));
    assert_eq!(effect, Effect::Finished(Outcome::Stopped { reason: Some("New".to_owned()) }));
}

#[test]
fn inputs_that_do_not_fit_repeat_what_is_waited_for() {
    let mut run = Run::new(EXAMPLE);
    let first = run.advance(Input::Begin);
    assert_eq!(run.advance(Input::Elapsed), first);
    assert_eq!(run.advance(Input::Begin), first);
    let mut run = Run::new(EXAMPLE);
    let sleep = to_the_wait(&mut run);
    run.now = Timestamp::parse("2026-11-24T12:00:00Z").unwrap();
    for input in [found(), failure(true), Input::Begin, Input::Resume] {
        assert_eq!(run.advance(input), sleep);
    }
}

#[test]
fn a_state_of_version_0_1_0_goes_on_with_the_same_request() {
    // The program counter was an index then, and the idempotency key was made of it.
    let state = r#"{"contactId":"c1","at":1,"phase":{"acting":{"attempt":1,"input":{"url":"https://a.example"}}},
        "outputs":{"person":{"contact":{"id":"c1"}}}}"#;
    let steps = "  - id: person\n    do: contacts.upsert-contact\n    with: {email: a@example.com}\n  \
        - do: http.request\n    with: {url: 'https://b.example'}\n  - do: http.request\n    with: {url: '{{ steps.person.contact.id }}'}\n";
    let mut run = Run::new(&with_steps(steps));
    run.state = serde_json::from_str(state).unwrap();
    let Effect::Act(act) = run.advance(Input::Resume) else { panic!("no action") };
    assert_eq!((act.idempotency_key.as_str(), &act.input["url"]), ("1", &json!("https://a.example")));
    let Effect::Act(act) = run.advance(done(json!({}))) else { panic!("no action") };
    assert_eq!((act.idempotency_key.as_str(), &act.input["url"]), ("steps[2]", &json!("c1")));
}

#[test]
fn a_run_goes_on_in_a_program_that_has_the_step_elsewhere() {
    let step = |id: &str| {
        format!("  - id: {id}\n    do: http.request\n    with: {{url: 'https://a.example/{id}'}}\n")
    };
    let mut run = Run::new(&with_steps(&format!("{}{}", step("a"), step("b"))));
    run.act(Input::Begin);
    let Effect::Act(before) = run.advance(done(json!({}))) else { panic!("no action") };
    run.program = crate::common::program(&with_steps(&format!("{}{}{}", step("z"), step("b"), step("a"))));
    assert_eq!(
        run.advance(Input::Resume),
        Effect::Act(tieline_engine::Act { place: "steps[1]".into(), ..before })
    );
    run.program = crate::common::program(&with_steps(&step("z")));
    let outcome = run.outcome(Input::Resume);
    assert_eq!(outcome, failed("steps", "the workflow's version has no step `b`"));
}

#[test]
fn a_wait_takes_only_the_event_that_it_means() {
    let happened = |payload: Value| Input::Happened {
        kind: "paythen.plan.recovered".to_owned(),
        payload: Data::new(payload),
    };
    let run = |wait: &str, plan: Value| {
        let mut run = Run::new(&with_steps(&format!("  - wait: {wait}\n")));
        run.trigger = Data::new(json!({ "plan": { "id": plan } }));
        run.advance(Input::Begin);
        run
    };
    let plain = "{ for: 1d, unless: paythen.plan.recovered }";
    let condition = "{ for: 1d, unless: { event: paythen.plan.recovered, when: event.amount > 5 } }";
    let any = "{ event: paythen.plan.recovered, within: 1d, when: event.plan.id != 'x' and 'payment-failed' in contact.tags }";
    let (same, other, unknown) = (
        json!({"plan": {"id": "a"}, "amount": 9}),
        json!({"plan": {"id": "b"}}),
        json!({"plan": {"id": null}}),
    );
    for (wait, plan, event, ends) in [
        (plain, json!("a"), &same, true),
        (plain, json!("a"), &other, false),
        (plain, json!("a"), &unknown, true),
        (plain, json!(null), &other, true),
        (condition, json!("a"), &same, true),
        (condition, json!("b"), &same, false),
        (condition, json!("b"), &other, false),
        (any, json!("a"), &other, true),
        (any, json!("x"), &json!({"plan": {"id": "x"}}), false),
    ] {
        let mut run = run(wait, plan.clone());
        run.state.contact_id = Some(ContactId::from("c1"));
        let ended = matches!(run.advance(happened(event.clone())), Effect::Finished(_));
        assert_eq!(ended, ends, "{wait} of plan {plan}, {event}");
    }
}

#[test]
fn what_an_if_decides_is_reported() {
    let steps = "  - if:\n      - when: trigger.payment.attempt > 1\n        steps: [{ stop: true }]\n      \
        - when: trigger.payment.amount > 1\n        steps: []\n      - else: [{ stop: true }]\n";
    let mut run = Run::new(&with_steps(steps));
    run.advance(Input::Begin);
    run.advance(Input::Resume);
    let decisions: Vec<_> = run.passed.iter().map(|passed| passed.decision).collect();
    assert_eq!(decisions, [tieline_engine::Decision::Branch(1)]);
}

#[test]
fn all_tasks_that_an_action_changed_are_the_runs_own() {
    let wait = "  - wait: { event: task.completed, within: 1d }\n";
    let ends = |action: &str, id: &str| {
        let mut run = Run::new(&with_steps(
            &format!("  - do: contacts.{action}\n    with: {{}}\n{wait}")
                .replace("completed\n    with: {}", "completed\n    with: { title: Call }"),
        ));
        run.state.contact_id = Some(ContactId::from("c1"));
        run.act(Input::Begin);
        let tasks = json!([{ "id": "t1" }, { "id": "t2" }, { "id": 3 }, null]);
        let output = match action {
            "get-all-tasks" => json!({ "tasks": tasks }),
            _ => json!({ "task": { "id": "t1" }, "tasks": tasks }),
        };
        run.advance(done(output));
        let payload = Data::new(json!({ "task": { "id": id } }));
        let effect = run.advance(Input::Happened { kind: "task.completed".to_owned(), payload });
        matches!(effect, Effect::Finished(_))
    };
    assert!(ends("update-task-completed", "t1") && ends("update-task-completed", "t2"));
    assert!(!ends("update-task-completed", "another"));
    assert!(ends("get-all-tasks", "another"), "tasks that were only read are not the run's own");
}

#[test]
fn a_wait_that_failed_keeps_its_end_when_it_is_retried() {
    let wait = "  - wait: { event: contact.created, within: 2d, when: event.n + 1 > 5 }\n";
    let mut run = Run::new(&with_steps(wait));
    let Effect::Sleep(before) = run.advance(Input::Begin) else { panic!("it does not wait") };
    let happened = |n: Value| Input::Happened {
        kind: "contact.created".to_owned(),
        payload: Data::new(json!({ "n": n })),
    };
    run.now = run.now.plus(Duration::from_secs(86_400));
    assert!(matches!(run.outcome(happened(json!("x"))), Outcome::Failed { .. }));
    run.state = serde_json::from_str(&serde_json::to_string(&run.state).unwrap()).unwrap();
    run.state.retry();
    assert_eq!(run.advance(Input::Resume), Effect::Sleep(before), "the time did not begin anew");
    assert_eq!(run.outcome(happened(json!(7))), Outcome::Completed);
}

#[test]
fn a_time_is_read_in_the_locations_zone_and_at_most_ten_years_away() {
    let until = |time: &str| Run::new(&with_steps(&format!("  - wait: {{ until: \"{time}\" }}\n")));
    for (time, ends) in [
        ("2026-12-24T09:00", "2026-12-23T22:00:00Z"),
        ("2026-12-24", "2026-12-23T13:00:00Z"),
        ("2026-12-24T09:00Z", "2026-12-24T09:00:00Z"),
        ("2026-12-24T09:00+01:00", "2026-12-24T08:00:00Z"),
        ("2036-11-22T12:00:00Z", "2036-11-22T12:00:00Z"),
    ] {
        let Effect::Sleep(sleep) = until(time).advance(Input::Begin) else { panic!("{time} has passed") };
        assert_eq!(sleep.until, Timestamp::parse(ends).unwrap(), "{time}");
    }
    let outcome = until("2036-11-25T12:00:00Z").outcome(Input::Begin);
    let message = "`2036-11-25T12:00:00Z` is more than ten years away";
    assert_eq!(outcome, failed("steps[0].wait.until", message));
}
