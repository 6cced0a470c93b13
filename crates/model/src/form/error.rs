use std::fmt;

/// What is wrong with one field of an input.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FieldError {
    /// The field, or the place inside it: `email`, `dndSettings.SMS.status`.
    pub field: String,
    /// A sentence that names the field, in the words of the validator that HighLevel uses where it has any:
    /// `email must be an email`.
    pub message: String,
}

impl FieldError {
    /// An error whose sentence is written out already.
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }

    /// The sentence without the field in front, for places that name the field already: `must be an email`.
    #[must_use]
    pub fn reason(&self) -> &str {
        let rest = self.message.strip_prefix(self.field.as_str()).unwrap_or(&self.message);
        match rest.strip_prefix(": ").or_else(|| rest.strip_prefix(' ')) {
            Some(reason) => reason,
            None => &self.message,
        }
    }

    /// The error for a property that nothing asks for.
    #[must_use]
    pub fn unknown(field: &str) -> Self {
        Self::new(field, format!("property {field} should not exist"))
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
