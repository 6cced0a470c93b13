//! Between JSON, the engine's values and text.

use crate::MAX_OUTPUT;
use crate::data::Node;
use crate::error::too_large;
use minijinja::Value;
use minijinja::value::ValueKind;
use serde_json::{Map, Number, Value as Json};
use std::borrow::Cow;
use tieline_model::number;

/// How deep a list in a list may lie in what the engine gives back.
const MAX_RESULT_NESTING: usize = 100;

/// The engine's value of anything that is neither list nor object. Null becomes undefined, so that an absent
/// member and one that is null are the same everywhere.
pub(crate) fn scalar(json: &Json) -> Option<Value> {
    Some(match json {
        Json::Null => Value::UNDEFINED,
        Json::Bool(value) => Value::from(*value),
        Json::String(text) => Value::from(text.as_str()),
        Json::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(value), _) => Value::from(value),
            (None, Some(value)) => Value::from(value),
            (None, None) => float(number.as_f64().unwrap_or(f64::NAN)),
        },
        Json::Array(_) | Json::Object(_) => return None,
    })
}

/// A fraction; a whole number such as 2000.0 is one to the engine too, so that it is written as 2000.
fn float(value: f64) -> Value {
    whole(value).map_or_else(|| Value::from(value), Value::from)
}

/// The integer that a fraction is, if it is one with all its digits.
pub(crate) fn whole(value: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    #[expect(clippy::cast_possible_truncation, reason = "a whole number below 2^53 fits")]
    let whole = value as i64;
    (value.fract() == 0.0 && value.abs() < EXACT).then_some(whole)
}

/// What a value is, for a message.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value.kind() {
        ValueKind::Undefined | ValueKind::None => "null",
        ValueKind::Bool => "true or false",
        ValueKind::Number => "a number",
        ValueKind::String => "a text",
        ValueKind::Seq | ValueKind::Iterable => "a list",
        ValueKind::Map => "an object",
        _ => "something else",
    }
}

/// Whether a condition takes the value for true: anything but null, false, zero and what is empty.
pub(crate) fn holds(json: &Json) -> bool {
    match json {
        Json::Null => false,
        Json::Bool(value) => *value,
        Json::Number(number) => number.as_f64() != Some(0.0),
        Json::String(text) => !text.is_empty(),
        Json::Array(items) => !items.is_empty(),
        Json::Object(map) => !map.is_empty(),
    }
}

/// Whether the engine's value is null or absent.
pub(crate) fn absent(value: &Value) -> bool {
    value.is_undefined() || value.is_none()
}

/// What is left of [`MAX_OUTPUT`] while a JSON value is made.
struct Room(usize);

impl Room {
    fn take(&mut self, bytes: usize) -> Result<(), String> {
        self.0 = self.0.checked_sub(bytes).ok_or_else(too_large)?;
        Ok(())
    }
}

/// A copy of the JSON value, within the limit.
pub(crate) fn copy(json: &Json) -> Result<Json, String> {
    copy_into(json, &mut Room(MAX_OUTPUT))
}

fn copy_into(json: &Json, room: &mut Room) -> Result<Json, String> {
    room.take(2)?;
    Ok(match json {
        Json::String(text) => {
            room.take(text.len())?;
            json.clone()
        }
        Json::Array(items) => {
            Json::Array(items.iter().map(|item| copy_into(item, room)).collect::<Result<_, _>>()?)
        }
        Json::Object(map) => {
            let mut copy = Map::new();
            for (name, value) in map {
                room.take(name.len())?;
                copy.insert(name.clone(), copy_into(value, room)?);
            }
            Json::Object(copy)
        }
        Json::Null | Json::Bool(_) | Json::Number(_) => json.clone(),
    })
}

/// The JSON value of the engine's value, within the limits.
pub(crate) fn from_value(value: &Value) -> Result<Json, String> {
    convert(value, &mut Room(MAX_OUTPUT), 0)
}

fn convert(value: &Value, room: &mut Room, depth: usize) -> Result<Json, String> {
    if depth > MAX_RESULT_NESTING {
        return Err(format!("the result has lists or objects more than {MAX_RESULT_NESTING} deep"));
    }
    if let Some(node) = value.downcast_object_ref::<Node>() {
        return copy_into(node.json(), room);
    }
    room.take(2)?;
    Ok(match value.kind() {
        ValueKind::Undefined | ValueKind::None => Json::Null,
        ValueKind::Bool => Json::Bool(value.is_true()),
        ValueKind::Number => number_of(value)?,
        ValueKind::Seq | ValueKind::Iterable => {
            let items = value.try_iter().map_err(|error| crate::error::plain(&error))?;
            Json::Array(items.map(|item| convert(&item, room, depth + 1)).collect::<Result<_, _>>()?)
        }
        ValueKind::Map => {
            let mut map = Map::new();
            for key in value.try_iter().map_err(|error| crate::error::plain(&error))? {
                let member = value.get_item(&key).unwrap_or_default();
                let name = text(&key)?.into_owned();
                room.take(name.len())?;
                map.insert(name, convert(&member, room, depth + 1)?);
            }
            Json::Object(map)
        }
        ValueKind::Invalid => return Err(value.to_string()),
        _ => {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            room.take(text.len())?;
            Json::String(text)
        }
    })
}

/// A whole number stays whole, also where the engine made a fraction of it by dividing.
fn number_of(value: &Value) -> Result<Json, String> {
    if let Ok(whole) = i64::try_from(value.clone()) {
        return Ok(Json::from(whole));
    }
    if let Ok(whole) = u64::try_from(value.clone()) {
        return Ok(Json::from(whole));
    }
    if value.is_integer() {
        return Err("the result has more digits than a number can keep; use a text in quotes".to_owned());
    }
    let float = f64::try_from(value.clone()).unwrap_or(f64::NAN);
    if let Some(whole) = whole(float) {
        return Ok(Json::from(whole));
    }
    Number::from_f64(float).map(Json::Number).ok_or_else(|| {
        "the result is not a number; it divides by zero or grows beyond every number".to_owned()
    })
}

/// What it takes to look at the whole value once, in the engine's measure of work.
pub(crate) fn weight(value: &Value) -> Result<u64, String> {
    match value.downcast_object_ref::<Node>() {
        Some(node) => Ok(weight_of(node.json())),
        None => Ok(weight_of(&from_value(value)?)),
    }
}

fn weight_of(json: &Json) -> u64 {
    1 + match json {
        Json::String(text) => text.len() as u64 / 64,
        Json::Array(items) => items.iter().map(weight_of).sum(),
        Json::Object(map) => map.values().map(weight_of).sum(),
        Json::Null | Json::Bool(_) | Json::Number(_) => 0,
    }
}

/// The engine's value as it stands in a text.
pub(crate) fn text(value: &Value) -> Result<Cow<'_, str>, String> {
    match value.as_str() {
        Some(text) => Ok(Cow::Borrowed(text)),
        None => {
            let mut out = String::new();
            write(&mut out, &from_value(value)?)?;
            Ok(Cow::Owned(out))
        }
    }
}

/// Appends the value as it stands in a text: null is empty, lists and objects are JSON.
pub(crate) fn write(out: &mut String, json: &Json) -> Result<(), String> {
    match json {
        Json::Null => {}
        Json::String(text) => out.push_str(text),
        Json::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Json::Number(number) => out.push_str(&number::text(number).ok_or_else(|| {
            format!("{number} has lost digits, so it can't become a text; have it sent as a text in quotes")
        })?),
        Json::Array(_) | Json::Object(_) => out.push_str(&json.to_string()),
    }
    Ok(())
}
