//! Reading JSON from senders that do not keep to the standard.

use crate::text::without_bom;
use serde::de::DeserializeOwned;
use serde_json::Result;
use std::borrow::Cow;

/// How many bytes the escape of one UTF-16 unit has in JSON, as in `\ud83c`.
const ESCAPE: usize = 6;

/// Reads JSON. A byte order mark before it is taken off, and half a character (a lone surrogate, as in
/// `"Omar \ud83c"`, which comes from senders that cut texts to a length) becomes U+FFFD. Use it for deliveries
/// from other programs, which would be lost otherwise.
///
/// # Errors
/// Those of [`serde_json`]; the place that they name is that in `body`.
pub fn from_slice<T: DeserializeOwned>(body: &[u8]) -> Result<T> {
    read(body, |body| serde_json::from_slice(body))
}

/// The same with a reader of its own, for values that borrow from the body. It is asked a second time where the first
/// reading fails at half a character.
///
/// # Errors
/// Those of the reader.
pub fn read<T>(body: &[u8], read: impl Fn(&[u8]) -> Result<T>) -> Result<T> {
    let body = without_bom(body);
    // Half a character is rare, so only a body that cannot be read otherwise is searched for one.
    read(body).or_else(|error| match std::str::from_utf8(body).map(mended) {
        Ok(Cow::Owned(mended)) => read(mended.as_bytes()),
        Ok(Cow::Borrowed(_)) | Err(_) => Err(error),
    })
}

/// The first lone surrogate in JSON, as its escape and its place. Use it where such JSON is refused, to say why.
#[must_use]
pub fn lone_surrogate(body: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(without_bom(body)).ok()?;
    let at = lone_surrogates(text).into_iter().next()?;
    let before = &text[..at];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
    Some(format!("`{}` at line {line} column {column}", &text[at..at + ESCAPE]))
}

/// The text with `\ufffd` in place of each escape that is half a character. Its length stays.
fn mended(text: &str) -> Cow<'_, str> {
    let lone = lone_surrogates(text);
    if lone.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut mended = text.to_owned();
    for at in lone {
        mended.replace_range(at..at + ESCAPE, r"\ufffd");
    }
    Cow::Owned(mended)
}

/// The places of escapes that are half a character.
fn lone_surrogates(text: &str) -> Vec<usize> {
    let mut lone = Vec::new();
    let mut at = 0;
    // A backslash outside of a string is an error anyway.
    while let Some(next) = text.get(at..).and_then(|rest| rest.find('\\')) {
        at += next;
        at += match (unit(text, at), unit(text, at + ESCAPE)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 2 * ESCAPE,
            (Some(0xd800..=0xdfff), _) => {
                lone.push(at);
                ESCAPE
            }
            (Some(_), _) => ESCAPE,
            // Any other escape is a backslash and one character, which may be a backslash.
            (None, _) => 1 + text[at + 1..].chars().next().map_or(0, char::len_utf8),
        };
    }
    lone
}

/// The UTF-16 unit of the escape at this place.
fn unit(text: &str, at: usize) -> Option<u16> {
    let digits = text.get(at..at + ESCAPE)?.strip_prefix(r"\u")?;
    let plain = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    u16::from_str_radix(digits, 16).ok().filter(|_| plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn read(text: &str) -> Value {
        from_slice(text.as_bytes()).unwrap()
    }

    /// Case W7.
    #[test]
    fn half_a_character_is_replaced() {
        assert_eq!(read(r#"{"name": "Omar \ud83c"}"#), json!({"name": "Omar \u{fffd}"}));
        assert_eq!(read(r#"["\udf89\ud83c\uD83C\uDF89", 1]"#), json!(["\u{fffd}\u{fffd}\u{1f389}", 1]));
        assert_eq!(read(r#"{"\ud800": "\\ud800\ud800"}"#), json!({"\u{fffd}": "\\ud800\u{fffd}"}));
    }

    /// Case W7.
    #[test]
    fn half_a_character_is_named_with_its_place() {
        let place = |text: &str| lone_surrogate(text.as_bytes());
        let lone = "{\n  \"name\": \"Omar \\ud83c\"}";
        assert_eq!(place(lone).as_deref(), Some(r"`\ud83c` at line 2 column 17"));
        assert_eq!(place(r#"{"name": "\ud83c\udf89 \\ud83c"}"#), None);
    }

    /// Case W8.
    #[test]
    fn a_byte_order_mark_before_it_does_no_harm() {
        assert_eq!(read("\u{feff}{}"), json!({}));
        assert!(from_slice::<Value>("\u{feff}\u{feff}{}".as_bytes()).is_err());
    }

    #[test]
    fn what_is_no_json_keeps_its_error() {
        for wrong in [r#""\ud83c"#, r#"{"a": "\ud83c" "b"}"#, r#""\ud8""#, "\\", "\"\\é\"", "\"\\u+123\"", ""]
        {
            assert!(from_slice::<Value>(wrong.as_bytes()).is_err(), "{wrong}");
        }
        let error = from_slice::<Value>(br#"["\ud83c", x]"#).unwrap_err();
        assert_eq!(error.column(), 12);
    }

    proptest! {
        #[test]
        fn any_escapes_in_a_string_are_read(parts in proptest::collection::vec(r"\\u[0-9a-fA-F]{4}|\\\\|[a-zé]", 0..12)) {
            let text = format!("\"{}\"", parts.concat());
            prop_assert!(from_slice::<String>(text.as_bytes()).is_ok(), "{}", text);
        }

        #[test]
        fn any_text_is_read_or_refused(text in "[\\\\u0d8f\"é]{0,20}") {
            let _ = from_slice::<Value>(text.as_bytes());
        }
    }
}
