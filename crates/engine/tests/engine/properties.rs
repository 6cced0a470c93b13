//! Whatever the document and whatever comes in: no panic, an end, and no difference from a crash.

use crate::common::{Run, TestCatalogue};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::time::Duration;
use tieline_engine::{ActionFailure, Effect, Input, Program, RunState};
use tieline_expr::Data;
use tieline_model::workflow::Document;
use tieline_model::{About, ContactId, Timestamp};

fn text() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "plain",
        "{{ trigger.customer.email }}",
        "Hi {{ contact.first_name }}",
        "{{ now | plus('1d') }}",
        "{{ steps }}",
        "{{ trigger.id + 1 }}",
        "{{ trigger.none.x }}",
        "{% for t in contact.tags %}{{ t }}{% endfor %}",
    ])
    .prop_map(str::to_owned)
}

fn condition() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "trigger.payment.attempt >= 1",
        "'vip' in contact.tags",
        "steps",
        "false",
        "trigger.id + 1",
    ])
}

fn step() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        text().prop_map(|url| json!({ "do": "http.request", "with": { "url": url } })),
        (text(), 1_u32..4).prop_map(|(body, attempts)| {
            json!({ "do": "contacts.create-note", "with": { "body": body }, "retry": { "attempts": attempts } })
        }),
        text().prop_map(|email| json!({ "do": "contacts.upsert-contact", "with": { "email": email } })),
        Just(json!({ "wait": { "for": "1d", "unless": "paythen.plan.recovered" } })),
        Just(json!({ "wait": { "event": "contact.created", "within": "2h" } })),
        Just(json!({ "wait": { "until": "{{ now | plus('1h') }}" } })),
        text().prop_map(|reason| json!({ "stop": { "reason": reason } })),
    ];
    leaf.prop_recursive(3, 12, 3, |step| {
        let steps = prop::collection::vec(step, 0..3);
        (condition(), steps.clone(), steps).prop_map(
            |(when, then, other)| json!({ "if": [{ "when": when, "steps": then }, { "else": other }] }),
        )
    })
}

fn document() -> impl Strategy<Value = Document> {
    prop::collection::vec(step(), 0..6).prop_map(|steps| {
        let document = json!({
            "tieline": 1, "name": "x", "trigger": { "on": "contact.created" }, "steps": steps
        });
        Document::parse(&document).unwrap()
    })
}

fn input() -> impl Strategy<Value = Input> {
    let kinds = prop::sample::select(vec!["paythen.plan.recovered", "contact.created", "other"]);
    prop_oneof![
        Just(Input::Begin),
        Just(Input::Resume),
        Just(Input::Elapsed),
        any::<bool>().prop_map(|found| Input::Done {
            output: json!({ "x": 1 }),
            about: if found { About::Contact(ContactId::from("c1")) } else { About::Same },
        }),
        (any::<bool>(), prop::option::of(0_u64..100_000), any::<bool>()).prop_map(
            |(retryable, after, busy)| {
                Input::Failed(ActionFailure {
                    message: "no".to_owned(),
                    retryable,
                    retry_after: after.map(Duration::from_secs),
                    busy,
                })
            }
        ),
        kinds.prop_map(|kind| Input::Happened { kind: kind.to_owned(), payload: Data::empty() }),
    ]
}

/// Something that stands where another thing belongs.
fn stray() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        text().prop_map(Value::from),
        prop::sample::select(vec![
            json!([]),
            json!({}),
            json!([[1]]),
            json!({ "if": {} }),
            json!({ "x": null })
        ]),
    ]
}

/// All values in a document, itself included.
fn places(value: &Value, place: &str, into: &mut Vec<String>) {
    into.push(place.to_owned());
    match value {
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(n, item)| places(item, &format!("{place}/{n}"), into));
        }
        Value::Object(map) => {
            map.iter().for_each(|(name, item)| places(item, &format!("{place}/{name}"), into));
        }
        _ => {}
    }
}

/// Puts a stray value in the place of another one, or beside what an object holds.
fn damage(document: &mut Value, which: &prop::sample::Index, name: Option<String>, stray: Value) {
    let mut all = Vec::new();
    places(document, "", &mut all);
    // A name of an object may hold a `/`, and then nothing is at the place.
    let Some(target) = document.pointer_mut(which.get::<String>(&all)) else { return };
    match (target, name) {
        (Value::Object(map), Some(name)) => drop(map.insert(name, stray)),
        (target, _) => *target = stray,
    }
}

fn run(document: &Document) -> Run {
    let mut run = Run::new(&crate::common::with_steps("  - stop: true\n"));
    run.program = Program::compile(document, &TestCatalogue).unwrap();
    run
}

fn through_json(state: &RunState) -> RunState {
    serde_json::from_str(&serde_json::to_string(state).unwrap()).unwrap()
}

proptest! {
    #[test]
    fn any_inputs_give_effects_and_a_crash_changes_nothing(
        document in document(),
        inputs in prop::collection::vec((input(), any::<bool>()), 0..40),
    ) {
        let (mut whole, mut crashing) = (run(&document), run(&document));
        let contact = Data::new(whole.contact.clone());
        for (n, (input, loaded)) in inputs.into_iter().enumerate() {
            whole.now = Timestamp::from_millis(whole.now.millis() + n as i64 * 1000);
            crashing.now = whole.now;
            crashing.state = through_json(&crashing.state);
            let contact = loaded.then_some(&contact);
            let effect = whole.advance_with(input.clone(), contact);
            prop_assert_eq!(&effect, &crashing.advance_with(input, contact));
            prop_assert_eq!(&whole.state, &crashing.state);
            // Going on from the checkpoint asks for the same once more.
            let mut resumed = run(&document);
            resumed.now = whole.now;
            resumed.state = through_json(&whole.state);
            let again = resumed.advance_with(Input::Resume, contact);
            let only_loaded = matches!(effect, Effect::LoadContact(_));
            prop_assert!(only_loaded || again == effect || matches!(again, Effect::LoadContact(_)));
        }
    }

    #[test]
    fn a_run_that_is_answered_ends(document in document(), failing in any::<u64>()) {
        let mut run = run(&document);
        let mut input = Input::Begin;
        let mut ended = false;
        for n in 0..400 {
            input = match run.advance(input) {
                Effect::Finished(_) => { ended = true; break }
                Effect::LoadContact(_) => Input::Resume,
                Effect::Sleep(sleep) => { run.now = run.now.max(sleep.until); Input::Elapsed }
                Effect::Act(_) if failing >> (n % 64) & 1 == 1 => {
                    Input::Failed(ActionFailure { message: "no".to_owned(), retryable: true, retry_after: None, busy: false })
                }
                Effect::Act(_) => crate::common::found(),
            };
        }
        prop_assert!(ended);
    }

    #[test]
    fn a_damaged_document_is_taken_or_refused_in_words(
        steps in prop::collection::vec(step(), 0..4),
        damages in prop::collection::vec((any::<prop::sample::Index>(), any::<Option<String>>(), stray()), 1..4),
    ) {
        let mut document = json!({
            "tieline": 1, "name": "x", "trigger": { "on": "contact.created" }, "steps": steps
        });
        for (which, name, stray) in damages {
            damage(&mut document, &which, name, stray);
        }
        let read = Document::parse(&document).and_then(|document| Program::compile(&document, &TestCatalogue));
        if let Err(problems) = read {
            prop_assert!(!problems.is_empty());
            for problem in problems {
                prop_assert!(!problem.place.is_empty() && problem.message.len() > 5, "{problem}");
            }
        }
    }
}
