use super::text::read_text;
use crate::form::{At, FieldError, Kind};
use crate::text;
use crate::time::Timestamp;
use serde_json::{Value, json};

/// A day without a time or a zone, kept as `YYYY-MM-DD`: a birthday.
#[derive(Clone, Copy, Debug)]
pub struct Day;

impl Kind for Day {
    /// Takes a form that [`text::date`] reads, or a whole ISO 8601 time, of which it keeps the day.
    fn read(&self, raw: Value, at: &At<'_>) -> Result<Value, Vec<FieldError>> {
        let text = read_text(raw, at)?;
        let text = text.trim();
        let day = match text.split_once('T') {
            Some((day, _)) if Timestamp::parse(text).is_ok() => day,
            _ => text,
        };
        match text::date(day).filter(|date| date.year() >= 1800) {
            Some(date) => Ok(Value::String(date.to_string())),
            None => at.refuse("must be a valid date, like 1990-09-25 or 09/25/1990"),
        }
    }

    fn schema(&self) -> Value {
        json!({ "type": "string", "format": "date" })
    }

    fn control(&self) -> &'static str {
        "date"
    }

    fn sample(&self) -> Value {
        json!("1990-09-25")
    }

    fn is_empty(&self, raw: &Value) -> bool {
        raw == ""
    }
}

/// A point in time, kept in UTC. Without an offset it is a time in the location's zone.
#[derive(Clone, Copy, Debug)]
pub struct Moment;

impl Kind for Moment {
    fn read(&self, raw: Value, at: &At<'_>) -> Result<Value, Vec<FieldError>> {
        let text = read_text(raw, at)?;
        match Timestamp::parse_in(&text, &at.reader.location.timezone) {
            Ok(time) => Ok(Value::String(time.to_string())),
            Err(wrong) => at.refuse(wrong),
        }
    }

    fn schema(&self) -> Value {
        json!({ "type": "string", "format": "date-time" })
    }

    fn control(&self) -> &'static str {
        "datetime"
    }

    fn sample(&self) -> Value {
        json!("2026-12-24T09:00:00.000Z")
    }

    fn is_empty(&self, raw: &Value) -> bool {
        raw == ""
    }
}
