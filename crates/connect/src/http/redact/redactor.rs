//! Redacts values, and remembers what it replaced.

use super::text::{may_hold_secret, redact_text};
use super::{REDACTED, is_secret};
use aho_corasick::{AhoCorasick, MatchKind};
use serde_json::{Map, Value};
use std::cell::OnceCell;
use std::collections::HashSet;
use tieline_model::Timestamp;

/// The fewest characters of a secret that is replaced wherever it occurs. Shorter ones occur in many words.
const SHORTEST: usize = 7;
/// The fewest characters of a part of a header that is taken for a secret of its own.
const LONG_PART: usize = 16;
/// Names under which the query of an address usually holds a secret, beside those of [`is_secret`].
const QUERY_SECRETS: [&str; 4] = ["key", "code", "sig", "signature"];

/// The most secrets that are looked for where they may be repeated. A request has a few; a text that consists of
/// thousands was made to take time.
const MOST: usize = 1000;

/// Replaces secrets in values and texts: what stands under a name that says so, and what has the form of one. It
/// remembers what it replaced, so that it can be replaced as well where somebody repeats it.
#[derive(Debug, Default)]
pub struct Redactor {
    found: HashSet<String>,
    /// More were found than are looked for.
    has_more: bool,
    /// Finds all of them in one pass.
    finder: OnceCell<Option<AhoCorasick>>,
}

impl Redactor {
    /// Whether a value, as JSON, may hold a secret. Use it before a large value is read for [`Redactor::value`] alone.
    #[must_use]
    pub fn may_concern(json: &str) -> bool {
        may_hold_secret(json)
    }

    /// The value without secrets: what a member has whose name says that it is one, the values of a query, what looks
    /// like a token, and the user, password and query of an address.
    pub fn value(&mut self, value: Value) -> Value {
        match value {
            Value::Object(map) => {
                Value::Object(map.into_iter().map(|member| self.member(member)).collect::<Map<_, _>>())
            }
            Value::Array(items) => Value::Array(items.into_iter().map(|item| self.value(item)).collect()),
            Value::String(text) => Value::String(self.text(text)),
            value => value,
        }
    }

    /// The text without what looks like a secret.
    pub fn text(&mut self, text: String) -> String {
        redact_text(text, &mut |name, value| self.remember(name, value))
    }

    fn member(&mut self, (name, value): (String, Value)) -> (String, Value) {
        let value = match value {
            Value::Null | Value::Bool(_) => value,
            _ if is_secret(&name) => self.secret(&name, &value),
            // What is added to an address, as in the address itself.
            Value::Object(query) if name == "query" => {
                let hidden = query.into_iter().map(|(name, value)| {
                    let value = self.secret(&name, &value);
                    (name, value)
                });
                Value::Object(hidden.collect())
            }
            value => self.value(value),
        };
        (name, value)
    }

    fn secret(&mut self, name: &str, value: &Value) -> Value {
        match value {
            Value::String(text) => self.remember(name, text),
            Value::Number(number) => self.remember(name, &number.to_string()),
            Value::Array(items) => items.iter().for_each(|item| drop(self.secret(name, item))),
            Value::Object(map) => map.values().for_each(|item| drop(self.secret(name, item))),
            Value::Null | Value::Bool(_) => {}
        }
        Value::from(REDACTED)
    }

    fn remember(&mut self, name: &str, value: &str) {
        if !is_secret(name) && !QUERY_SECRETS.contains(&name) && is_ordinary(value) {
            return;
        }
        let parts = value.split(|c: char| c.is_whitespace() || ";,=".contains(c));
        let is_part = |part: &&str| part.chars().count() >= LONG_PART;
        let behind_scheme =
            value.split_once(' ').filter(|(scheme, _)| is_scheme(scheme)).map(|(_, rest)| rest);
        for secret in parts.filter(is_part).chain(behind_scheme).chain([value]) {
            let encoded: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
            for secret in [secret.to_owned(), encoded] {
                if secret.chars().count() >= SHORTEST && !secret.contains(REDACTED) {
                    self.add(secret);
                }
            }
        }
    }

    fn add(&mut self, secret: String) {
        if self.found.len() == MOST {
            self.has_more |= !self.found.contains(&secret);
        } else if self.found.insert(secret) {
            self.finder.take();
        }
    }

    /// The value with everything replaced that was replaced before, wherever it occurs. If that was too much to look
    /// for, nothing is left of the value.
    #[must_use]
    pub fn hide(&self, value: Value) -> Value {
        match value {
            _ if self.has_more => Value::from(REDACTED),
            Value::Object(map) => {
                Value::Object(map.into_iter().map(|(name, value)| (name, self.hide(value))).collect())
            }
            Value::Array(items) => Value::Array(items.into_iter().map(|item| self.hide(item)).collect()),
            Value::String(text) => Value::String(self.hide_in(text)),
            Value::Number(number) if self.found.contains(&number.to_string()) => Value::from(REDACTED),
            value => value,
        }
    }

    /// The same for a text.
    #[must_use]
    pub fn hide_in(&self, text: String) -> String {
        if self.has_more {
            return REDACTED.to_owned();
        }
        let Some(finder) = self.finder.get_or_init(|| self.finder()).as_ref() else { return text };
        let mut hidden = String::with_capacity(text.len());
        finder.replace_all_with(&text, &mut hidden, |_, _, hidden| {
            hidden.push_str(REDACTED);
            true
        });
        hidden
    }

