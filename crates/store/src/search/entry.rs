//! An entry: a contact as the index sees it.

use super::token::{self, Kind};
use crate::error::Result;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use tieline_model::contact::Line;
use tieline_model::fold::fold;
use tieline_model::{ContactId, contact};

/// A contact's tokens, and the text that `query` looks in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Entry {
    pub(super) id: ContactId,
    /// The tokens of its values, in byte order.
    tokens: Vec<Vec<u8>>,
    /// See [`tieline_model::contact::Contact::search_text`].
    text: String,
}

/// The most values of one contact that are indexed; no person's contact comes near it.
const MOST_TOKENS: usize = 5000;

impl Entry {
    /// Reads a stored document and the text beside it.
    pub(super) fn read(id: ContactId, doc: &str, text: String) -> Result<Self> {
        let fields: Map<String, Value> = serde_json::from_str(doc)?;
        let mut tokens = BTreeSet::new();
        for (name, value) in &fields {
            // What is derived from other fields is found by them.
            if name == "customFields" {
                custom_fields(&mut tokens, value);
            } else if name != "locationId" && !name.ends_with("LowerCase") {
                add(&mut tokens, name, value);
            }
        }
        Ok(Self { id, tokens: tokens.into_iter().take(MOST_TOKENS).collect(), text })
    }

    pub(super) fn has(&self, token: &[u8]) -> bool {
        self.tokens.binary_search_by(|known| known.as_slice().cmp(token)).is_ok()
    }

    /// The values of one kind of a field, as the bytes behind the prefix of their tokens, in order.
    pub(super) fn values<'e>(&'e self, prefix: &'e [u8]) -> impl Iterator<Item = &'e [u8]> {
        let first = self.tokens.partition_point(|token| token.as_slice() < prefix);
        self.tokens[first..].iter().map_while(move |token| token.strip_prefix(prefix))
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

    /// Its id, all tokens, those of the text's parts included, and the text.
    pub(super) fn into_tokens(self) -> (ContactId, Vec<Vec<u8>>, String) {
        let Self { id, mut tokens, text } = self;
        for (line, value) in contact::lines(&text) {
            trigrams(&mut tokens, token::TRIGRAMS, value);
            words(&mut tokens, line, value);
            if line == Line::Phone {
                let digits: String = value.chars().filter(char::is_ascii_digit).collect();
                trigrams(&mut tokens, token::DIGITS, &digits);
            }
        }
        tokens.sort_unstable();
        tokens.dedup();
        (id, tokens, text)
    }
}

fn custom_fields(tokens: &mut BTreeSet<Vec<u8>>, fields: &Value) {
    for field in fields.as_array().into_iter().flatten() {
        if let (Some(id), Some(value)) = (field["id"].as_str(), field.get("value")) {
            add(tokens, &format!("customFields.{id}"), value);
        }
    }
}

fn add(tokens: &mut BTreeSet<Vec<u8>>, path: &str, value: &Value) {
    let mut insert = |kind, bytes: &[u8]| {
        tokens.insert(token::of(path, Kind::Exists, b""));
        tokens.insert(token::of(path, Kind::Exists, &[kind as u8]));
        tokens.insert(token::of(path, kind, bytes));
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
                insert(Kind::Text, token::cut(&fold(text)).as_bytes());
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
fn trigrams(tokens: &mut Vec<Vec<u8>>, space: u8, value: &str) {
    let letters: Vec<char> = value.chars().chain(['\n', '\n']).collect();
    let mut part = String::with_capacity(12);
    for three in letters.windows(3) {
        part.clear();
        part.extend(three);
        tokens.push(token::part(space, &part));
    }
}

/// What people type first: words, what stands behind the `@` of an address, and the beginning of a number. Whole
/// addresses and numbers are left out: almost every contact has its own, which few threes find.
fn words(tokens: &mut Vec<Vec<u8>>, line: Line, value: &str) {
    let mut insert = |word: &str| {
        if word.len() > 3 {
            tokens.push(token::part(token::WORDS, word));
        }
    };
    match line {
        Line::Email => {
            if let Some(at) = value.find('@') {
                insert(&value[at..]);
                insert(&value[at + 1..]);
            }
        }
        Line::Phone => (4..=6).filter_map(|end| value.get(..end)).for_each(&mut insert),
        Line::Name | Line::Company | Line::Tag => value.split(' ').for_each(&mut insert),
    }
    value.split(|letter: char| !letter.is_alphanumeric()).filter(|_| line != Line::Phone).for_each(insert);
}
