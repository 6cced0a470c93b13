//! Reads single fields of a document, and reports what does not fit.

use super::Problem;
use super::parser::Parser;
use crate::number;
use crate::suggest::did_you_mean;
use serde_json::{Map, Value};

impl Parser {
    pub(super) fn problem(&mut self, place: &str, message: impl Into<String>) {
        self.problems.push(Problem { place: place.to_owned(), message: message.into() });
    }

    /// The object at `place`; `instead` says what to write where it is something else.
    pub(super) fn object<'v>(
        &mut self,
        place: &str,
        value: &'v Value,
        instead: &str,
    ) -> Option<&'v Map<String, Value>> {
        if let Value::Object(map) = value {
            return Some(map);
        }
        self.problem(place, format!("must be an object; {instead}"));
        None
    }

    pub(super) fn only(&mut self, map: &Map<String, Value>, place: &str, known: &[&str]) {
        for name in map.keys().filter(|name| !known.contains(&name.as_str())) {
            let hint = did_you_mean(name, known.iter().copied());
            self.problem(place, format!("`{name}` is not known here{hint}"));
        }
    }

    pub(super) fn text(
        &mut self,
        map: &Map<String, Value>,
        place: &str,
        name: &str,
        what: &str,
    ) -> Option<String> {
        if map.get(name).is_none_or(Value::is_null) {
            self.problem(&join(place, name), format!("is missing; give {what}"));
            return None;
        }
        self.optional_text(map, place, name)
    }

    pub(super) fn optional_text(
        &mut self,
        map: &Map<String, Value>,
        place: &str,
        name: &str,
    ) -> Option<String> {
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

/// A whole number, also where it is written as a text.
pub(super) fn whole_number(value: &Value) -> Option<u64> {
    match value {
        Value::String(text) => number::read(text)?.as_u64(),
        other => other.as_u64(),
    }
}

fn join(place: &str, name: &str) -> String {
    if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") }
}
