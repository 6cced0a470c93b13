//! Custom fields: their definitions, the forms in which values come in, and how a value is read.

use crate::form::kinds::{Anything, Integer, MOST_TEXTS, OneOf, Text, Texts, is_within};
use crate::form::{At, Field, FieldError, Form, Input, Kind, is_blank};
use crate::id::CustomFieldId;
use crate::number;
use crate::text;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Number, Value, json};
use std::collections::HashSet;

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

/// A value that was read by a field's type.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Accepted {
    /// The value to store; nothing where the field is to be emptied.
    pub value: Option<Value>,
    /// Items that are none of the field's options, as they were sent.
    pub left_out: Vec<String>,
}

impl Accepted {
    fn one(value: Value) -> Self {
        Self { value: Some(value), left_out: Vec::new() }
    }
}

/// The most characters of a value of `TEXT` and `PHONE`.
const LONGEST_TEXT: usize = 5_000;

/// The most characters of any value, so also of `LARGE_TEXT`.
const LONGEST_VALUE: usize = 100_000;

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

    /// Reads a value by this field's type.
    ///
    /// # Errors
    /// Why it does not fit, to follow its name in a sentence. HighLevel accepts such a write and drops the value,
    /// so the caller reports a warning.
    pub fn accept(&self, value: &Value) -> Result<Accepted, String> {
        let is_empty_list = value.as_array().is_some_and(Vec::is_empty) && self.data_type.holds_several();
        if is_blank(value) || is_empty_list {
            return Ok(Accepted::default());
        }
        if self.data_type.holds_several() {
            return self.pick_all(value).ok_or_else(misfit);
        }
        let value = match self.data_type {
            DataType::Text | DataType::LargeText | DataType::Phone => return self.read_text(value),
            DataType::Date => return read_date(value).map(Accepted::one),
            DataType::Numerical | DataType::Monetory => read_number(value),
            _ => Some(text_of(value)).filter(|text| self.picklist_options.contains(text)).map(Value::String),
        };
        value.map(Accepted::one).ok_or_else(misfit)
    }

    fn read_text(&self, value: &Value) -> Result<Accepted, String> {
        if !(value.is_string() || value.is_number()) {
            return Err(misfit());
        }
        let text = text_of(value);
        let longest = if self.data_type == DataType::LargeText { LONGEST_VALUE } else { LONGEST_TEXT };
        match is_within(&text, longest) {
            true => Ok(Accepted::one(Value::String(text))),
            false => Err(format!("is longer than {longest} characters")),
        }
    }

    /// The options that a value names.
    fn pick_all(&self, value: &Value) -> Option<Accepted> {
        match value {
            Value::Array(items) => self.pick(items.iter().map(text_of)),
            Value::String(text) => self.pick(self.parts(text).into_iter()),
            one => self.pick(std::iter::once(text_of(one))),
        }
    }

    /// The options in a text: n8n sends several as `a, b`. An option may hold a comma itself.
    fn parts(&self, text: &str) -> Vec<String> {
        if self.picklist_options.iter().any(|option| option == text) {
            return vec![text.to_owned()];
        }
        text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
    }

    /// The items that are options, each once; none if no item is.
    fn pick(&self, items: impl Iterator<Item = String>) -> Option<Accepted> {
        let options: HashSet<&str> = self.picklist_options.iter().map(String::as_str).collect();
        let mut seen = HashSet::new();
        let (picked, left_out): (Vec<String>, Vec<String>) =
            items.filter(|text| seen.insert(text.clone())).partition(|text| options.contains(text.as_str()));
        (!picked.is_empty()).then(|| Accepted { value: Some(picked.into()), left_out })
    }
}

/// A text as it is, anything else as people write it: the option "5" is also picked by the number.
fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number::text(number).unwrap_or_else(|| number.to_string()),
        other => other.to_string(),
    }
}

/// Reads a number as people type it, `007` and `.5` included. A whole number stays one to its last digit.
fn number(text: &str) -> Option<Number> {
    let whole = text.parse().ok().and_then(Number::from_i128);
    whole.or_else(|| text.parse().ok().and_then(Number::from_f64))
}

/// Why a value does not fit, where its field's type or options say all.
fn misfit() -> String {
    "does not fit the field's type or options".to_owned()
}

/// A number, or a text that is one.
fn read_number(value: &Value) -> Option<Value> {
    match value {
        Value::Number(_) => Some(value.clone()),
        Value::String(text) => number(text.trim()).map(Value::Number),
        _ => None,
    }
}

/// A date as it is stored: a text as it came, milliseconds since 1970 as their day.
fn read_date(value: &Value) -> Result<Value, String> {
    let date = match value {
        Value::String(text) => is_date(text).then(|| text.trim().to_owned()),
        Value::Number(millis) => match millis.as_i64() {
            Some(seconds) if seconds.unsigned_abs() < MOST_SECONDS => {
                let reason = "is a day in early 1970 if it is read as milliseconds, so it is probably in \
                              seconds; send milliseconds, or a date like 2026-11-25";
                return Err(reason.to_owned());
            }
            millis => millis.and_then(date_of_millis),
        },
        _ => None,
    };
    date.map(Value::String).ok_or_else(misfit)
}

/// Seconds until the year 2286. As milliseconds, smaller numbers are days from September 1969 to April 1970,
/// which are rarer than times that somebody sent in seconds.
const MOST_SECONDS: u64 = 10_000_000_000;

/// Whether a text is an ISO 8601 date or time, or a date in one of the forms that are taken for birthdays.
fn is_date(text: &str) -> bool {
    let text = text.trim();
    Timestamp::parse(text).is_ok() || text::date(text).is_some()
}