    /// Nothing where there is nothing to find. Of two that begin together, the longer one counts: otherwise the rest of
    /// it would be left.
    fn finder(&self) -> Option<AhoCorasick> {
        let longest = || AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&self.found);
        if self.found.is_empty() { None } else { longest().ok() }
    }

    /// Whether nothing was replaced that could be repeated.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }
}

fn is_scheme(word: &str) -> bool {
    ["bearer", "basic", "token", "apikey"].iter().any(|scheme| word.eq_ignore_ascii_case(scheme))
}

/// Whether a value in the query of an address is a word, a number, a time or an e-mail address. Such a value is no
/// secret where it is repeated: the output would lose what it is about.
fn is_ordinary(value: &str) -> bool {
    let is_word = value.chars().all(|c| c.is_alphabetic() || " -_".contains(c));
    let is_number = value.len() < 12 && value.parse::<f64>().is_ok();
    is_word || is_number || value.contains('@') || Timestamp::parse(value).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn redacted(value: Value) -> Value {
        Redactor::default().value(value)
    }

    #[test]
    fn secrets_are_replaced_wherever_they_are() {
        let shown = redacted(json!({
            "url": "HTTPS://me:p4ss@shop.example/orders?key=s3cret",
            "query": { "key": "s3cret", "list": ["s3cret"] },
            "headers": { "Authorization": "Bearer s3cret", "X-Api-Key": "s3cret", "accept": "text/plain" },
            "body": {
                "client_secret": "s3cret", "items": [{ "password": { "value": "s3cret" } }], "access_key": 5,
                "note": "use sk_live_0123456789s3cret please", "privateKey": ["s3cret"],
            },
            "line": "bearer\ts3cret is the key of https://shop.example/?token=s3cret now",
            "pair": "token=pit-01234567-s3cret",
            "generated": "they sent hooksec_01234567-s3cret again",
        }));
        assert!(!shown.to_string().contains("s3cret"), "{shown}");
        assert_eq!(shown["url"], "https://shop.example/orders?key=[redacted]");
        assert_eq!(shown["body"]["note"], "use [redacted] please");
        assert_eq!(
            shown["line"],
            "bearer\t[redacted] is the key of https://shop.example/?token=[redacted] now"
        );
        assert_eq!(shown["headers"]["accept"], "text/plain");
    }

    #[test]
    fn pairs_and_web_tokens_in_a_text_are_replaced() {
        let text = |text: &str| Redactor::default().text(text.to_owned());
        assert_eq!(
            text("grant_type=password&client_id=7&client_secret=abc%20d&x=1"),
            "grant_type=password&client_id=7&client_secret=[redacted]&x=1"
        );
        assert_eq!(
            text("failed (api_key=abc, try=2); token = 'a b'."),
            "failed (api_key=[redacted], try=2); token = '[redacted]'."
        );
        assert_eq!(
            text(r#"got {"access_token": "a\"b", "n": 1}"#),
            r#"got {"access_token": "[redacted]", "n": 1}"#
        );
        let nested = r#"{"next": "grant=1&client_secret=abc"}"#;
        assert_eq!(text(nested), r#"{"next": "grant=1&client_secret=[redacted]"}"#);
        let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl-_";
        assert_eq!(text(&format!("signed in with {jwt}.")), "signed in with [redacted]");
    }

    #[test]
    fn what_was_replaced_is_hidden_where_it_is_repeated() {
        let mut redactor = Redactor::default();
        redactor.value(json!({
            "url": "https://shop.example/?key=abcdefg1&status=completed&day=2026-11-23&email=ada@example.com",
            "headers": { "Authorization": "Basic dTpwYXNz", "X-Api-Key": "key/with+signs" },
            "body": { "pin": 1_234_567, "password": "short" },
        }));
        let shown = redactor.hide(json!({
            "echo": "abcdefg1 dTpwYXNz key%2Fwith%2Bsigns", "n": 1_234_567, "list": ["short", "completed"],
            "email": "ada@example.com", "day": "2026-11-23",
        }));
        assert_eq!(
            shown,
            json!({
                "echo": "[redacted] [redacted] [redacted]", "n": "[redacted]", "list": ["short", "completed"],
                "email": "ada@example.com", "day": "2026-11-23",
            })
        );
    }

    #[test]
    fn a_text_that_consists_of_secrets_takes_no_time() {
        let text: String = (0..8000).map(|n| format!("pin={n:07} ")).collect();
        let began = std::time::Instant::now();
        let mut redactor = Redactor::default();
        let shown = redactor.value(json!({ "a": text, "b": { "pin": "0000000" } }));
        assert!(!shown.to_string().contains("0007999"), "{shown}");
        assert_eq!(redactor.hide(json!({ "echo": "0000001" })), json!(REDACTED));
        assert!(began.elapsed() < std::time::Duration::from_secs(5), "{:?}", began.elapsed());
    }

    #[test]
    fn other_values_stay_as_they_are() {
        let value = json!({
            "email": "ada@example.com", "tags": ["a b"], "n": 1, "at": "https://a.example/x", "author": "Ada",
            "note": "a pit-stop\n and  a cockpit-view-2026-01", "token": null, "sum": "author=Ada, total=5",
            "file": "eyJ.txt", "check": "token == 'x'",
        });
        assert_eq!(redacted(value.clone()), value);
    }
}
