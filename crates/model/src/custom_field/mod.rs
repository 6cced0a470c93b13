//! Custom fields: their definitions, the forms in which values come in, and how a value is read.

mod accept;
mod input;
mod values;

pub use accept::Accepted;
pub use input::{CustomFieldInput, form};
pub use values::{CustomFieldValue, CustomFieldValues};

use crate::id::CustomFieldId;
use crate::text;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The kind of value that a custom field holds. The names are HighLevel's, spelling included.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DataType {
    /// One line of text.
    Text,
    /// Many lines of text.
    LargeText,
    /// A number.
    Numerical,
    /// A phone number, kept as it was written.
    Phone,
    /// An amount. HighLevel spells it so.
    Monetory,
    /// Some of the options.
    Checkbox,
    /// One of the options.
    SingleOptions,
    /// Some of the options.
    MultipleOptions,
    /// A date.
    Date,
    /// One of the options.
    Radio,
}

impl DataType {
    /// The types that can be made, by their wire names.
    pub const NAMES: &'static [&'static str] = &[
        "TEXT",
        "LARGE_TEXT",
        "NUMERICAL",
        "PHONE",
        "MONETORY",
        "CHECKBOX",
        "SINGLE_OPTIONS",
        "MULTIPLE_OPTIONS",
        "DATE",
        "RADIO",
    ];

    /// Whether a value is a list of options.
    const fn holds_several(self) -> bool {
        matches!(self, Self::Checkbox | Self::MultipleOptions)
    }

    const fn has_options(self) -> bool {
        matches!(self, Self::Checkbox | Self::SingleOptions | Self::MultipleOptions | Self::Radio)
    }
}

/// The definition of a custom field.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CustomField {
    /// Its id, by which values refer to it.
    pub id: CustomFieldId,
    /// Its name, as people see it.
    pub name: String,
    /// Its key, with the `contact.` that HighLevel puts in front.
    pub field_key: String,
    /// What it holds.
    pub data_type: DataType,
    /// What an empty form field shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub placeholder: Option<String>,
    /// Its position among the fields on a page.
    #[serde(default)]
    pub position: u64,
    /// What can be picked, for the types with options.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub picklist_options: Vec<String>,
}

/// The prefix of the keys of all fields of contacts.
const KEY_PREFIX: &str = "contact.";

/// The key that a field of this name gets: `contact.plan_name` for "Plan name".
#[must_use]
pub fn key_for(name: &str) -> String {
    let mut key = KEY_PREFIX.to_owned();
    for character in name.trim().chars() {
        if character.is_alphanumeric() {
            key.extend(character.to_lowercase());
        } else if !key.ends_with(['_', '.']) {
            key.push('_');
        }
    }
    key.trim_end_matches('_').to_owned()
}

/// A field's key with the prefix that all keys have.
#[must_use]
pub fn full_key(key: &str) -> String {
    format!("{KEY_PREFIX}{}", bare(key))
}

/// A field's key without the prefix that all keys have.
fn bare(key: &str) -> &str {
    key.strip_prefix(KEY_PREFIX).unwrap_or(key)
}

impl CustomField {
    /// Its key without `contact.`, which is its name among the members of `contact` in expressions.
    #[must_use]
    pub fn bare_key(&self) -> &str {
        bare(&self.field_key)
    }

    /// The JSON Schema of a value, as expressions see it.
    #[must_use]
    pub fn value_schema(&self) -> Value {
        match self.data_type {
            DataType::Numerical | DataType::Monetory => json!({ "type": "number" }),
            DataType::Checkbox | DataType::MultipleOptions => {
                json!({ "type": "array", "items": { "type": "string" } })
            }
            DataType::Date => json!({ "type": "string", "format": "date" }),
            DataType::Text
            | DataType::LargeText
            | DataType::Phone
            | DataType::SingleOptions
            | DataType::Radio => json!({ "type": "string" }),
        }
    }

    /// A stored value as expressions see it: a day in any of the forms that are accepted is written as `1990-09-25`,
    /// like a date of birth.
    #[must_use]
    pub fn readable(&self, stored: Value) -> Value {
        let day = match self.data_type {
            DataType::Date => stored.as_str().and_then(text::date),
            _ => None,
        };
        day.map_or(stored, |day| Value::from(day.to_string()))
    }
}

#[cfg(test)]
mod tests;
