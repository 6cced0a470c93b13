//! Decoding bytes to text, by the character set that the sender names.

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use std::borrow::Cow;

/// The character set that a `Content-Type` names, such as `ISO-8859-1`; none if it names none, or one
/// that is unknown.
#[must_use]
pub fn of_content_type(content_type: &str) -> Option<&'static Encoding> {
    let mut parameters = content_type.split(';').skip(1).filter_map(|parameter| parameter.split_once('='));
    let (_, label) = parameters.find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))?;
    of_label(label.trim().trim_matches(['"', '\'']))
}

/// The character set with this name.
#[must_use]
pub fn of_label(label: &str) -> Option<&'static Encoding> {
    Encoding::for_label(label.as_bytes())
}

/// Decodes bytes as `charset`, or as UTF-8 if there is none. A byte order mark takes precedence and is removed.
/// What cannot be decoded becomes U+FFFD.
#[must_use]
pub fn decode<'b>(charset: Option<&'static Encoding>, bytes: &'b [u8]) -> Cow<'b, str> {
    charset.unwrap_or(UTF_8).decode(bytes).0
}

/// The character set of a whole body whose sender names none: UTF-8, or windows-1252 if it is not valid UTF-8.
/// Senders that name none and do not use UTF-8 are usually old and western.
#[must_use]
pub fn guess(bytes: &[u8]) -> &'static Encoding {
    if std::str::from_utf8(bytes).is_ok() { UTF_8 } else { WINDOWS_1252 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(content_type: &str, bytes: &[u8]) -> String {
        decode(of_content_type(content_type), bytes).into_owned()
    }

    /// Case W2.
    #[test]
    fn the_named_character_set_decides() {
        assert_eq!(read("text/plain; charset=ISO-8859-1", b"J\xfcrgen"), "J\u{fc}rgen");
        assert_eq!(read("text/plain;Charset=\"shift_jis\"; a=b", b"\x93\xfa\x96{"), "日本");
        assert_eq!(read("application/json; charset=utf-16le", b"[\x001\x00]\x00"), "[1]");
        assert_eq!(read("text/plain; charset=klingon", "J\u{fc}rgen".as_bytes()), "J\u{fc}rgen");
        assert_eq!(read("text/plain", b"J\xfcrgen"), "J\u{fffd}rgen");
    }

    #[test]
    fn a_byte_order_mark_decides_before_the_name() {
        assert_eq!(read("text/plain; charset=ISO-8859-1", "\u{feff}ü".as_bytes()), "ü");
        assert_eq!(read("text/plain", b"\xff\xfea\x00"), "a");
    }

    #[test]
    fn what_is_no_utf_8_is_taken_for_western() {
        assert_eq!(decode(Some(guess(b"J\xfcrgen")), b"J\xfcrgen"), "J\u{fc}rgen");
        assert_eq!(guess("ü".as_bytes()), UTF_8);
    }
}