/// The day of a point in time, in UTC; none outside of the years 1 to 9999.
fn date_of_millis(millis: i64) -> Option<String> {
    let at = Timestamp::from_millis(millis);
    let date = at.to_string().split('T').next().map(str::to_owned);
    date.filter(|_| at.millis() == millis)
}

/// What a client says about a new custom field.
#[derive(Clone, Debug)]
pub struct CustomFieldInput {
    /// See [`CustomField::name`].
    pub name: String,
    /// See [`CustomField::data_type`].
    pub data_type: DataType,
    /// See [`CustomField::placeholder`].
    pub placeholder: Option<String>,
    /// See [`CustomField::position`].
    pub position: u64,
    /// See [`CustomField::picklist_options`].
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

/// A field's key with the prefix that all keys have.
#[must_use]
pub fn full_key(key: &str) -> String {
    format!("{KEY_PREFIX}{}", bare(key))
}

/// A field's key without the prefix that all keys have.
fn bare(key: &str) -> &str {
    key.strip_prefix(KEY_PREFIX).unwrap_or(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(data_type: DataType) -> CustomField {
        CustomField {
            id: "f1".into(),
            name: "Plan".into(),
            field_key: "contact.plan".into(),
            data_type,
            placeholder: None,
            position: 0,
            picklist_options: vec!["a".into(), "b".into()],
        }
    }

    #[test]
    fn a_key_is_made_from_the_name() {
        assert_eq!(key_for("Plan name (AUD)"), "contact.plan_name_aud");
    }

    #[test]
    fn expressions_see_every_day_in_one_form() {
        for (stored, readable) in
            [("09/25/1990", "1990-09-25"), ("1990-09-25T10:00:00Z", "1990-09-25T10:00:00Z")]
        {
            assert_eq!(field(DataType::Date).readable(json!(stored)), json!(readable));
            assert_eq!(field(DataType::Text).readable(json!(stored)), json!(stored));
        }
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
            assert_eq!(value.value, Some(json!(3)), "{entry}");
        }
        assert!(CustomFieldValue::read(&json!({"field_value": 3})).is_err());
    }

    #[test]
    fn an_entry_that_a_template_left_empty_says_nothing() {
        let entries = json!([{"key": "plan", "field_value": null}, {"key": "size", "field_value": 3}]);
        let left = json!([{"key": "size", "field_value": 3}]);
        assert_eq!(CustomFieldValues.rendered(entries), Some(left));
        assert_eq!(CustomFieldValues.rendered(json!([{"key": "plan", "field_value": ""}])), None);
    }

    #[test]
    fn a_value_that_does_not_fit_is_dropped() {
        let accepted = |value: Value| Ok(Accepted { value: Some(value), left_out: Vec::new() });
        let misfit = Err(misfit());
        assert_eq!(field(DataType::Numerical).accept(&json!("12.5")), accepted(json!(12.5)));
        assert_eq!(field(DataType::Numerical).accept(&json!("twelve")), misfit);
        assert_eq!(field(DataType::Radio).accept(&json!("c")), misfit);
        let some = field(DataType::Checkbox).accept(&json!(["a", "c"])).unwrap();
        assert_eq!((some.value, some.left_out), (Some(json!(["a"])), vec!["c".to_owned()]));
        // Case C7.
        let some = field(DataType::MultipleOptions).accept(&json!("a, c,b")).unwrap();
        assert_eq!((some.value, some.left_out), (Some(json!(["a", "b"])), vec!["c".to_owned()]));
    }

    #[test]
    fn a_value_has_a_longest_length() {
        let long = |length: usize| json!("\u{fdfa}".repeat(length));
        assert!(field(DataType::Text).accept(&long(LONGEST_TEXT)).is_ok());
        let refused = field(DataType::Phone).accept(&long(LONGEST_TEXT + 1)).unwrap_err();
        assert_eq!(refused, "is longer than 5000 characters");
        assert!(field(DataType::LargeText).accept(&long(LONGEST_VALUE)).is_ok());
        let entry = json!({"id": "f1", "value": long(LONGEST_VALUE + 1)});
        assert_eq!(
            CustomFieldValue::read(&entry).unwrap_err(),
            "must have a value of at most 100000 characters"
        );
    }

    #[test]
    fn many_options_are_picked_at_once() {
        let many: Vec<String> = (0..20_000).map(|n| format!("option {n}")).collect();
        let field = CustomField { picklist_options: many.clone(), ..field(DataType::Checkbox) };
        let begun = std::time::Instant::now();
        assert_eq!(field.accept(&json!(many)).unwrap().value, Some(json!(many)));
        // Comparing each with each takes some ten seconds here.
        assert!(begun.elapsed() < std::time::Duration::from_secs(2), "{:?}", begun.elapsed());
    }

    #[test]
    fn a_time_in_seconds_is_no_date() {
        let date = |value: Value| field(DataType::Date).accept(&value);
        assert_eq!(date(json!(1_577_836_800_000_i64)).unwrap().value, Some(json!("2020-01-01")));
        assert_eq!(date(json!(170_812_800_000_i64)).unwrap().value, Some(json!("1975-06-01")));
        assert!(date(json!(1_577_836_800)).unwrap_err().contains("probably in seconds"));
    }

    #[test]
    fn an_option_may_hold_a_comma() {
        let mut field = field(DataType::Checkbox);
        field.picklist_options.push("a, b".to_owned());
        assert_eq!(field.accept(&json!("a, b")).unwrap().value, Some(json!(["a, b"])));
    }

    #[test]
    fn a_definition_from_before_placeholders_is_still_read() {
        let stored = json!({"id": "f1", "name": "Plan", "fieldKey": "contact.plan", "dataType": "TEXT"});
        let read: CustomField = serde_json::from_value(stored).unwrap();
        assert_eq!((read.placeholder, read.position), (None, 0));
    }
}
