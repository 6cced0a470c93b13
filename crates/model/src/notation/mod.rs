//! Reads the files that people write, in YAML or JSON, into one JSON value.
//!
//! The rule that differs from other readers: **a value without quotes is the text as it is written, unless it
//! is spelled exactly as JSON spells a number, `true`, `false` or `null`.** So `0800`, `NO`, `1.10` and
//! `+4917612345699` stay texts, and what they mean is decided by the field that they are for: a number field
//! takes `1.10` as 1.1, a text field takes 12 as `12`.

mod json;
mod message;
mod scalar;
mod yaml;

use serde_json::Value;
use std::fmt;

/// A mistake in a text, where it was found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mistake {
    /// The line, counted from 1.
    pub line: usize,
    /// The column, counted from 1.
    pub column: usize,
    /// What is wrong and what to write instead.
    pub message: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.message)
    }
}

/// Reads a text in YAML or JSON. An empty text is null.
///
/// # Errors
/// The first mistake: what is neither YAML nor JSON, a name that is written twice in one object, a second
/// document in the file, or aliases that would make far more of the text than it holds.
pub fn read(text: &str) -> Result<Value, Mistake> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // JSON goes first: YAML would take most of it, but not with JSON's own rules for escapes.
    json::read(text).unwrap_or_else(|| yaml::read(text))
}

#[cfg(test)]
mod tests;
