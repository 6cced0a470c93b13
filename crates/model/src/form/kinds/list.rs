use super::text::read_text;
use crate::form::{At, FieldError, Kind};
use crate::text;
use serde_json::{Value, json};

/// Reads a list of texts, whose items may be numbers.
fn read_texts(raw: Value, at: &At<'_>) -> Result<Vec<String>, Vec<FieldError>> {
    let Value::Array(items) = raw else { return at.refuse("must be an array") };
    let texts: Result<Vec<String>, _> = items.into_iter().map(|item| read_text(item, at)).collect();
    texts.map_err(|_| vec![FieldError::new(at.field, format!("each value in {} must be a string", at.field))])
}

/// A list of texts.
#[derive(Clone, Copy, Debug)]
pub struct Texts;

impl Kind for Texts {
    fn read(&self, raw: Value, at: &At<'_>) -> Result<Value, Vec<FieldError>> {
        read_texts(raw, at).map(Value::from)
    }

    fn schema(&self) -> Value {
        json!({ "type": "array", "items": { "type": "string" } })
    }

    fn control(&self) -> &'static str {
        "list"
    }

    fn sample(&self) -> Value {
        json!(["one", "two"])
    }
}

/// A list of tags, kept trimmed and in lower case, each once.
#[derive(Clone, Copy, Debug)]
pub struct Tags;

impl Kind for Tags {
    fn read(&self, raw: Value, at: &At<'_>) -> Result<Value, Vec<FieldError>> {
        read_texts(raw, at).map(|tags| Value::from(text::tags(&tags)))
    }

    fn schema(&self) -> Value {
        json!({ "type": "array", "items": { "type": "string" } })
    }

    fn control(&self) -> &'static str {
        "tags"
    }

    fn sample(&self) -> Value {
        json!(["payment-failed"])
    }
}
