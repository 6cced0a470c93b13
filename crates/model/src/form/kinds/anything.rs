use crate::form::{At, FieldError, Kind};
use serde_json::{Value, json};

/// Any JSON, taken as it is.
#[derive(Clone, Copy, Debug)]
pub struct Anything;

impl Kind for Anything {
    fn read(&self, raw: Value, _at: &At<'_>) -> Result<Value, Vec<FieldError>> {
        Ok(raw)
    }

    fn schema(&self) -> Value {
        json!({})
    }

    fn control(&self) -> &'static str {
        "json"
    }

    fn sample(&self) -> Value {
        json!({ "any": "value" })
    }
}

/// An object of names and values.
#[derive(Clone, Copy, Debug)]
pub struct Object;

impl Kind for Object {
    fn read(&self, raw: Value, at: &At<'_>) -> Result<Value, Vec<FieldError>> {
        if raw.is_object() { Ok(raw) } else { at.refuse("must be an object") }
    }

    fn schema(&self) -> Value {
        json!({ "type": "object" })
    }

    fn control(&self) -> &'static str {
        "pairs"
    }

    fn sample(&self) -> Value {
        json!({ "name": "value" })
    }
}
