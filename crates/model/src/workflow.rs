//! The workflow document: a tree of a trigger and steps, as people write it and as it is stored.
//!
//! [`Document::parse`] checks the shape and reports every mistake with its place (`steps[2].if[0].when`) and
//! the fix. What takes the catalogue or the expression language (unknown actions, broken templates) is
//! checked when the engine compiles the document.

use crate::depth;
use crate::notation;
use crate::number;
use crate::suggest::did_you_mean;
use crate::time::{Timestamp, parse_duration};
use serde_json::{Map, Value};
use std::collections::HashSet;
use std::fmt;
use std::time::Duration;

/// The most steps that a document may hold, over all branches.
pub const MAX_STEPS: usize = 500;
/// The most branches that may lie inside one another.
pub const MAX_BRANCH_DEPTH: usize = 16;

/// The kinds of step, by the name that a step has in the document.
const STEP_KINDS: [&str; 4] = ["do", "wait", "if", "stop"];

/// A workflow as its author wrote it.
#[derive(Clone, PartialEq, Debug)]
pub struct Document {
    /// Its name, unique in its location: applying a document saves it by this.
    pub name: String,
    /// What starts it.
    pub trigger: Trigger,
    /// What it does.
    pub steps: Vec<Step>,
    /// A template for the key under which runs are handled one after the other; the run's contact, or whom
    /// the event is about, where it is left out.
    pub concurrency: Option<String>,
}

/// What starts a workflow.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Trigger {
    /// The kind of event, such as `paythen.payment.failed`.
    pub on: String,
    /// A condition on the event; none means always.
    pub when: Option<String>,
}

/// One step of a workflow.
#[derive(Clone, PartialEq, Debug)]
pub struct Step {
    /// The name under which later steps find its output, as `steps.<id>`.
    pub id: Option<String>,
    /// Where it stands in the document: `steps[2].if[0].steps[1]`.
    pub place: String,
    /// What it does.
    pub kind: StepKind,
}

/// What a step does.
#[derive(Clone, PartialEq, Debug)]
pub enum StepKind {
    /// `do`: runs an action of the catalogue.
    Do {
        /// `module.operation-id`, as in the API.
        action: String,
        /// Its input; the texts in it are templates.
        with: Map<String, Value>,
        /// How often it is tried; the action's own default where it is left out.
        attempts: Option<u32>,
    },
    /// `wait`: sleeps.
    Wait(Wait),
    /// `if`: takes the first branch whose condition holds.
    If(Vec<Branch>),
    /// `stop`: ends the run here.
    Stop {
        /// Why, for the run's history.
        reason: Option<String>,
    },
}

/// What a `wait` step waits for.
#[derive(Clone, PartialEq, Debug)]
pub struct Wait {
    /// Until when.
    pub until: Until,
    /// A kind of event about the same person that ends the run while it waits.
    pub unless: Option<String>,
}

/// Until when a `wait` step waits.
#[derive(Clone, PartialEq, Debug)]
pub enum Until {
    /// `for`: this long.
    Elapsed(Duration),
    /// `until`: the time that this template gives, in ISO 8601.
    Time(String),
    /// `event`: an event of this kind about the same person; after `within` at the latest.
    Event {
        /// The kind of event.
        kind: String,
        /// How long at most.
        within: Duration,
    },
}

/// One branch of an `if` step.
#[derive(Clone, PartialEq, Debug)]
pub struct Branch {
    /// The condition; none for `else`.
    pub when: Option<String>,
    /// What is done if it holds.
    pub steps: Vec<Step>,
}

/// A mistake in a document: where it is, what is wrong and how to put it right.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// The place: `trigger.when`, `steps[2].with.body`.
    pub place: String,
    /// What is wrong and what to do about it, in a sentence.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

/// Reads a document's text, YAML or JSON, into a JSON value that [`Document::parse`] takes; see [`notation`].
///
/// # Errors
/// The first mistake in the text; its place is the line and the column.
pub fn read_text(text: &str) -> Result<Value, Problem> {
    notation::read(text).map_err(|mistake| Problem {
        place: format!("line {}, column {}", mistake.line, mistake.column),
        message: mistake.message,
    })
}

