//! The kinds of the fields that an HTTP request is made of, for the form of `http.request`.

use super::request::{METHODS, Reader};
use http::Method;
use serde_json::{Value, json};
use tieline_model::form::{At, FieldError, Kind};

/// The address to call.
#[derive(Clone, Copy, Debug)]
pub struct Address;

/// A method, in capitals or not.
#[derive(Clone, Copy, Debug)]
pub struct Verb;

/// Headers, by name.
#[derive(Clone, Copy, Debug)]
pub struct Headers;

/// Names and values of a query; a list gives its name once for each of its items.
#[derive(Clone, Copy, Debug)]
pub struct Pairs;

/// The value, unless `check` finds something wrong with it.
fn checked(raw: Value, check: impl FnOnce(&mut Reader, &Value)) -> Result<Value, Vec<FieldError>> {
    let mut reader = Reader::default();
    check(&mut reader, &raw);
    if reader.errors.is_empty() { Ok(raw) } else { Err(reader.errors) }
}

impl Kind for Address {
    fn read(&self, raw: Value, _at: &At<'_>) -> Result<Value, Vec<FieldError>> {
        checked(raw, |reader, raw| drop(reader.url(Some(raw))))
    }

    fn schema(&self) -> Value {
        json!({ "type": "string", "format": "uri" })
    }

    fn control(&self) -> &'static str {
        "url"
    }

    fn sample(&self) -> Value {
        json!("https://example.com/hook")
    }

    fn missing(&self) -> &'static str {
        "is missing; give the address to call, like https://example.com/hook"
    }
}

impl Kind for Verb {
    fn read(&self, raw: Value, _at: &At<'_>) -> Result<Value, Vec<FieldError>> {
        checked(raw, |reader, raw| drop(reader.method(Some(raw), false)))
    }

    fn schema(&self) -> Value {
        json!({ "type": "string", "enum": METHODS.iter().map(Method::as_str).collect::<Vec<_>>() })
    }

    fn control(&self) -> &'static str {
        "choice"
    }

    fn sample(&self) -> Value {
        json!("POST")
    }
}

impl Kind for Headers {
    fn read(&self, raw: Value, _at: &At<'_>) -> Result<Value, Vec<FieldError>> {
        checked(raw, |reader, raw| drop(reader.headers(Some(raw))))
    }

    fn schema(&self) -> Value {
        json!({ "type": "object", "additionalProperties": { "type": "string" } })
    }

    fn control(&self) -> &'static str {
        "pairs"
    }

    fn sample(&self) -> Value {
        json!({ "X-Shop": "west" })
    }
}

impl Kind for Pairs {
    fn read(&self, raw: Value, at: &At<'_>) -> Result<Value, Vec<FieldError>> {
        checked(raw, |reader, raw| drop(reader.pairs(at.field, Some(raw))))
    }

    fn schema(&self) -> Value {
        json!({ "type": "object" })
    }

    fn control(&self) -> &'static str {
        "pairs"
    }

    fn sample(&self) -> Value {
        json!({ "page": 1 })
    }
}
