//! An entry: a contact as the index sees it.

use super::sorted::Sorted;
use super::token::{self, Kind};
use crate::error::Result;
use serde_json::{Map, Value};
use tieline_model::contact::Line;
use tieline_model::{ContactId, contact};

/// A contact's tokens, and the text that `query` looks in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Entry {
    pub(super) id: ContactId,
    /// The tokens of its values.
    tokens: Sorted,
    /// See [`tieline_model::contact::Contact::search_text`].
    text: String,
}

/// The most values of one contact that are indexed; no person's contact comes near it.
const MOST_TOKENS: usize = 5000;

impl Entry {
    /// Reads a stored document and the text beside it.
    pub(super) fn read(id: ContactId, doc: &str, text: String) -> Result<Self> {
        let fields: Map<String, Value> = serde_json::from_str(doc)?;
        let mut tokens = Sorted::with_capacity(96, 4 * doc.len());
        for (name, value) in &fields {
            // What is derived from other fields is found by them.
            if name == "customFields" {
                custom_fields(&mut tokens, value);
            } else if name != "locationId" && !name.ends_with("LowerCase") {
                add(&mut tokens, name, value);
            }
        }
        tokens.limit(MOST_TOKENS);
        Ok(Self { id, tokens, text })
    }

    pub(super) fn has(&self, token: &[u8]) -> bool {
        self.tokens.contains(token)
    }

    /// The values of one kind of a field, as the bytes behind the prefix of their tokens, in order.
    pub(super) fn values<'e>(&'e self, prefix: &'e [u8]) -> impl Iterator<Item = &'e [u8]> {
        self.tokens.from(prefix).map_while(move |token| token.strip_prefix(prefix))
    }

    /// Whether the text, or those of its lines that hold `only`, contains a folded text.
    pub(super) fn text_contains(&self, needle: &str, only: Option<Line>) -> bool {
        contact::lines(&self.text)
            .any(|(line, value)| only.is_none_or(|only| line == only) && value.contains(needle))
    }

    /// Whether a phone number contains these digits.
    pub(super) fn phone_contains(&self, digits: &str) -> bool {
        self.text_contains(digits, Some(Line::Phone))
    }

    /// The text that `query` looks in.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Gives all tokens, those of the text's parts included, in no order and some more than once.
    pub(super) fn each_token(&self, mut give: impl FnMut(&[u8])) {
        self.tokens.iter().for_each(&mut give);
        for (line, value) in contact::lines(&self.text) {
            trigrams(token::TRIGRAMS, value, &mut give);
            words(line, value, &mut give);
            if line == Line::Phone {
                let digits: String = value.chars().filter(char::is_ascii_digit).collect();
                trigrams(token::DIGITS, &digits, &mut give);
            }
        }
    }
}

fn custom_fields(tokens: &mut Sorted, fields: &Value) {
    for field in fields.as_array().into_iter().flatten() {
        if let (Some(id), Some(value)) = (field["id"].as_str(), field.get("value")) {
            add(tokens, &format!("customFields.{id}"), value);
        }
    }
}

fn add(tokens: &mut Sorted, path: &str, value: &Value) {
    let mut insert = |kind, bytes: &[u8]| {
        tokens.push(&[path.as_bytes(), &[0, Kind::Exists as u8]]);
        tokens.push(&[path.as_bytes(), &[0, Kind::Exists as u8, kind as u8]]);
        tokens.push(&[path.as_bytes(), &[0, kind as u8], bytes]);
    };
    match value {
        Value::Null => {}
        Value::Bool(flag) => insert(Kind::Text, flag.to_string().as_bytes()),
        Value::Number(number) => {
            insert(Kind::Text, number.to_string().as_bytes());
            insert(Kind::Number, &token::number(number.as_f64().unwrap_or_default()));
        }
        Value::String(text) => {
            if text.is_empty() {
                return;
            }
            if !matches!(path, "dateAdded" | "dateUpdated") {
                insert(Kind::Text, token::folded(text).as_bytes());
            }
            if let Some(time) = token::date(text) {
                insert(Kind::Number, &token::number(time));
            }
        }
        Value::Array(items) => items.iter().for_each(|item| add(tokens, path, item)),
        Value::Object(fields) => {
            fields.iter().for_each(|(name, value)| add(tokens, &format!("{path}.{name}"), value));
        }
    }
}

/// Every three letters that follow each other. Two line ends stand behind the text, so that each one or two
/// letters of it begin some three as well.
fn trigrams(space: u8, value: &str, mut give: impl FnMut(&[u8])) {
    let text = [value, "\n\n"].concat();
    let mut token = Vec::with_capacity(16);
    let behind = text.char_indices().skip(3).map(|(at, _)| at).chain([text.len()]);
    for ((begin, _), end) in text.char_indices().zip(behind) {
        token.clear();
        token.extend_from_slice(&[1, space]);
        token.extend_from_slice(&text.as_bytes()[begin..end]);
        give(&token);
    }
}

/// What people type first: words, what stands behind the `@` of an address, and the beginning of a number. Whole
/// addresses and numbers are left out: almost every contact has its own, which few threes find.
fn words(line: Line, value: &str, mut give: impl FnMut(&[u8])) {
    let mut insert = |word: &str| {
        if word.len() > 3 {
            give(&token::part(token::WORDS, word));
        }
    };
    match line {
        Line::Email => {
            if let Some(at) = value.find('@') {
                insert(&value[at..]);
                insert(&value[at + 1..]);
            }
        }
        Line::Phone => return (4..=6).filter_map(|end| value.get(..end)).for_each(insert),
        Line::Name | Line::Company | Line::Tag => value.split(' ').for_each(&mut insert),
    }
    value.split(|letter: char| !letter.is_alphanumeric()).for_each(insert);
}