impl Document {
    /// The kinds of events that its `wait` steps listen for, over all branches.
    #[must_use]
    pub fn listened_kinds(&self) -> Vec<&str> {
        let mut kinds = Vec::new();
        let mut left: Vec<&Step> = self.steps.iter().collect();
        while let Some(step) = left.pop() {
            match &step.kind {
                StepKind::Wait(wait) => {
                    kinds.extend(wait.unless.as_deref());
                    if let Until::Event { kind, .. } = &wait.until {
                        kinds.push(kind);
                    }
                }
                StepKind::If(branches) => left.extend(branches.iter().flat_map(|branch| &branch.steps)),
                StepKind::Do { .. } | StepKind::Stop { .. } => {}
            }
        }
        kinds
    }

    /// Reads a document and checks its shape.
    ///
    /// # Errors
    /// Every mistake found, in the order of the document.
    pub fn parse(document: &Value) -> Result<Self, Vec<Problem>> {
        let mut parser = Parser::default();
        if !depth::lies_within(document, depth::MAX_NESTING) {
            parser.problem(
                "document",
                format!("is nested more than {} deep; make it flatter", depth::MAX_NESTING),
            );
            return Err(parser.problems);
        }
        let parsed = parser.document(document);
        match parsed {
            Some(parsed) if parser.problems.is_empty() => Ok(parsed),
            _ => Err(parser.problems),
        }
    }
}

#[derive(Default)]
struct Parser {
    problems: Vec<Problem>,
    ids: HashSet<String>,
    steps: usize,
}

impl Parser {
    fn problem(&mut self, place: &str, message: impl Into<String>) {
        self.problems.push(Problem { place: place.to_owned(), message: message.into() });
    }

    fn document(&mut self, value: &Value) -> Option<Document> {
        let map = self.object("document", value, "begin it with `tieline: 1`, `name: …`, `trigger: …`")?;
        self.only(map, "document", &["tieline", "name", "description", "trigger", "steps", "concurrency"]);
        match map.get("tieline") {
            Some(format) if whole_number(format) == Some(1) => {}
            Some(format) => {
                self.problem(
                    "tieline",
                    format!("this version reads format 1, not {format}; write `tieline: 1`"),
                );
            }
            None => self.problem("tieline", "the document's format is missing; begin with `tieline: 1`"),
        }
        if map.get("description").is_some_and(|description| description.is_array() || description.is_object())
        {
            self.problem("description", "must be a text; put it in quotes");
        }
        let name = self.text(map, "", "name", "the workflow's name, which must be unique in its location");
        let trigger = match map.get("trigger") {
            Some(trigger) => self.trigger(trigger),
            None => {
                self.problem("trigger", "is missing; say what starts the workflow, like `trigger: { on: paythen.payment.failed }`");
                None
            }
        };
        let steps = match map.get("steps") {
            Some(steps) => self.steps("steps", steps, 0),
            None => {
                self.problem("steps", "is missing; list what the workflow does");
                Vec::new()
            }
        };
        let concurrency = self.optional_text(map, "", "concurrency");
        Some(Document { name: name?, trigger: trigger?, steps, concurrency })
    }

    fn trigger(&mut self, value: &Value) -> Option<Trigger> {
        let map = self.object("trigger", value, "write `trigger: { on: paythen.payment.failed }`")?;
        self.only(map, "trigger", &["on", "when"]);
        let on = self.text(map, "trigger", "on", "the kind of event, like paythen.payment.failed");
        let when = self.optional_text(map, "trigger", "when");
        Some(Trigger { on: on?, when })
    }

