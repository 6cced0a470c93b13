use super::*;

fn problems(text: &str) -> Vec<String> {
    Document::parse(&read_text(text).unwrap()).unwrap_err().iter().map(ToString::to_string).collect()
}

#[test]
fn reads_every_kind_of_step() {
    let text = r#"
tieline: 1
name: Payment failed
trigger: { on: paythen.payment.failed, when: trigger.payment.attempt >= 1 }
steps:
  - id: person
    do: contacts.upsert-contact
    with: { email: '{{ trigger.customer.email }}' }
  - wait: { for: 3d, unless: paythen.plan.recovered }
  - wait: { until: '{{ now }}' }
  - wait: { event: paythen.plan.recovered, within: 1w }
  - if:
      - when: "'payment-failed' in contact.tags"
        steps: [{ stop: { reason: done } }]
      - else: []
"#;
    let document = Document::parse(&read_text(text).unwrap()).unwrap();
    assert_eq!(document.steps.len(), 5);
    let StepKind::If(branches) = &document.steps[4].kind else { panic!("not an if") };
    assert_eq!(branches[0].steps[0].place, "steps[4].if[0].steps[0]");
    assert_eq!(branches[1].when, None);
    assert_eq!(document.listened_kinds(), ["paythen.plan.recovered"; 2]);
}

#[test]
fn another_format_and_a_description_that_is_no_text_are_reported() {
    let found = problems("{tieline: 2, name: x, description: [1], trigger: {on: a.b}, steps: []}");
    assert_eq!(
        found,
        [
            "tieline: this version reads format 1, not 2; write `tieline: 1`",
            "description: must be a text; put it in quotes"
        ]
    );
}

#[test]
fn mistakes_are_reported_with_their_place() {
    let found = problems(
        "
name: x
trigger: { when: a }
steps:
  - { do: a.b, wait: { for: 1d } }
  - { wait: { for: soon } }
  - { id: 1a, do: a.b }
  - { id: b, do: a.b }
  - { id: b, do: a.b }
  - { if: [{ else: [] }, { when: x, steps: [] }] }
  - { do: a.b, wiht: {} }
",
    );
    for expected in [
        "tieline: the document's format",
        "trigger.on: is missing",
        "steps[0]: a step has exactly one kind, and this has `do` and `wait`",
        "steps[1].wait.for: `soon` is not a length of time",
        "steps[2].id: `1a` begins with a digit; begin it with a letter, like `step_1a`",
        "steps[4].id: `b` is taken",
        "steps[5].if[0]: `else` must be the last",
        "steps[6]: `wiht` is not known here",
    ] {
        assert!(found.iter().any(|problem| problem.starts_with(expected)), "{expected} not in {found:#?}");
    }
}

/// Case D16.
#[test]
fn every_mistake_says_what_to_write_instead() {
    for (step, expected) in [
        ("wait: 3d", "steps[0].wait: must be an object; write `wait: { for: 3d }`"),
        ("wait: '{{ now }}'", "write `wait: { until: \"{{ now }}\" }`"),
        ("wait: {for: '{{ x }}'}", "takes a fixed length, like 3d; for a computed one write `until:"),
        ("wait: {for: 1 month}", "wait `until` \"{{ now | plus('1 month') }}\""),
        ("for_each: x", "`for_each` is not a kind of step; known are do, wait, if, stop"),
        ("od: x", "`od` is not a kind of step; did you mean `do`?"),
        ("with: {a: 1}", "`with` goes with `do`"),
        ("do: a.b, retry: 3", "write `retry: { attempts: 3 }`"),
        ("do: a.b, with: [1]", "write `with: { tags: [vip] }`"),
        ("do: a.b, wiht: {}", "did you mean `with`?"),
        ("if: a > 1", "must be a list of branches"),
    ] {
        let found = problems(&format!("{{tieline: 1, name: x, trigger: {{on: a.b}}, steps: [{{{step}}}]}}"));
        assert!(found[0].contains(expected), "{step}: {found:?}");
    }
    let found = problems("tieline: 1\nname: x\ntrigger: paythen.payment.failed\nsteps: [a]");
    assert!(found[0].ends_with("write `trigger: { on: paythen.payment.failed }`"), "{found:?}");
    assert!(found[1].contains("steps[0]: must be an object; write `do: "), "{found:?}");
}

/// Case D1.
#[test]
fn a_text_field_takes_what_is_written_without_quotes() {
    let text = "{tieline: 1, name: 2026, trigger: {on: a.b, when: true}, steps: [{stop: yes}, \
                {do: a.b, retry: {attempts: '3'}}]}";
    let document = Document::parse(&read_text(text).unwrap()).unwrap();
    assert_eq!((document.name.as_str(), document.trigger.when.as_deref()), ("2026", Some("true")));
    assert_eq!(document.steps[0].kind, StepKind::Stop { reason: None });
    assert!(matches!(document.steps[1].kind, StepKind::Do { attempts: Some(3), .. }));
}

#[test]
fn deep_and_long_documents_are_refused() {
    let nested = |branches: usize| {
        let mut steps = serde_json::json!([{"do": "http.request", "with": {"body": {"a": [{"b": 1}]}}}]);
        for _ in 0..branches {
            steps = serde_json::json!([{ "if": [{ "else": steps }] }]);
        }
        Document::parse(
            &serde_json::json!({"tieline": 1, "name": "x", "trigger": {"on": "a"}, "steps": steps}),
        )
    };
    assert!(nested(MAX_BRANCH_DEPTH).is_ok(), "{:?}", nested(MAX_BRANCH_DEPTH));
    assert!(nested(MAX_BRANCH_DEPTH + 1).unwrap_err()[0].message.contains("16"));
    assert!(nested(40).unwrap_err()[0].message.contains("deep"));
    let long: Vec<_> = (0..501).map(|_| serde_json::json!({"stop": true})).collect();
    let document = serde_json::json!({"tieline": 1, "name": "x", "trigger": {"on": "a"}, "steps": long});
    assert!(Document::parse(&document).unwrap_err()[0].message.contains("500 steps"));
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "([a-z]{1,4}|[-:?,#&*!|>%@`{}\\[\\]\"' \n\t]|<<|---|\\PC){0,40}") {
        if let Ok(value) = read_text(&text) {
            drop(Document::parse(&value));
        }
    }
}
