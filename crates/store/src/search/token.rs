//! Tokens: the byte strings by which a segment finds documents.
//!
//! A value's token is its field's path, a kind and the value, so the tokens of a field are neighbours, in the
//! order of their values: a range or a sort is a walk over a stretch of tokens.

use tieline_model::fold::fold_start;
use tieline_model::{Timestamp, text};

/// Which of a value's tokens one is. In byte order, so that a field's numbers and texts are stretches.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub(super) enum Kind {
    /// The field has any value.
    Exists = b'e',
    /// Eight bytes that sort as the number does.
    Number = b'n',
    /// Folded text.
    Text = b'v',
}

/// The letters of texts, three at a time.
pub(super) const TRIGRAMS: u8 = b'T';
/// The digits of phone numbers, three at a time.
pub(super) const DIGITS: u8 = b'D';
/// The words of texts.
pub(super) const WORDS: u8 = b'W';

/// Longer values are compared by this many bytes of their folded form.
const LONGEST_VALUE: usize = 1000;

/// What all tokens of one kind of a field begin with.
pub(super) fn prefix(path: &str, kind: Kind) -> Vec<u8> {
    let mut token = Vec::with_capacity(path.len() + 2 + 24);
    token.extend_from_slice(path.as_bytes());
    token.extend_from_slice(&[0, kind as u8]);
    token
}

/// The token of a value of a field.
pub(super) fn of(path: &str, kind: Kind, value: &[u8]) -> Vec<u8> {
    let mut token = prefix(path, kind);
    token.extend_from_slice(value);
    token
}

/// The token of a part of a text; no path begins with its first byte.
pub(super) fn part(space: u8, part: &str) -> Vec<u8> {
    [&[1, space], part.as_bytes()].concat()
}

/// The first byte string that comes behind all tokens that begin with this one.
pub(super) fn behind(first: &[u8]) -> Vec<u8> {
    let end = first.iter().rposition(|byte| *byte < u8::MAX).map_or(0, |at| at + 1);
    let mut behind = first[..end].to_vec();
    if let Some(last) = behind.last_mut() {
        *last += 1;
    }
    behind
}

/// The word that a token stands for, if it is that of a word.
pub(super) fn word(token: &[u8]) -> Option<&[u8]> {
    token.strip_prefix(&[1, WORDS])
}

/// A text folded, and cut where it is too long to be a token.
pub(super) fn folded(text: &str) -> String {
    let mut folded = fold_start(text, LONGEST_VALUE);
    let mut end = folded.len().min(LONGEST_VALUE);
    while !folded.is_char_boundary(end) {
        end -= 1;
    }
    folded.truncate(end);
    folded
}

/// Eight bytes that sort as the numbers do.
pub(super) fn number(value: f64) -> [u8; 8] {
    // A zero with a sign is the same number.
    let bits = (value + 0.0).to_bits();
    let sorted = if bits >> 63 == 1 { !bits } else { bits | 1 << 63 };
    sorted.to_be_bytes()
}

/// A time as a number: milliseconds since 1970, which a double holds exactly.
#[expect(clippy::cast_precision_loss, reason = "times lie within the years 1 to 9999")]
pub(super) fn time(at: Timestamp) -> f64 {
    at.millis() as f64
}

/// The time that a text names, if it is a date or a time.
pub(super) fn date(value: &str) -> Option<f64> {
    let value = value.trim();
    if !value.as_bytes().first().is_some_and(u8::is_ascii_digit) || value.len() < 8 {
        return None;
    }
    let read = |day: String| Timestamp::parse(&day).ok();
    let at = text::date(value).and_then(|day| read(day.to_string())).or_else(|| Timestamp::parse(value).ok());
    at.map(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn numbers_sort_as_their_bytes(a in proptest::num::f64::NORMAL, b in -1e9_f64..1e9) {
            proptest::prop_assert_eq!(number(a).cmp(&number(b)), a.partial_cmp(&b).unwrap());
        }
    }

    #[test]
    fn dates_in_any_written_form_are_times() {
        let expected = date("2026-01-05");
        assert_eq!(expected, Some(1_767_571_200_000.0));
        assert_eq!(date("2026-01-05T00:00:00.000Z"), expected);
        assert_eq!(date("01/05/2026"), expected);
        assert_eq!(date("+61412777888"), None);
        assert_eq!(date("12345678"), None);
    }
}
