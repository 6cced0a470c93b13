//! What a single YAML value is.

use crate::number;
use granit_parser::{ScalarStyle, Tag};
use serde_json::Value;

/// The value, or what is wrong with its tag.
pub(super) fn value(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Result<Value, String> {
    let Some(tag) = tag else {
        return Ok(if style == ScalarStyle::Plain { plain(text) } else { Value::from(text) });
    };
    match tag.core_suffix() {
        Some("str") => Ok(Value::from(text)),
        Some("int" | "float") => number::read(text)
            .map(Value::Number)
            .ok_or_else(|| format!("`{}` is not a number", tag_and(tag, text))),
        Some("bool") => number::read_bool(text)
            .map(Value::Bool)
            .ok_or_else(|| format!("`{}` is neither true nor false", tag_and(tag, text))),
        Some("null") => Ok(Value::Null),
        _ if tag.original() == "!" => Ok(Value::from(text)),
        _ => Err(unknown_tag(tag)),
    }
}

/// What a tag that says nothing here is answered with.
pub(super) fn unknown_tag(tag: &Tag) -> String {
    let tag = tag.original();
    format!(
        "the tag `{tag}` means nothing here; leave it out, or put quotes around a text that begins with !"
    )
}

fn tag_and(tag: &Tag, text: &str) -> String {
    format!("{} {text}", tag.original())
}

/// A value without quotes: what JSON spells in exactly this way, else the text as it is written.
fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" => Value::Null,
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        _ => canonical_number(text).unwrap_or_else(|| Value::from(text)),
    }
}

/// The number that is written back as exactly this text. Every other spelling (`0800`, `1.10`, `1e3`, `+5`)
/// may be a code, a version or a phone number.
fn canonical_number(text: &str) -> Option<Value> {
    let number = number::read(text)?;
    (number::text(&number).as_deref() == Some(text)).then_some(Value::Number(number))
}
