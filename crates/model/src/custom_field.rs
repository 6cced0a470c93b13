//! Custom fields: their definitions, the forms in which values come in, and how a value is read.

use crate::fields::Fields;
use crate::id::CustomFieldId;
use serde::{Deserialize, Serialize};
use serde_json::Value;

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
    /// What can be picked, for the types with options.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub picklist_options: Vec<String>,
}

/// The key that a field of this name gets: `contact.plan_name` for "Plan name".
#[must_use]
pub fn key_for(name: &str) -> String {
    let mut key = String::from("contact.");
    for character in name.trim().chars() {
        if character.is_alphanumeric() {
            key.extend(character.to_lowercase());
        } else if !key.ends_with(['_', '.']) {
            key.push('_');
        }
    }
    key.trim_end_matches('_').to_owned()
}

impl CustomField {
    /// The value as this field stores it, or nothing where it does not fit: HighLevel takes such a write and
    /// drops the value, so the caller reports it as a warning.
    #[must_use]
    pub fn accept(&self, value: &Value) -> Option<Value> {
        let known = |text: &str| self.picklist_options.iter().any(|option| option == text);
        match self.data_type {
            DataType::Text | DataType::LargeText | DataType::Phone | DataType::Date => match value {
                Value::String(_) => Some(value.clone()),
                Value::Number(number) => Some(Value::String(number.to_string())),
                _ => None,
            },
            DataType::Numerical | DataType::Monetory => match value {
                Value::Number(_) => Some(value.clone()),
                Value::String(text) => text.trim().parse::<serde_json::Number>().ok().map(Value::Number),
                _ => None,
            },
            DataType::SingleOptions | DataType::Radio => {
                value.as_str().filter(|text| known(text)).map(Value::from)
            }
            DataType::Checkbox | DataType::MultipleOptions => {
                let picked: Vec<&str> = match value {
                    Value::String(text) => vec![text],
                    Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
                    _ => return None,
                };
                let picked: Vec<Value> =
                    picked.into_iter().filter(|text| known(text)).map(Value::from).collect();
                (!picked.is_empty()).then_some(Value::Array(picked))
            }
        }
    }
}

/// What a client may say of a new custom field.
#[derive(Clone, Debug)]
pub struct CustomFieldInput {
    /// See [`CustomField::name`].
    pub name: String,
    /// See [`CustomField::data_type`].
    pub data_type: DataType,
    /// See [`CustomField::picklist_options`].
    pub options: Vec<String>,
}

impl CustomFieldInput {
    /// The fields of a new definition: `name` and `dataType`, and `options` for the types that have them.
    pub fn create(fields: &mut Fields) -> Self {
        fields.require("name");
        fields.require("dataType");
        let name = fields.non_empty_string("name").into_option().unwrap_or_default();
        let named = fields.string("dataType").into_option();
        let data_type = named.and_then(|text| serde_json::from_value(Value::String(text)).ok());
        let options = fields.strings("options").into_option().unwrap_or_default();
        fields.ignore(&[
            "placeholder",
            "acceptedFormat",
            "isMultipleFile",
            "maxNumberOfFiles",
            "model",
            "position",
        ]);
        match data_type {
            None => fields.problem(format!(
                "dataType must be one of the following values: {}",
                DataType::NAMES.join(", ")
            )),
            Some(kind) if DataType::has_options(kind) && options.is_empty() => {
                fields.problem("options should not be empty");
            }
            Some(_) => {}
        }
        Self { name, data_type: data_type.unwrap_or(DataType::Text), options }
    }
}

/// A value for a custom field as it came in: the field by id or by key, and what to put there.
#[derive(Clone, PartialEq, Debug)]
pub struct CustomFieldValue {
    /// The field's id. Where it is given, it wins: n8n puts the display name into `key` beside it.
    pub id: Option<String>,
    /// The field's key, with or without `contact.` in front.
    pub key: Option<String>,
    /// What to put there; null or an empty text clears the field.
    pub value: Value,
}

impl CustomFieldValue {
    /// Reads one entry of `customFields`, in any of the forms that clients send: the value may be called
    /// `field_value`, `fieldValue` or `value`.
    ///
    /// # Errors
    /// One sentence, to follow the name of the list.
    pub fn read(entry: &Value) -> Result<Self, String> {
        let Value::Object(entry) = entry else {
            return Err("must be either object or array".to_owned());
        };
        let text = |name: &str| entry.get(name).and_then(Value::as_str).map(str::to_owned);
        let (id, key) = (text("id"), text("key").or_else(|| text("fieldKey")));
        if id.is_none() && key.is_none() {
            return Err("must have an id or a key".to_owned());
        }
        let value = ["field_value", "fieldValue", "value"].iter().find_map(|name| entry.get(*name));
        Ok(Self { id, key, value: value.cloned().unwrap_or(Value::Null) })
    }

    /// Whether this value is meant for `field`.
    #[must_use]
    pub fn is_for(&self, field: &CustomField) -> bool {
        match (&self.id, &self.key) {
            (Some(id), _) => id == field.id.as_str(),
            (None, Some(key)) => {
                let bare = |key: &str| key.strip_prefix("contact.").unwrap_or(key).to_owned();
                bare(key) == bare(&field.field_key)
            }
            (None, None) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn field(data_type: DataType) -> CustomField {
        CustomField {
            id: "f1".into(),
            name: "Plan".into(),
            field_key: "contact.plan".into(),
            data_type,
            picklist_options: vec!["a".into(), "b".into()],
        }
    }

    #[test]
    fn a_key_is_made_from_the_name() {
        assert_eq!(key_for("Plan name (AUD)"), "contact.plan_name_aud");
    }

    #[test]
    fn values_are_read_in_every_form() {
        for entry in [
            json!({"id": "f1", "field_value": 3}),
            json!({"id": "f1", "fieldValue": 3}),
            json!({"id": "f1", "value": 3}),
            json!({"id": "f1", "key": "A display name", "field_value": 3}),
            json!({"key": "plan", "field_value": 3}),
            json!({"key": "contact.plan", "field_value": 3}),
        ] {
            let value = CustomFieldValue::read(&entry).unwrap();
            assert!(value.is_for(&field(DataType::Numerical)), "{entry}");
            assert_eq!(value.value, 3, "{entry}");
        }
        assert!(CustomFieldValue::read(&json!({"field_value": 3})).is_err());
    }

    #[test]
    fn a_value_that_does_not_fit_is_dropped() {
        assert_eq!(field(DataType::Numerical).accept(&json!("12.5")), Some(json!(12.5)));
        assert_eq!(field(DataType::Numerical).accept(&json!("twelve")), None);
        assert_eq!(field(DataType::Radio).accept(&json!("c")), None);
        assert_eq!(field(DataType::Checkbox).accept(&json!(["a", "c"])), Some(json!(["a"])));
    }
}
