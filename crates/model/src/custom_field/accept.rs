//! Reading a value by the type of its field.

use super::{CustomField, DataType};
use crate::form::is_blank;
use crate::form::kinds::is_within;
use crate::number;
use crate::text;
use crate::time::Timestamp;
use serde_json::{Number, Value};
use std::collections::HashSet;

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
pub(super) const LONGEST_TEXT: usize = 5_000;

/// The most characters of any value, so also of `LARGE_TEXT`.
pub(super) const LONGEST_VALUE: usize = 100_000;

impl CustomField {
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
pub(super) fn misfit() -> String {
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
