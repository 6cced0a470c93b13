//! Reads a document from its trigger down to the kinds of its steps.

use super::fields::whole_number;
use super::{Document, MAX_BRANCH_DEPTH, MAX_STEPS, Problem, Step, StepKind, Trigger};
use crate::depth;
use crate::suggest::did_you_mean;
use serde_json::{Map, Value};
use std::collections::HashSet;

/// The kinds of step, by the name that a step has in the document.
const STEP_KINDS: [&str; 4] = ["do", "wait", "if", "stop"];

/// Reads a document; see [`Document::parse_some`].
pub(super) fn parse(document: &Value) -> (Option<Document>, Vec<Problem>) {
    let mut parser = Parser::default();
    if !depth::lies_within(document, depth::MAX_DOCUMENT_NESTING) {
        let most = depth::MAX_DOCUMENT_NESTING;
        parser.problem("document", format!("is nested more than {most} deep; make it flatter"));
        return (None, parser.problems);
    }
    let parsed = parser.document(document);
    (parsed, parser.problems)
}

/// Gathers mistakes while it reads.
#[derive(Default)]
pub(super) struct Parser {
    pub(super) problems: Vec<Problem>,
    ids: HashSet<String>,
    steps: usize,
}

impl Parser {
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
        Some(Document { name: name.unwrap_or_default(), trigger: trigger?, steps, concurrency })
    }

    fn trigger(&mut self, value: &Value) -> Option<Trigger> {
        let map = self.object("trigger", value, "write `trigger: { on: paythen.payment.failed }`")?;
        self.only(map, "trigger", &["on", "when"]);
        let on = self.text(map, "trigger", "on", "the kind of event, like paythen.payment.failed");
        let when = self.optional_text(map, "trigger", "when");
        Some(Trigger { on: on?, when })
    }

    pub(super) fn steps(&mut self, place: &str, value: &Value, depth: usize) -> Vec<Step> {
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
        let kind = self.step_kind(map, &place);
        let id = self.step_id(map, &place);
        let kind = kind.and_then(|kind| self.content(kind, map, &place, depth));
        Some(Step { id, place, kind: kind.unwrap_or_else(|| StepKind::If(Vec::new())) })
    }

    fn content(
        &mut self,
        kind: &str,
        map: &Map<String, Value>,
        place: &str,
        depth: usize,
    ) -> Option<StepKind> {
        match kind {
            "do" => self.action(map, place),
            "wait" => {
                self.only(map, place, &["id", "wait"]);
                self.wait(&format!("{place}.wait"), map.get("wait")?).map(StepKind::Wait)
            }
            "if" => {
                self.only(map, place, &["id", "if"]);
                self.branches(&format!("{place}.if"), map.get("if")?, depth).map(StepKind::If)
            }
            _ => {
                self.only(map, place, &["id", "stop"]);
                self.stop(&format!("{place}.stop"), map.get("stop")?)
            }
        }
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
        let is_word = id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !is_word {
            self.problem(
                &place,
                format!("`{id}` is not a name that an expression can use; take letters, digits and _"),
            );
        } else if id.starts_with(|c: char| c.is_ascii_digit()) {
            self.problem(
                &place,
                format!("`{id}` begins with a digit; begin it with a letter, like `step_{id}`"),
            );
        } else if !self.ids.insert(id.clone()) {
            self.problem(&place, format!("`{id}` is taken by an earlier step; each id may be used once"));
        }
        Some(id)
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
