//! A small catalogue and a world to run workflows in.

use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::LazyLock;
use tieline_engine::{
    ActionSpec, Catalogue, Class, Effect, FieldSpec, Input, Outcome, Passed, Program, RunState, World,
    advance,
};
use tieline_expr::Data;
use tieline_model::workflow::{Document, read_text};
use tieline_model::{About, ContactId, Timestamp};

/// DESIGN's example.
pub(crate) const EXAMPLE: &str = r#"
tieline: 1
name: Payment failed
trigger:
  on: paythen.payment.failed
  when: trigger.payment.attempt >= 1
steps:
  - id: person
    do: contacts.upsert-contact
    with: { email: "{{ trigger.customer.email }}", name: "{{ trigger.customer.name }}" }
  - do: contacts.add-tags
    with: { tags: [payment-failed] }
  - do: contacts.create-note
    with: { body: "{{ trigger.id }}: {{ trigger.payment.failureMessage }}" }
  - wait: { for: 3d, unless: paythen.plan.recovered }
  - if:
      - when: "'payment-failed' in contact.tags"
        steps:
          - do: contacts.create-task
            with: { title: "Call {{ contact.firstName }}", dueDate: "{{ now | plus('1d') }}", completed: false }
      - else: []
"#;

fn field(name: &str, required: bool) -> FieldSpec {
    FieldSpec { name: name.to_owned(), required, summary: "what it is about".to_owned() }
}

fn local(key: &'static str, on_contact: bool, fields: &[FieldSpec]) -> ActionSpec {
    let (class, is_reading) = (Class::Local, key.starts_with("contacts.get-"));
    ActionSpec { key, class, is_reading, on_contact, fields: fields.to_vec(), attempts: 3 }
}

static ACTIONS: LazyLock<Vec<ActionSpec>> = LazyLock::new(|| {
    vec![
        local("contacts.upsert-contact", false, &[field("email", false), field("name", false)]),
        local("contacts.add-tags", true, &[field("tags", true)]),
        local("contacts.create-note", true, &[field("body", true)]),
        local("contacts.update-task-completed", true, &[field("title", true)]),
        local("contacts.get-all-tasks", true, &[]),
        local(
            "contacts.create-task",
            true,
            &[field("title", true), field("dueDate", true), field("completed", true)],
        ),
        ActionSpec {
            key: "http.request",
            class: Class::Remote,
            is_reading: false,
            on_contact: false,
            fields: vec![field("url", true), field("body", false)],
            attempts: 4,
        },
    ]
});

/// The actions above and a few events.
pub(crate) struct TestCatalogue;

const EVENTS: &[&str] =
    &["paythen.payment.failed", "paythen.plan.recovered", "contact.created", "task.completed"];

impl Catalogue for TestCatalogue {
    fn action(&self, key: &str) -> Option<ActionSpec> {
        ACTIONS.iter().find(|action| action.key == key).cloned()
    }

    fn keys(&self) -> Vec<&str> {
        ACTIONS.iter().map(|action| action.key).collect()
    }

    fn is_event(&self, kind: &str) -> bool {
        EVENTS.contains(&kind)
    }

    fn events(&self) -> Vec<&str> {
        EVENTS.to_vec()
    }

    fn identity(&self, kind: &str) -> Option<&'static str> {
        match kind {
            "paythen.plan.recovered" => Some("plan.id"),
            "task.completed" => Some("task.id"),
            _ => None,
        }
    }

    fn contact_members(&self) -> BTreeSet<String> {
        ["id", "firstName", "name", "tags"].map(str::to_owned).into()
    }
}

/// Compiles a document that has to be right.
pub(crate) fn program(text: &str) -> Program {
    let document = Document::parse(&read_text(text).unwrap()).unwrap();
    Program::compile(&document, &TestCatalogue).unwrap()
}

/// What is wrong with a document of right shape.
pub(crate) fn problems(text: &str) -> Vec<String> {
    let document = Document::parse(&read_text(text).unwrap()).unwrap();
    Program::compile(&document, &TestCatalogue).unwrap_err().iter().map(ToString::to_string).collect()
}

/// A document with the steps given.
pub(crate) fn with_steps(steps: &str) -> String {
    format!("tieline: 1\nname: x\ntrigger: {{ on: contact.created }}\nsteps:\n{steps}")
}

/// A run and the world that it is in.
pub(crate) struct Run {
    pub(crate) program: Program,
    pub(crate) state: RunState,
    pub(crate) now: Timestamp,
    pub(crate) trigger: Data,
    pub(crate) contact: Value,
    pub(crate) location: Data,
    pub(crate) passed: Vec<Passed>,
}

impl Run {
    /// A run about no one yet, on 23 November 2026 at noon.
    pub(crate) fn new(text: &str) -> Self {
        Self {
            program: program(text),
            state: RunState::new(None),
            now: Timestamp::parse("2026-11-23T12:00:00Z").unwrap(),
            trigger: Data::new(json!({
                "id": "evt_1",
                "customer": { "email": "ada@example.com", "name": "Ada Lovelace" },
                "payment": { "attempt": 1, "amount": 10000, "failureMessage": "card declined" },
            })),
            location: Data::new(json!({ "id": "l1", "timezone": "Australia/Sydney" })),
            contact: json!({ "id": "c1", "firstName": "Ada", "tags": ["payment-failed"] }),
            passed: Vec::new(),
        }
    }

    /// One call, with the contact loaded where the run asks for it.
    pub(crate) fn advance(&mut self, input: Input) -> Effect {
        let again = if matches!(input, Input::Happened { .. }) { input.clone() } else { Input::Resume };
        match self.advance_with(input, None) {
            Effect::LoadContact(_) => {
                let contact = Data::new(self.contact.clone()).with_aliases();
                self.advance_with(again, Some(&contact))
            }
            effect => effect,
        }
    }

    /// One call, with or without the contact.
    pub(crate) fn advance_with(&mut self, input: Input, contact: Option<&Data>) -> Effect {
        let world =
            World { now: self.now, random: 0, trigger: &self.trigger, location: &self.location, contact };
        advance(&self.program, &mut self.state, input, &world, &mut self.passed)
    }

    /// One call that has to hand out an action; its key and its input.
    pub(crate) fn act(&mut self, input: Input) -> (&'static str, Value) {
        match self.advance(input) {
            Effect::Act(act) => (act.action, Value::Object(act.input)),
            other => panic!("not an action: {other:?}"),
        }
    }

    /// One call that has to end the run.
    pub(crate) fn outcome(&mut self, input: Input) -> Outcome {
        match self.advance(input) {
            Effect::Finished(outcome) => outcome,
            other => panic!("not the end: {other:?}"),
        }
    }
}

/// An action that is done and gives this back.
pub(crate) fn done(output: Value) -> Input {
    Input::Done { output, about: About::Same }
}

/// An action that is done and found the contact `c1`.
pub(crate) fn found() -> Input {
    Input::Done { output: json!({ "contact": { "id": "c1" } }), about: About::Contact(ContactId::from("c1")) }
}
