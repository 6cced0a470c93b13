//! E-mail addresses, phone numbers, names, time zones and tags: how they are read, and the one form in which
//! they are stored and compared.

mod email;
mod phone;
mod timezone;
mod unicode;

pub use email::{email, email_key};
pub use phone::{is_valid_phone, phone};
pub use timezone::{is_country, likely_timezone, timezone, timezones_of};
pub use unicode::{name, nfc, strip_nul, without_bom, without_format, without_nul};

use jiff::civil::Date;
use std::collections::HashSet;

/// Reads a date in one of the eight forms that HighLevel documents: year, month, day or month, day, year, with
/// `/`, `-`, `.` or `_` between. The year has four digits.
#[must_use]
pub fn date(text: &str) -> Option<Date> {
    let parts: Vec<&str> = text.split(['/', '-', '.', '_']).collect();
    let (year, month, day) = match parts[..] {
        [a, b, c] if a.len() == 4 => (a, b, c),
        [a, b, c] if c.len() == 4 => (c, a, b),
        _ => return None,
    };
    // A number may have a sign, a part of a date may not.
    let digits = parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    let date = Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok();
    date.filter(|_| digits)
}

/// The form in which a tag is stored and compared: as a [`name`], in lower case; none where nothing is left.
#[must_use]
pub fn tag(text: &str) -> Option<String> {
    let tag = nfc(&name(text).to_lowercase()).into_owned();
    (!tag.is_empty()).then_some(tag)
}

/// Tags in their stored form, each once, in the order in which they came.
#[must_use]
pub fn tags<S: AsRef<str>>(texts: &[S]) -> Vec<String> {
    let mut seen = HashSet::with_capacity(texts.len());
    let tags = texts.iter().filter_map(|text| tag(text.as_ref()));
    tags.filter(|tag| seen.insert(tag.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_lower_case_and_unique() {
        assert_eq!(tags(&["VIP", " vip ", "New", ""]), ["vip", "new"]);
        assert_eq!(tags(&["vip", "\u{200b}vip", "v\u{200d}ip", "\u{feff} "]), ["vip"]);
        // One character of three, joined.
        assert_eq!(tags(&["\u{1f468}\u{200d}\u{1f467}"]), ["\u{1f468}\u{200d}\u{1f467}"]);
        assert_eq!(tags(&["Cafe\u{301}", "caf\u{e9}"]), ["caf\u{e9}"]);
    }
}
