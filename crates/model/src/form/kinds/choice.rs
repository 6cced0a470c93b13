use super::text::read_text;
use crate::form::{At, FieldError, Kind};
use serde_json::{Value, json};

/// One of a few words.
#[derive(Clone, Copy, Debug)]
pub struct OneOf(
    /// The words, at least one.
    pub &'static [&'static str],
);

impl Kind for OneOf {
    fn read(&self, raw: Value, at: &At<'_>) -> Result<Value, Vec<FieldError>> {
        let word = read_text(raw, at).unwrap_or_default();
        match self.0.contains(&word.as_str()) {
            true => Ok(Value::String(word)),
            false => at.refuse(format_args!("must be one of the following values: {}", self.0.join(", "))),
        }
    }

    fn schema(&self) -> Value {
        json!({ "type": "string", "enum": self.0 })
    }

    fn control(&self) -> &'static str {
        "choice"
    }

    fn sample(&self) -> Value {
        json!(self.0.first())
    }

    fn is_empty(&self, raw: &Value) -> bool {
        raw == ""
    }
}
