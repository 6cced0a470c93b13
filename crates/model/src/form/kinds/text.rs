use crate::form::{At, FieldError, Kind};
use crate::{number, text};
use serde_json::{Value, json};

/// A text. A number is read as the text that a person would write for it, because some clients turn texts of
/// digits into numbers; in a workflow, so is true or false.
#[derive(Clone, Copy, Debug)]
pub struct Text {
    control: &'static str,
    longest: usize,
    is_name: bool,
}

/// The most characters of a line, unless a field says otherwise. Each is indexed when it is written, so a text
/// without a limit would hold up all other writes.
pub(super) const LONGEST_LINE: usize = 1_000;

/// The most characters of many lines.
const LONGEST_LINES: usize = 100_000;

impl Text {
    /// One line, of at most 1,000 characters.
    #[must_use]
    pub const fn line() -> Self {
        Self { control: "text", longest: LONGEST_LINE, is_name: false }
    }

    /// Many lines, of at most 100,000 characters together.
    #[must_use]
    pub const fn lines() -> Self {
        Self { control: "textarea", longest: LONGEST_LINES, ..Self::line() }
    }

    /// A name: one line without invisible characters.
    #[must_use]
    pub const fn name() -> Self {
        Self { is_name: true, ..Self::line() }
    }

    /// At most so many characters.
    #[must_use]
    pub const fn at_most(self, longest: usize) -> Self {
        Self { longest, ..self }
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

/// Refuses a text of more than `longest` characters.
pub(super) fn within(text: String, longest: usize, at: &At<'_>) -> Result<String, Vec<FieldError>> {
    if is_within(&text, longest) {
        return Ok(text);
    }
    at.refuse(format_args!("must be shorter than or equal to {longest} characters"))
}

/// Whether a text has at most `longest` characters. Use it for texts that another kind holds inside.
pub(crate) fn is_within(text: &str, longest: usize) -> bool {
    text.len() <= longest || text.chars().nth(longest).is_none()
}

impl Kind for Text {
    fn read(&self, raw: Value, at: &At<'_>) -> Result<Value, Vec<FieldError>> {
        let text = read_text(raw, at)?;
        let text = if self.is_name { text::name(&text) } else { text::nfc(&text) };
        within(text.into_owned(), self.longest, at).map(Value::String)
    }

    fn schema(&self) -> Value {
        json!({ "type": "string", "maxLength": self.longest })
    }

    fn control(&self) -> &'static str {
        self.control
    }

    fn sample(&self) -> Value {
        json!("text")
    }

    fn is_empty(&self, raw: &Value) -> bool {
        raw.as_str()
            .is_some_and(|text| text.trim().is_empty() || (self.is_name && text::name(text).is_empty()))
    }
}
