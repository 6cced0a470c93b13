use super::text::{LONGEST_LINE, read_text, within};
use crate::form::{At, FieldError, Kind};
use serde_json::{Value, json};

/// The id of something. Only the store knows whether it exists.
#[derive(Clone, Copy, Debug)]
pub struct Ref(
    /// What it is the id of: `contact`, `task`, `user`, …
    pub &'static str,
);

impl Kind for Ref {
    /// An id in a body must be a text, because the check of the location compares texts.
    fn read(&self, raw: Value, at: &At<'_>) -> Result<Value, Vec<FieldError>> {
        match raw {
            Value::Number(_) if !at.is_rendered() => at.refuse("must be a string"),
            raw => within(read_text(raw, at)?, LONGEST_LINE, at).map(Value::String),
        }
    }

    fn schema(&self) -> Value {
        json!({ "type": "string", "maxLength": LONGEST_LINE })
    }

    fn control(&self) -> &'static str {
        "reference"
    }

    fn sample(&self) -> Value {
        json!(format!("{}-id", self.0))
    }

    fn is_empty(&self, raw: &Value) -> bool {
        raw == ""
    }

    fn refers_to(&self) -> Option<&'static str> {
        Some(self.0)
    }
}

/// The location that a request is about. That it is the caller's own is checked before anything is read.
#[derive(Clone, Copy, Debug)]
pub struct LocationRef;

impl Kind for LocationRef {
    fn read(&self, raw: Value, at: &At<'_>) -> Result<Value, Vec<FieldError>> {
        Ref("location").read(raw, at)
    }

    fn schema(&self) -> Value {
        Ref("location").schema()
    }

    fn control(&self) -> &'static str {
        "reference"
    }

    fn sample(&self) -> Value {
        json!("location-id")
    }

    fn is_empty(&self, raw: &Value) -> bool {
        raw == ""
    }

    fn missing(&self) -> &'static str {
        "must be a string"
    }

    fn refers_to(&self) -> Option<&'static str> {
        Some("location")
    }
}
