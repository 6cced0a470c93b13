//! What comparisons mean. Written `a < b` or, where a filter takes a test's name, `select("lt", 3)`.
//!
//! Null, whether absent or not, equals null and nothing else. A text that is a number is compared with a
//! number as one, because forms send every number as a text. Otherwise values of different kinds are never
//! equal and neither is smaller, so `amount < 5000` is false where the amount is missing.

use crate::json::{self, absent};
use crate::language::invalid;
use crate::numbers::numeric;
use minijinja::value::ValueKind;
use minijinja::{Environment, Error, State, Value};
use std::cmp::Ordering;

/// The tests that may stand behind `is`.
pub(crate) const TESTS: &[&str] = &[
    "eq",
    "ne",
    "lt",
    "le",
    "gt",
    "ge",
    "in",
    "equalto",
    "lessthan",
    "greaterthan",
    "defined",
    "undefined",
    "none",
    "null",
    "boolean",
    "odd",
    "even",
    "divisibleby",
    "number",
    "integer",
    "float",
    "string",
    "sequence",
    "iterable",
    "mapping",
    "startingwith",
    "endingwith",
    "lower",
    "upper",
    "true",
    "false",
];

pub(crate) fn add_to(language: &mut Environment<'static>) {
    for name in ["eq", "equalto", "=="] {
        language.add_test(name, |state: &State<'_, '_>, a: &Value, b: &Value| equal(state, a, b));
    }
    for name in ["ne", "!="] {
        language.add_test(name, |state: &State<'_, '_>, a: &Value, b: &Value| {
            Ok::<_, Error>(!equal(state, a, b)?)
        });
    }
    for name in ["lt", "lessthan", "<"] {
        language.add_test(name, |a: &Value, b: &Value| order(a, b).is_some_and(Ordering::is_lt));
    }
    for name in ["le", "<="] {
        language.add_test(name, |a: &Value, b: &Value| order(a, b).is_some_and(Ordering::is_le));
    }
    for name in ["gt", "greaterthan", ">"] {
        language.add_test(name, |a: &Value, b: &Value| order(a, b).is_some_and(Ordering::is_gt));
    }
    for name in ["ge", ">="] {
        language.add_test(name, |a: &Value, b: &Value| order(a, b).is_some_and(Ordering::is_ge));
    }
    language.add_test("in", |state: &State<'_, '_>, item: &Value, list: &Value| contains(state, list, item));
    for name in ["undefined", "none", "null"] {
        language.add_test(name, |value: &Value| absent(value));
    }
    language.add_test("defined", |value: &Value| !absent(value));
}

fn order(a: &Value, b: &Value) -> Option<Ordering> {
    match (a.kind(), b.kind()) {
        (ValueKind::Number, ValueKind::Number) => Some(a.cmp(b)),
        (ValueKind::Number, ValueKind::String) => Some(a.cmp(&numeric(b)?)),
        (ValueKind::String, ValueKind::Number) => Some(numeric(a)?.cmp(b)),
        (ValueKind::String, ValueKind::String) => Some(a.as_str().cmp(&b.as_str())),
        _ => None,
    }
}

fn equal(state: &State<'_, '_>, a: &Value, b: &Value) -> Result<bool, Error> {
    state.consume_fuel(1)?;
    let list = |value: &Value| matches!(value.kind(), ValueKind::Seq | ValueKind::Iterable);
    if absent(a) || absent(b) {
        return Ok(absent(a) && absent(b));
    }
    if list(a) && list(b) {
        return same_items(state, a, b);
    }
    if a.kind() != b.kind() {
        return Ok(order(a, b) == Some(Ordering::Equal));
    }
    if a.kind() == ValueKind::Map {
        return same_members(state, a, b);
    }
    state.consume_fuel(a.as_str().map_or(0, str::len) as u64 / 64)?;
    Ok(a == b)
}

fn same_items(state: &State<'_, '_>, a: &Value, b: &Value) -> Result<bool, Error> {
    if a.len() != b.len() {
        return Ok(false);
    }
    for (left, right) in a.try_iter()?.zip(b.try_iter()?) {
        if !equal(state, &left, &right)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn same_members(state: &State<'_, '_>, a: &Value, b: &Value) -> Result<bool, Error> {
    if a.len() != b.len() {
        return Ok(false);
    }
    state.consume_fuel(a.len().unwrap_or(0) as u64)?;
    for key in a.try_iter()? {
        if !equal(state, &a.get_item(&key)?, &b.get_item(&key)?)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether a list has the item, a text the part or an object the member. Nothing is in null.
fn contains(state: &State<'_, '_>, container: &Value, item: &Value) -> Result<bool, Error> {
    match container.kind() {
        ValueKind::String => {
            let text = container.as_str().unwrap_or_default();
            let part = json::text(item).map_err(invalid)?;
            state.consume_fuel((text.len() + part.len()) as u64 / 64)?;
            Ok(!absent(item) && text.contains(part.as_ref()))
        }
        ValueKind::Map => Ok(item.as_str().is_some_and(|name| {
            container.as_object().is_some_and(|object| object.get_value_by_str(name).is_some())
        })),
        ValueKind::Seq | ValueKind::Iterable => {
            for member in container.try_iter()? {
                if equal(state, &member, item)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        _ => Ok(false),
    }
}
