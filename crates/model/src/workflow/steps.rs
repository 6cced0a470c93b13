//! Reads what the steps of each kind hold.

use super::fields::whole_number;
use super::parser::Parser;
use super::{Awaited, Branch, StepKind, Until, Wait};
use crate::number;
use crate::time::{Timestamp, parse_duration};
use serde_json::{Map, Value};
use std::time::Duration;

impl Parser {
    pub(super) fn action(&mut self, map: &Map<String, Value>, place: &str) -> Option<StepKind> {
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

    pub(super) fn wait(&mut self, place: &str, value: &Value) -> Option<Wait> {
        let map = self.object(place, value, &instead_of_wait(value))?;
        self.only(map, place, &["for", "until", "event", "within", "unless", "when"]);
        let mut when = self.optional_text(map, place, "when");
        let mut unless = map.get("unless").and_then(|unless| self.unless(&format!("{place}.unless"), unless));
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
                let event = Awaited { kind, when: when.take(), place: place.to_owned() };
                Until::Event { event, within: self.duration(map, place, "within")? }
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
        if let Some(unless) = unless.as_mut().filter(|unless| when.is_some() && unless.when.is_none()) {
            (unless.when, unless.place) = (when.take(), place.to_owned());
        }
        if when.is_some() {
            self.problem(&format!("{place}.when"), "is a condition on an event; give `event` or `unless`");
        }
        Some(Wait { until, unless })
    }

    /// `unless: a kind`, or `unless: { event: a kind, when: a condition }`.
    fn unless(&mut self, place: &str, value: &Value) -> Option<Awaited> {
        let awaited = |kind, when| Awaited { kind, when, place: place.to_owned() };
        match value {
            Value::Null => None,
            Value::Object(map) => {
                self.only(map, place, &["event", "when"]);
                let kind = self.text(map, place, "event", "the kind of event that ends the run")?;
                Some(awaited(kind, self.optional_text(map, place, "when")))
            }
            Value::String(kind) if !kind.is_empty() => Some(awaited(kind.clone(), None)),
            _ => {
                self.problem(place, "write a kind of event, or `{ event: a kind, when: a condition }`");
                None
            }
        }
    }

    fn duration(&mut self, map: &Map<String, Value>, place: &str, name: &str) -> Option<Duration> {
        let text = self.text(map, place, name, "a length of time, like 3d")?;
        match fixed_duration(&text) {
            Ok(duration) => Some(duration),
            Err(message) => {
                self.problem(&format!("{place}.{name}"), message);
                None
            }
        }
    }

    pub(super) fn branches(&mut self, place: &str, value: &Value, depth: usize) -> Option<Vec<Branch>> {
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

    pub(super) fn stop(&mut self, place: &str, value: &Value) -> Option<StepKind> {
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
}

/// The length of time; a template has none before it is rendered.
fn fixed_duration(text: &str) -> Result<Duration, String> {
    if text.contains("{{") {
        let message =
            "takes a fixed length, like 3d; for a computed one write `until: \"{{ now | plus(…) }}\"`";
        return Err(message.to_owned());
    }
    parse_duration(text)
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
