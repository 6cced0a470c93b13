//! What a client says about a new custom field.

use super::{DataType, KEY_PREFIX, key_for};
use crate::form::kinds::{Anything, Integer, OneOf, Text, Texts};
use crate::form::{Field, FieldError, Form, Input};
use serde_json::json;
use std::collections::HashSet;

/// What a client says about a new custom field.
#[derive(Clone, Debug)]
pub struct CustomFieldInput {
    /// See [`CustomField::name`](super::CustomField::name).
    pub name: String,
    /// See [`CustomField::data_type`](super::CustomField::data_type).
    pub data_type: DataType,
    /// See [`CustomField::placeholder`](super::CustomField::placeholder).
    pub placeholder: Option<String>,
    /// See [`CustomField::position`](super::CustomField::position).
    pub position: u64,
    /// See [`CustomField::picklist_options`](super::CustomField::picklist_options).
    pub options: Vec<String>,
}

/// The fields of a new definition.
#[must_use]
pub fn form() -> Form {
    Form::new([
        Field::new("name", Text::line().at_most(255), "its name, as people see it")
            .required()
            .sampled("Plan"),
        Field::new("dataType", OneOf(DataType::NAMES), "the kind of value that it holds").required(),
        Field::new("options", Texts, "what can be picked, for the types with options").sampled(json!([])),
        Field::new("placeholder", Text::line(), "what an empty form field shows"),
        Field::new("position", Integer(0..=i64::MAX), "its position among the fields on a page")
            .ignores_null(),
        Field::new("model", OneOf(&["contact"]), "what it is a field of").ignores_null(),
        Field::new("acceptedFormat", Anything, "for files, which no field here holds").undocumented(),
        Field::new("isMultipleFile", Anything, "for files, which no field here holds").undocumented(),
        Field::new("textBoxListOptions", Anything, "for lists of texts, which no field here holds")
            .undocumented(),
        Field::new("maxNumberOfFiles", Anything, "for files, which no field here holds").undocumented(),
    ])
}

impl CustomFieldInput {
    /// Takes a definition out of what [`form`] read.
    ///
    /// # Errors
    /// A name that no key can be made from; options that do not go with the type.
    pub fn of(input: &Input) -> Result<Self, Vec<FieldError>> {
        let data_type = input.get("dataType").and_then(|name| serde_json::from_value(name.clone()).ok());
        let mut definition = Self {
            name: input.text("name").unwrap_or_default().to_owned(),
            data_type: data_type.unwrap_or(DataType::Text),
            placeholder: input.text("placeholder").map(str::to_owned),
            position: input.integer("position").and_then(|at| u64::try_from(at).ok()).unwrap_or_default(),
            options: input.texts("options"),
        };
        let errors = definition.errors();
        let mut seen = HashSet::with_capacity(definition.options.len());
        definition.options.retain(|option| seen.insert(option.clone()));
        if errors.is_empty() { Ok(definition) } else { Err(errors) }
    }

    fn errors(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        if self.name.trim().is_empty() {
            errors.push(FieldError::new("name", "name should not be empty"));
        } else if key_for(&self.name) == KEY_PREFIX {
            let message = "name must contain a letter or a digit; the field's key is made from them";
            errors.push(FieldError::new("name", message));
        }
        if self.options.iter().any(|option| option.trim().is_empty()) {
            errors.push(FieldError::new("options", "each value in options should not be empty"));
        }
        match self.data_type.has_options() {
            true if self.options.is_empty() => {
                errors.push(FieldError::new("options", "options should not be empty"));
            }
            false if !self.options.is_empty() => errors.push(FieldError::new(
                "options",
                "options can only be given for CHECKBOX, SINGLE_OPTIONS, MULTIPLE_OPTIONS and RADIO",
            )),
            _ => {}
        }
        errors
    }
}
