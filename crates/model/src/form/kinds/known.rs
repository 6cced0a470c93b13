//! Texts with rules of their own: addresses, phone numbers, countries, time zones.

use super::text::read_text;
use crate::form::{At, FieldError, Kind};
use crate::text;
use serde_json::{Value, json};

fn is_empty_text(raw: &Value) -> bool {
    raw == ""
}

/// An e-mail address, kept as it was written.
#[derive(Clone, Copy, Debug)]
pub struct Email;

impl Kind for Email {
    fn read(&self, raw: Value, at: &At<'_>) -> Result<Value, Vec<FieldError>> {
        let email = text::email(&read_text(raw, at)?);
        email.map_or_else(|_| at.refuse("must be an email"), |email| Ok(Value::String(email)))
    }

    fn schema(&self) -> Value {
        json!({ "type": "string", "format": "email" })
    }

    fn control(&self) -> &'static str {
        "email"
    }

    fn sample(&self) -> Value {
        json!("ada@example.com")
    }

    fn is_empty(&self, raw: &Value) -> bool {
        is_empty_text(raw)
    }
}

/// A phone number, kept in E.164. Without a country code it is one of the location's country.
#[derive(Clone, Copy, Debug)]
pub struct Phone;

impl Kind for Phone {
    fn read(&self, raw: Value, at: &At<'_>) -> Result<Value, Vec<FieldError>> {
        let number = text::phone(&read_text(raw, at)?, &at.reader.location.country);
        let wrong = "must be a valid phone number; write it with its country code, like +61412345678";
        number.map_or_else(|_| at.refuse(wrong), |number| Ok(Value::String(number)))
    }

    fn schema(&self) -> Value {
        json!({ "type": "string" })
    }

    fn control(&self) -> &'static str {
        "phone"
    }

    fn sample(&self) -> Value {
        json!("+61412345678")
    }

    fn is_empty(&self, raw: &Value) -> bool {
        is_empty_text(raw)
    }

    fn doubt(&self, value: &Value) -> Option<String> {
        let number = value.as_str().filter(|number| !text::is_valid_phone(number))?;
        Some(format!("{number} is not a valid phone number; it is taken as it is"))
    }

    /// A number of few digits is wrong in every country.
    fn needs_location(&self, raw: &Value) -> bool {
        let Some(text) = raw.as_str() else { return false };
        let digits = text.chars().filter(char::is_ascii_digit).count();
        !text.trim_start().starts_with('+') && digits > 3
    }
}

/// A country, kept as ISO 3166 alpha-2 in capitals.
#[derive(Clone, Copy, Debug)]
pub struct Country;

impl Kind for Country {
    fn read(&self, raw: Value, at: &At<'_>) -> Result<Value, Vec<FieldError>> {
        let code = read_text(raw, at)?.trim().to_uppercase();
        // What people write for the United Kingdom, whose code is another.
        let code = if code == "UK" { "GB".to_owned() } else { code };
        match text::is_country(&code) {
            true => Ok(Value::String(code)),
            false => at.refuse("must be a valid ISO31661 Alpha2 code"),
        }
    }

    fn schema(&self) -> Value {
        json!({ "type": "string", "pattern": "^[A-Z]{2}$" })
    }

    fn control(&self) -> &'static str {
        "country"
    }

    fn sample(&self) -> Value {
        json!("AU")
    }

    fn is_empty(&self, raw: &Value) -> bool {
        is_empty_text(raw)
    }
}

/// The IANA name of a time zone.
#[derive(Clone, Copy, Debug)]
pub struct TimeZone;

impl Kind for TimeZone {
    fn read(&self, raw: Value, at: &At<'_>) -> Result<Value, Vec<FieldError>> {
        let zone = text::timezone(&read_text(raw, at)?);
        zone.map_or_else(|wrong| at.refuse(wrong), |zone| Ok(Value::String(zone)))
    }

    fn schema(&self) -> Value {
        json!({ "type": "string" })
    }

    fn control(&self) -> &'static str {
        "timezone"
    }

    fn sample(&self) -> Value {
        json!("Australia/Sydney")
    }

    fn is_empty(&self, raw: &Value) -> bool {
        is_empty_text(raw)
    }
}
