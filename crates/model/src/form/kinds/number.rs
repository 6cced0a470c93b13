use crate::form::{At, FieldError, Kind};
use crate::number;
use serde_json::{Value, json};
use std::ops::RangeInclusive;

/// A whole number within a range. In a query or a workflow it may be a text.
#[derive(Clone, Debug)]
pub struct Integer(
    /// The least and the greatest.
    pub RangeInclusive<i64>,
);

impl Integer {
    fn number(raw: &Value, at: &At<'_>) -> Option<i64> {
        let number = match raw {
            Value::String(text) if at.is_loose() => number::read(text)?,
            Value::Number(number) => number.clone(),
            _ => return None,
        };
        // `5.0` is a whole number too.
        number::text(&number)?.parse().ok()
    }
}

impl Kind for Integer {
    fn read(&self, raw: Value, at: &At<'_>) -> Result<Value, Vec<FieldError>> {
        match Self::number(&raw, at) {
            Some(number) if self.0.contains(&number) => Ok(json!(number)),
            Some(number) if number < *self.0.start() => {
                at.refuse(format_args!("must not be less than {}", self.0.start()))
            }
            Some(_) => at.refuse(format_args!("must not be greater than {}", self.0.end())),
            None => at.refuse("must be a number conforming to the specified constraints"),
        }
    }

    fn schema(&self) -> Value {
        json!({ "type": "integer", "minimum": self.0.start(), "maximum": self.0.end() })
    }

    fn control(&self) -> &'static str {
        "number"
    }

    fn sample(&self) -> Value {
        json!(self.0.start())
    }
}