    fn steps(&mut self, place: &str, value: &Value, depth: usize) -> Vec<Step> {
        let Value::Array(items) = value else {
            self.problem(place, "must be a list of steps; begin each step with `- `");
            return Vec::new();
        };
        if depth > MAX_BRANCH_DEPTH {
            self.problem(
                place,
                format!("branches lie more than {MAX_BRANCH_DEPTH} deep; split the workflow"),
            );
            return Vec::new();
        }
        let mut steps = Vec::with_capacity(items.len());
        for (n, item) in items.iter().enumerate() {
            self.steps += 1;
            if self.steps > MAX_STEPS {
                self.problem(
                    place,
                    format!("the document has more than {MAX_STEPS} steps; split the workflow"),
                );
                break;
            }
            steps.extend(self.step(format!("{place}[{n}]"), item, depth));
        }
        steps
    }

    fn step(&mut self, place: String, value: &Value, depth: usize) -> Option<Step> {
        let map = self.object(&place, value, "write `do: contacts.add-tags` or another kind of step")?;
        let kind = self.step_kind(map, &place)?;
        let id = self.step_id(map, &place);
        let kind = match kind {
            "do" => self.action(map, &place)?,
            "wait" => {
                self.only(map, &place, &["id", "wait"]);
                StepKind::Wait(self.wait(&format!("{place}.wait"), map.get("wait")?)?)
            }
            "if" => {
                self.only(map, &place, &["id", "if"]);
                StepKind::If(self.branches(&format!("{place}.if"), map.get("if")?, depth)?)
            }
            _ => {
                self.only(map, &place, &["id", "stop"]);
                self.stop(&format!("{place}.stop"), map.get("stop")?)?
            }
        };
        Some(Step { id, place, kind })
    }

