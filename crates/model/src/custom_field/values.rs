//! The values of custom fields on a contact, as they come in.

use super::accept::LONGEST_VALUE;
use super::{CustomField, bare};
use crate::form::kinds::{MOST_TEXTS, is_within};
use crate::form::{At, FieldError, Kind, is_blank};
use serde_json::{Value, json};

/// The values of custom fields on a contact: a list of entries, each in any of the forms that clients send.
#[derive(Clone, Copy, Debug)]
pub struct CustomFieldValues;

impl Kind for CustomFieldValues {
    fn read(&self, raw: Value, at: &At<'_>) -> Result<Value, Vec<FieldError>> {
        let Value::Array(entries) = &raw else { return at.refuse("must be an array") };
        if entries.len() > MOST_TEXTS {
            return at.refuse(format_args!("must contain no more than {MOST_TEXTS} elements"));
        }
        let wrong = entries.iter().filter_map(|entry| CustomFieldValue::read(entry).err());
        let errors: Vec<FieldError> = wrong
            .map(|wrong| FieldError::new(at.field, format!("each value in {} {wrong}", at.field)))
            .collect();
        if errors.is_empty() { Ok(raw) } else { Err(errors) }
    }

    fn schema(&self) -> Value {
        json!({
            "type": "array",
            "maxItems": MOST_TEXTS,
            "items": {
                "type": "object",
                "properties": {
                    "id": { "type": "string" },
                    "key": { "type": "string" },
                    "field_value": {},
                },
            },
        })
    }

    fn control(&self) -> &'static str {
        "custom-fields"
    }

    /// Without the entries whose value came out empty: the event did not say.
    fn rendered(&self, raw: Value) -> Option<Value> {
        let Value::Array(entries) = raw else { return Some(raw).filter(|raw| !is_blank(raw)) };
        let says = |entry: &Value| match CustomFieldValue::read(entry) {
            Ok(entry) => entry.value.is_none_or(|value| !is_blank(&value)),
            Err(_) => !is_blank(entry),
        };
        let left: Vec<Value> = entries.into_iter().filter(says).collect();
        (!left.is_empty()).then_some(Value::Array(left))
    }

    fn sample(&self) -> Value {
        json!([{ "key": "plan", "field_value": "Gold" }])
    }
}

/// A value for a custom field as it came in: the field by id or by key, and what to put there.
#[derive(Clone, PartialEq, Debug)]
pub struct CustomFieldValue {
    /// The field's id. Where it is given, it wins: n8n puts the display name into `key` beside it.
    pub id: Option<String>,
    /// The field's key, with or without `contact.` in front.
    pub key: Option<String>,
    /// What to put there; null or an empty text clears the field. Nothing where the entry does not say.
    pub value: Option<Value>,
}

impl CustomFieldValue {
    /// Reads one entry of `customFields`, in any of the forms that clients send: the value may be called
    /// `field_value`, `fieldValue` or `value`, and the first of them that is not null counts. An empty id or
    /// key counts as not given.
    ///
    /// # Errors
    /// One sentence, to follow the name of the list.
    pub fn read(entry: &Value) -> Result<Self, String> {
        let Value::Object(entry) = entry else {
            return Err("must be either object or array".to_owned());
        };
        let text = |name: &str| {
            entry.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
        };
        let (id, key) = (text("id"), text("key").or_else(|| text("fieldKey")));
        if id.is_none() && key.is_none() {
            return Err("must have an id or a key".to_owned());
        }
        let values = ["field_value", "fieldValue", "value"].map(|name| entry.get(name));
        let mut values = values.into_iter().flatten();
        let null = values.clone().next();
        let value = values.find(|value| !value.is_null()).or(null);
        if value.and_then(Value::as_str).is_some_and(|text| !is_within(text, LONGEST_VALUE)) {
            return Err(format!("must have a value of at most {LONGEST_VALUE} characters"));
        }
        Ok(Self { id, key, value: value.cloned() })
    }

    /// Whether this value is meant for `field`.
    #[must_use]
    pub fn is_for(&self, field: &CustomField) -> bool {
        match (&self.id, &self.key) {
            (Some(id), _) => id == field.id.as_str(),
            (None, Some(key)) => bare(key) == field.bare_key(),
            (None, None) => false,
        }
    }
}
