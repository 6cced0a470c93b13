use crate::form::{At, FieldError, Kind};
use crate::{number, text};
use serde_json::{Value, json};

/// A text. A number is read as the text that a person would write for it, because some clients turn texts of
/// digits into numbers; in a workflow, so is true or false.
#[derive(Clone, Copy, Debug)]
pub struct Text {
    control: &'static str,
    longest: Option<usize>,
    is_name: bool,
}

impl Text {
    /// One line.
    #[must_use]
    pub const fn line() -> Self {
        Self { control: "text", longest: None, is_name: false }
    }

    /// Many lines.
    #[must_use]
    pub const fn lines() -> Self {
        Self { control: "textarea", longest: None, is_name: false }
    }

    /// A name: one line without invisible characters, which says nothing where it is blank.
    #[must_use]
    pub const fn name() -> Self {
        Self { control: "text", longest: None, is_name: true }
    }

    /// At most so many characters.
    #[must_use]
    pub const fn at_most(self, longest: usize) -> Self {
        Self { longest: Some(longest), ..self }
    }
}

/// Reads a raw value as a text.
pub(super) fn read_text(raw: Value, at: &At<'_>) -> Result<String, Vec<FieldError>> {
    match raw {
        Value::String(text) => Ok(text),
        Value::Number(number) => number::text(&number)
            .map_or_else(|| at.refuse("must be a string; as a number it has lost digits"), Ok),
        Value::Bool(flag) if at.is_rendered() => Ok(flag.to_string()),
        _ => at.refuse("must be a string"),
    }
}

impl Kind for Text {
    fn read(&self, raw: Value, at: &At<'_>) -> Result<Value, Vec<FieldError>> {
        let text = read_text(raw, at)?;
        let text = if self.is_name { text::name(&text) } else { text::nfc(&text) };
        match self.longest {
            Some(longest) if text.chars().count() > longest => {
                at.refuse(format_args!("must be shorter than or equal to {longest} characters"))
            }
            _ => Ok(Value::String(text.into_owned())),
        }
    }

    fn schema(&self) -> Value {
        let mut schema = json!({ "type": "string" });
        if let Some(longest) = self.longest {
            schema["maxLength"] = longest.into();
        }
        schema
    }

    fn control(&self) -> &'static str {
        self.control
    }

    fn sample(&self) -> Value {
        json!("text")
    }

    fn is_empty(&self, raw: &Value) -> bool {
        raw.as_str().is_some_and(|text| text.is_empty() || (self.is_name && text::name(text).is_empty()))
    }
}