    /// The one kind of step that it is.
    fn step_kind(&mut self, map: &Map<String, Value>, place: &str) -> Option<&'static str> {
        let kinds: Vec<&'static str> =
            STEP_KINDS.iter().copied().filter(|kind| map.contains_key(*kind)).collect();
        let message = match kinds[..] {
            [kind] => return Some(kind),
            [] => no_kind(map),
            [first, second, ..] => {
                format!(
                    "a step has exactly one kind, and this has `{first}` and `{second}`; make two steps of them"
                )
            }
        };
        self.problem(place, message);
        None
    }

    fn step_id(&mut self, map: &Map<String, Value>, place: &str) -> Option<String> {
        let id = self.optional_text(map, place, "id")?;
        let place = format!("{place}.id");
        let word = |id: &str| {
            id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
                && !id.starts_with(|c: char| c.is_ascii_digit())
        };
        if !word(&id) {
            self.problem(
                &place,
                format!("`{id}` is not a name that an expression can use; take letters, digits and _"),
            );
        } else if !self.ids.insert(id.clone()) {
            self.problem(&place, format!("`{id}` is taken by an earlier step; each id may be used once"));
        }
        Some(id)
    }

    fn action(&mut self, map: &Map<String, Value>, place: &str) -> Option<StepKind> {
        self.only(map, place, &["id", "do", "with", "retry"]);
        let action = self.text(map, place, "do", "an action of the catalogue, like contacts.add-tags");
        let with = match map.get("with") {
            None | Some(Value::Null) => Map::new(),
            Some(with) => {
                self.object(&format!("{place}.with"), with, "write `with: { tags: [vip] }`")?.clone()
            }
        };
        let attempts = map.get("retry").and_then(|retry| self.retry(&format!("{place}.retry"), retry));
        Some(StepKind::Do { action: action?, with, attempts })
    }

    fn retry(&mut self, place: &str, value: &Value) -> Option<u32> {
        let map = self.object(place, value, "write `retry: { attempts: 3 }`")?;
        self.only(map, place, &["attempts"]);
        match map.get("attempts").and_then(whole_number) {
            Some(attempts @ 1..=100) => u32::try_from(attempts).ok(),
            _ => {
                self.problem(&format!("{place}.attempts"), "must be a number from 1 to 100");
                None
            }
        }
    }

    fn wait(&mut self, place: &str, value: &Value) -> Option<Wait> {
        let map = self.object(place, value, &instead_of_wait(value))?;
        self.only(map, place, &["for", "until", "event", "within", "unless"]);
        let unless = self.optional_text(map, place, "unless");
        let ways: Vec<&str> =
            ["for", "until", "event"].into_iter().filter(|way| map.contains_key(*way)).collect();
        let until = match ways[..] {
            ["for"] => Until::Elapsed(self.duration(map, place, "for")?),
            ["until"] => Until::Time(self.text(
                map,
                place,
                "until",
                "a time in ISO 8601, or a template that gives one",
            )?),
            ["event"] => {
                let kind = self.text(map, place, "event", "the kind of event to wait for")?;
                Until::Event { kind, within: self.duration(map, place, "within")? }
            }
            _ => {
                self.problem(
                    place,
                    "say exactly one of `for` (like 3d), `until` (a time) and `event` (with `within`)",
                );
                return None;
            }
        };
        if map.contains_key("within") && !matches!(until, Until::Event { .. }) {
            self.problem(&format!("{place}.within"), "goes with `event` only");
        }
        Some(Wait { until, unless })
    }

    fn duration(&mut self, map: &Map<String, Value>, place: &str, name: &str) -> Option<Duration> {
        let text = self.text(map, place, name, "a length of time, like 3d")?;
        match parse_duration(&text) {
            Ok(duration) => Some(duration),
            Err(message) => {
                self.problem(&format!("{place}.{name}"), message);
                None
            }
        }
    }

    fn branches(&mut self, place: &str, value: &Value, depth: usize) -> Option<Vec<Branch>> {
        let Value::Array(items) = value else {
            self.problem(
                place,
                "must be a list of branches, each with `when` and `steps`, the last one perhaps `else`",
            );
            return None;
        };
        if items.is_empty() {
            self.problem(place, "needs at least one branch");
        }
        let mut branches = Vec::with_capacity(items.len());
        for (n, item) in items.iter().enumerate() {
            let place = format!("{place}[{n}]");
            let Some(map) = self.object(&place, item, "write `when: …` and `steps: […]`") else {
                continue;
            };
            if let Some(steps) = map.get("else") {
                self.only(map, &place, &["else"]);
                if n + 1 < items.len() {
                    self.problem(
                        &place,
                        "`else` must be the last branch; those after it would never be taken",
                    );
                }
                branches.push(Branch {
                    when: None,
                    steps: self.steps(&format!("{place}.else"), steps, depth + 1),
                });
                continue;
            }
            self.only(map, &place, &["when", "steps"]);
            let when =
                self.text(map, &place, "when", "the branch's condition, like `trigger.payment.attempt > 1`");
            let steps = match map.get("steps") {
                Some(steps) => self.steps(&format!("{place}.steps"), steps, depth + 1),
                None => {
                    self.problem(&format!("{place}.steps"), "is missing; list what the branch does");
                    Vec::new()
                }
            };
            branches.extend(when.map(|when| Branch { when: Some(when), steps }));
        }
        Some(branches)
    }

    fn stop(&mut self, place: &str, value: &Value) -> Option<StepKind> {
        match value {
            Value::Null | Value::Bool(true) => Some(StepKind::Stop { reason: None }),
            Value::String(text) if number::read_bool(text) == Some(true) => {
                Some(StepKind::Stop { reason: None })
            }
            Value::Object(map) => {
                self.only(map, place, &["reason"]);
                Some(StepKind::Stop { reason: self.optional_text(map, place, "reason") })
            }
            _ => {
                self.problem(place, "write `stop: true`, or `stop: { reason: … }`");
                None
            }
        }
    }

    /// The object at `place`; `instead` says what to write where it is something else.
    fn object<'v>(&mut self, place: &str, value: &'v Value, instead: &str) -> Option<&'v Map<String, Value>> {
        if let Value::Object(map) = value {
            return Some(map);
        }
        self.problem(place, format!("must be an object; {instead}"));
        None
    }

    fn only(&mut self, map: &Map<String, Value>, place: &str, known: &[&str]) {
        for name in map.keys().filter(|name| !known.contains(&name.as_str())) {
            let hint = did_you_mean(name, known.iter().copied());
            self.problem(place, format!("`{name}` is not known here{hint}"));
        }
    }

    fn text(&mut self, map: &Map<String, Value>, place: &str, name: &str, what: &str) -> Option<String> {
        if map.get(name).is_none_or(Value::is_null) {
            self.problem(&join(place, name), format!("is missing; give {what}"));
            return None;
        }
        self.optional_text(map, place, name)
    }

    fn optional_text(&mut self, map: &Map<String, Value>, place: &str, name: &str) -> Option<String> {
        match map.get(name)? {
            Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
            Value::String(_) => {
                self.problem(&join(place, name), "must not be empty");
                None
            }
            Value::Null => None,
            Value::Bool(value) => Some(value.to_string()),
            Value::Number(number) if number::text(number).is_some() => number::text(number),
            Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                self.problem(&join(place, name), "must be a text; put it in quotes");
                None
            }
        }
    }
}

