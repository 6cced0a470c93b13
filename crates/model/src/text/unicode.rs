//! Normalising texts that come in, so that texts that look the same are the same.

use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::CodePointMapData;
use icu_properties::props::GeneralCategory;
use serde_json::{Map, Value};
use std::borrow::Cow;

/// The form in which texts are stored and compared: Unicode's NFC. `é` is one character in it, however it
/// was typed.
#[must_use]
pub fn nfc(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    ComposingNormalizerBorrowed::new_nfc().normalize(text)
}

/// Unicode's NFKC, in which letters of another width or shape are the usual ones. Use it to compare, not to store.
pub(super) fn nfkc(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    ComposingNormalizerBorrowed::new_nfkc().normalize(text)
}

/// A text without the characters that only steer how it is shown (class Cf), such as the zero-width space
/// U+200B, and in NFC. Use it for what is compared: e-mail addresses and phone numbers.
#[must_use]
pub fn without_format(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let visible: String = text.chars().filter(|c| !is_format(*c)).collect();
    Cow::Owned(nfc(&visible).into_owned())
}

/// A person's or a company's name in its stored form: in NFC, without invisible characters and without blanks
/// around it. A joiner between two visible characters outside of ASCII stays: Persian and Hindi names are spelled
/// with it, and emoji are joined by it.
#[must_use]
pub fn name(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let chars: Vec<char> = nfc(text).chars().collect();
    let visible = |n: Option<usize>| {
        let c = n.and_then(|n| chars.get(n));
        c.is_some_and(|c| !c.is_ascii() && !is_format(*c) && !c.is_whitespace())
    };
    let joins = |n: usize| is_joiner(chars[n]) && visible(n.checked_sub(1)) && visible(n.checked_add(1));
    let kept: String =
        (0..chars.len()).filter(|n| !is_format(chars[*n]) || joins(*n)).map(|n| chars[n]).collect();
    Cow::Owned(nfc(kept.trim()).into_owned())
}

fn is_format(c: char) -> bool {
    CodePointMapData::<GeneralCategory>::new().get(c) == GeneralCategory::Format
}

const fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

/// A body without the byte order mark that some senders put before UTF-8. Call it before a body is read,
/// whatever it holds.
#[must_use]
pub fn without_bom(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)
}

/// A text without the character U+0000; see [`strip_nul`] for why.
#[must_use]
pub fn without_nul(text: &str) -> String {
    text.replace('\0', "")
}

/// Takes the character U+0000 out of every text and every key of a value. PostgreSQL stores no such
/// character, and no person has ever typed one. Where two keys become the same, the later one counts.
pub fn strip_nul(value: &mut Value) {
    match value {
        Value::String(text) => strip_nul_of(text),
        Value::Array(items) => items.iter_mut().for_each(strip_nul),
        Value::Object(map) => {
            if map.keys().any(|key| key.contains('\0')) {
                *map = std::mem::take(map)
                    .into_iter()
                    .map(|(key, value)| (without_nul(&key), value))
                    .collect::<Map<_, _>>();
            }
            map.values_mut().for_each(strip_nul);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn strip_nul_of(text: &mut String) {
    if text.contains('\0') {
        text.retain(|c| c != '\0');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    /// Cases C1 and C4.
    #[test]
    fn invisible_characters_and_the_way_of_typing_make_no_difference() {
        assert_eq!(without_format("\u{200b}zw@example.com\u{feff}"), "zw@example.com");
        assert_eq!(nfc("Jose\u{301}"), "Jos\u{e9}");
        assert_eq!(without_format("Jose\u{200b}\u{301}"), "Jos\u{e9}");
        assert_eq!(name(" \u{202a}Ada\u{ad}\u{200d} \u{200b}"), "Ada");
    }

    #[test]
    fn a_joiner_inside_a_name_is_part_of_its_spelling() {
        let persian = "علی\u{200c}رضا";
        assert_eq!(name(persian), persian);
        assert_eq!(name("Ada\u{200c} L"), "Ada L");
        assert_eq!(name("\u{200d}Ada"), "Ada");
    }

    #[test]
    fn a_byte_order_mark_is_taken_off_once() {
        assert_eq!(without_bom(b"\xef\xbb\xbf{}"), b"{}");
        assert_eq!(without_bom(b"{}"), b"{}");
    }

    /// Case D12.
    #[test]
    fn no_text_keeps_the_character_u_0000() {
        let mut value = json!({"na\0me": "A\0B", "list": ["\0", {"a": "x\0"}], "n": 1});
        strip_nul(&mut value);
        assert_eq!(value, json!({"name": "AB", "list": ["", {"a": "x"}], "n": 1}));
    }

    proptest! {
        #[test]
        fn the_stored_form_of_a_stored_form_is_itself(text in "\\PC{0,30}|[a\u{301}\u{200d}\u{200b} ]{0,12}") {
            let once = name(&text).into_owned();
            prop_assert_eq!(name(&once).into_owned(), once.clone());
            let once = without_format(&text).into_owned();
            prop_assert_eq!(without_format(&once).into_owned(), once.clone());
        }
    }
}
