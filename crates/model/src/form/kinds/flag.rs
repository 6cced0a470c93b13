use crate::form::{At, FieldError, Kind};
use crate::number;
use serde_json::{Value, json};

/// True or false. In a query or a workflow `true`, `yes`, `no` and their like are taken as texts too.
#[derive(Clone, Copy, Debug)]
pub struct Flag;

impl Kind for Flag {
    fn read(&self, raw: Value, at: &At<'_>) -> Result<Value, Vec<FieldError>> {
        match raw {
            Value::Bool(_) => Ok(raw),
            Value::String(text) if at.is_loose() => match number::read_bool(&text) {
                Some(flag) => Ok(json!(flag)),
                None => at.refuse("must be a boolean value"),
            },
            _ => at.refuse("must be a boolean value"),
        }
    }

    fn schema(&self) -> Value {
        json!({ "type": "boolean" })
    }

    fn control(&self) -> &'static str {
        "switch"
    }

    fn sample(&self) -> Value {
        json!(false)
    }
}