/// What a step without a known kind is answered with.
fn no_kind(map: &Map<String, Value>) -> String {
    let known = "a step has exactly one of `do`, `wait`, `if` and `stop`";
    let with_kinds = ["id", "with", "retry"];
    match map.keys().find(|name| !with_kinds.contains(&name.as_str())) {
        Some(name) => {
            format!(
                "`{name}` is not a kind of step{}; {known}",
                did_you_mean(name, STEP_KINDS.iter().copied())
            )
        }
        None if map.contains_key("with") => format!("{known}; `with` goes with `do`"),
        None => known.to_owned(),
    }
}

/// What to write instead of a `wait` that is not an object.
fn instead_of_wait(value: &Value) -> String {
    match value {
        Value::String(text) if parse_duration(text).is_ok() => format!("write `wait: {{ for: {text} }}`"),
        Value::String(text) if text.contains("{{") || Timestamp::parse(text).is_ok() => {
            format!("write `wait: {{ until: \"{text}\" }}`")
        }
        _ => "write `wait: { for: 3d }`, `{ until: a time }` or `{ event: a kind, within: 2d }`".to_owned(),
    }
}

/// A whole number, also where it is written as a text.
fn whole_number(value: &Value) -> Option<u64> {
    match value {
        Value::String(text) => number::read(text)?.as_u64(),
        other => other.as_u64(),
    }
}

fn join(place: &str, name: &str) -> String {
    if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") }
}

#[cfg(test)]
mod tests {
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
            "steps[2].id: `1a` is not a name",
            "steps[4].id: `b` is taken",
            "steps[5].if[0]: `else` must be the last",
            "steps[6]: `wiht` is not known here",
        ] {
            assert!(
                found.iter().any(|problem| problem.starts_with(expected)),
                "{expected} not in {found:#?}"
            );
        }
    }

    /// Case D16.
    #[test]
    fn every_mistake_says_what_to_write_instead() {
        for (step, expected) in [
            ("wait: 3d", "steps[0].wait: must be an object; write `wait: { for: 3d }`"),
            ("wait: '{{ now }}'", "write `wait: { until: \"{{ now }}\" }`"),
            ("for_each: x", "`for_each` is not a kind of step; known are do, wait, if, stop"),
            ("od: x", "`od` is not a kind of step; did you mean `do`?"),
            ("with: {a: 1}", "`with` goes with `do`"),
            ("do: a.b, retry: 3", "write `retry: { attempts: 3 }`"),
            ("do: a.b, with: [1]", "write `with: { tags: [vip] }`"),
            ("do: a.b, wiht: {}", "did you mean `with`?"),
            ("if: a > 1", "must be a list of branches"),
        ] {
            let found =
                problems(&format!("{{tieline: 1, name: x, trigger: {{on: a.b}}, steps: [{{{step}}}]}}"));
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
        let mut deep = serde_json::json!([]);
        for _ in 0..40 {
            deep = serde_json::json!([{ "if": [{ "else": deep }] }]);
        }
        let document = serde_json::json!({"tieline": 1, "name": "x", "trigger": {"on": "a"}, "steps": deep});
        assert!(Document::parse(&document).unwrap_err()[0].message.contains("deep"));
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
}
