//! Forms: what an operation takes, field by field.
//!
//! A [`Form`] is plain data. Each [`Field`] has a [`Kind`], which reads a value *and* describes itself, so the
//! reader, the JSON Schema, the form on a page, the documents and the check of a workflow's constants come
//! from one line. The API and workflows read the same forms; they differ in their [`Mode`] only.

mod error;
mod field;
mod input;
mod kind;
pub mod kinds;
mod patch;
mod read;
#[cfg(test)]
mod tests;

pub use error::FieldError;
pub use field::{Door, Field, Place};
pub use input::Input;
pub use kind::{At, Kind, is_blank};
pub use patch::Patch;
pub use read::{Mode, Reader};

use serde_json::{Map, Value, json};

/// What an operation takes, in the order in which people are to see it.
#[derive(Clone, Debug, Default)]
pub struct Form {
    fields: Vec<Field>,
    choices: Vec<&'static [&'static str]>,
}

impl Form {
    /// A form of these fields.
    #[must_use]
    pub fn new(fields: impl IntoIterator<Item = Field>) -> Self {
        Self { fields: fields.into_iter().collect(), choices: Vec::new() }
    }

    /// The form with further fields at its end.
    #[must_use]
    pub fn and(mut self, fields: impl IntoIterator<Item = Field>) -> Self {
        self.fields.extend(fields);
        self
    }

    /// A step must give at least one of these fields. (The API has sentences of HighLevel's for it.)
    #[must_use]
    pub fn needs_one_of(mut self, names: &'static [&'static str]) -> Self {
        self.choices.push(names);
        self
    }

    /// The fields of which at least one is needed where none is `given`.
    #[must_use]
    pub fn missing_choice(&self, given: impl Fn(&str) -> bool) -> Option<&'static [&'static str]> {
        self.choices.iter().copied().find(|names| !names.iter().any(|name| given(name)))
    }

    /// All fields, whichever door they are for.
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The fields that this door offers.
    pub fn offered(&self, door: Door) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(move |field| field.is_offered(door))
    }

    /// The field of this name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The JSON Schema of the fields that `chosen` picks, as seen through this door.
    #[must_use]
    pub fn schema(&self, door: Door, chosen: impl Fn(&Field) -> bool) -> Value {
        let mut properties = Map::new();
        let mut required = Vec::new();
        for field in self.offered(door).filter(|field| chosen(field)) {
            properties.insert(field.name.to_string(), field.schema_for(door));
            if field.is_required(door) {
                required.push(Value::from(field.name.as_ref()));
            }
        }
        let mut schema = json!({ "type": "object", "properties": properties, "additionalProperties": false });
        if !required.is_empty() {
            schema["required"] = Value::Array(required);
        }
        schema
    }

    /// An input that fits the form: what a document shows and a test sends.
    #[must_use]
    pub fn sample(&self, door: Door, chosen: impl Fn(&Field) -> bool) -> Map<String, Value> {
        let fields = self.offered(door).filter(|field| chosen(field) && field.is_sampled());
        fields.map(|field| (field.name.to_string(), field.sample())).collect()
    }
}
