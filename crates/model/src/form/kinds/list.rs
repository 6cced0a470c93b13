use super::text::{LONGEST_LINE, is_within, read_text};
use crate::form::{At, FieldError, Kind, is_blank};
use crate::text;
use serde_json::{Value, json};

/// The most texts in a list, and the most tags of a contact.
pub const MOST_TEXTS: usize = 1_000;

/// The most characters of a tag.
const LONGEST_TAG: usize = 200;

/// Reads a list of texts, whose items may be numbers.
fn read_texts(raw: Value, at: &At<'_>) -> Result<Vec<String>, Vec<FieldError>> {
    let Value::Array(items) = raw else { return at.refuse("must be an array") };
    if items.len() > MOST_TEXTS {
        return at.refuse(format_args!("must contain no more than {MOST_TEXTS} elements"));
    }
    let texts: Result<Vec<String>, _> = items.into_iter().map(|item| read_text(item, at)).collect();
    texts.map_err(|_| vec![FieldError::new(at.field, format!("each value in {} must be a string", at.field))])
}

/// Refuses a list with a text of more than `longest` characters.
fn all_within(texts: Vec<String>, longest: usize, at: &At<'_>) -> Result<Value, Vec<FieldError>> {
    if texts.iter().all(|text| is_within(text, longest)) {
        return Ok(Value::from(texts));
    }
    let message = format!("each value in {} must be shorter than or equal to {longest} characters", at.field);
    Err(vec![FieldError::new(at.field, message)])
}

fn list_of(longest: usize) -> Value {
    json!({ "type": "array", "maxItems": MOST_TEXTS, "items": { "type": "string", "maxLength": longest } })
}

/// The items of a rendered list that are not empty; none if all are. A list that has no items stays: that is said
/// on purpose.
fn without_empty(raw: Value) -> Option<Value> {
    let Value::Array(items) = raw else { return Some(raw).filter(|raw| !is_blank(raw)) };
    let had_items = !items.is_empty();
    let left: Vec<Value> = items.into_iter().filter(|item| !is_blank(item)).collect();
    (!left.is_empty() || !had_items).then_some(Value::Array(left))
}

/// A list of texts.
#[derive(Clone, Copy, Debug)]
pub struct Texts;

impl Kind for Texts {
    fn read(&self, raw: Value, at: &At<'_>) -> Result<Value, Vec<FieldError>> {
        all_within(read_texts(raw, at)?, LONGEST_LINE, at)
    }

    fn schema(&self) -> Value {
        list_of(LONGEST_LINE)
    }

    fn control(&self) -> &'static str {
        "list"
    }

    fn rendered(&self, raw: Value) -> Option<Value> {
        without_empty(raw)
    }

    fn sample(&self) -> Value {
        json!(["one", "two"])
    }
}

/// A list of tags, kept trimmed and in lower case, each once.
#[derive(Clone, Copy, Debug)]
pub struct Tags;

impl Kind for Tags {
    fn read(&self, raw: Value, at: &At<'_>) -> Result<Value, Vec<FieldError>> {
        all_within(text::tags(&read_texts(raw, at)?), LONGEST_TAG, at)
    }

    fn schema(&self) -> Value {
        list_of(LONGEST_TAG)
    }

    fn control(&self) -> &'static str {
        "tags"
    }

    fn rendered(&self, raw: Value) -> Option<Value> {
        without_empty(raw)
    }

    fn sample(&self) -> Value {
        json!(["payment-failed"])
    }
}
