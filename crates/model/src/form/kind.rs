use super::error::FieldError;
use super::read::{Mode, Reader};
use serde_json::Value;
use std::fmt;

/// What a field holds. A kind reads a value and describes itself; a new kind is one type in `kinds`.
pub trait Kind: fmt::Debug + Send + Sync + 'static {
    /// Reads a value that is neither absent nor null into the one form in which it is kept.
    ///
    /// # Errors
    /// What is wrong with it. [`At::error`] puts the field's name in front.
    fn read(&self, raw: Value, at: &At<'_>) -> Result<Value, Vec<FieldError>>;

    /// The JSON Schema of what is read.
    fn schema(&self) -> Value;

    /// The control that a page shows for it: `text`, `email`, `choice`, …
    fn control(&self) -> &'static str;

    /// A value that fits.
    fn sample(&self) -> Value;

    /// Whether this value says no more than null does, as the empty text does.
    fn is_empty(&self, raw: &Value) -> bool {
        let _ = raw;
        false
    }

    /// What a workflow's templates gave, without what came out empty; none if nothing is left, which counts as
    /// not given.
    fn rendered(&self, raw: Value) -> Option<Value> {
        (!is_blank(&raw)).then_some(raw)
    }

    /// What looks wrong with a value that is taken all the same, to follow the field's name in a warning.
    fn doubt(&self, value: &Value) -> Option<String> {
        let _ = value;
        None
    }

    /// What is said, after the field's name, when a required value is missing.
    fn missing(&self) -> &'static str {
        "should not be empty"
    }

    /// Whether reading depends on the location, so that a constant cannot be judged without one.
    fn needs_location(&self, raw: &Value) -> bool {
        let _ = raw;
        false
    }

    /// The entity that the value is the id of: `contact`, `task`, … Only the store knows if it exists.
    fn refers_to(&self) -> Option<&'static str> {
        None
    }
}

/// Where a value is being read.
#[derive(Clone, Copy, Debug)]
pub struct At<'a> {
    /// The field's name, as messages write it.
    pub field: &'a str,
    /// Who reads.
    pub reader: &'a Reader<'a>,
}

impl At<'_> {
    /// An error about this field: its name, then `rest`.
    #[must_use]
    pub fn error(&self, rest: impl fmt::Display) -> FieldError {
        FieldError::new(self.field, format!("{} {rest}", self.field))
    }

    /// The error alone, as [`Kind::read`] returns it.
    ///
    /// # Errors
    /// Always.
    pub fn refuse<T>(&self, rest: impl fmt::Display) -> Result<T, Vec<FieldError>> {
        Err(vec![self.error(rest)])
    }

    /// Whether a text may be read as a number or a boolean, and the other way round: in a query everything is
    /// a text, and a template keeps the type of its value.
    #[must_use]
    pub fn is_loose(&self) -> bool {
        !matches!(self.reader.mode, Mode::Body)
    }

    /// Whether a workflow's templates gave the value, so that any scalar is read where a text is due.
    #[must_use]
    pub fn is_rendered(&self) -> bool {
        matches!(self.reader.mode, Mode::Rendered)
    }
}

/// Whether a value says nothing: null, or the empty text that a template gives where there is nothing to render.
#[must_use]
pub fn is_blank(value: &Value) -> bool {
    value.is_null() || value == ""
}
