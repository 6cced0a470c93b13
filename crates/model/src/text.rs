//! E-mail addresses, phone numbers and tags, in the one form in which they are compared.

use jiff::civil::Date;
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, Region};
use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The form in which an e-mail address is compared: without blanks around it, in lower case.
#[must_use]
pub fn email_key(email: &str) -> String {
    email.trim().to_lowercase()
}

/// Checks that a text looks like an e-mail address and gives it back without blanks around it.
///
/// Only what no mail server would take is refused: HighLevel's rule is not public, and an address that is
/// refused here is a person that is lost.
///
/// # Errors
/// `email must be an email`, in the validator's words.
pub fn email(text: &str) -> Result<String, String> {
    let text = text.trim();
    // The longest address that SMTP can carry.
    if text.len() > 254 {
        return Err("email must be an email".to_owned());
    }
    let fits = |(local, domain): (&str, &str)| {
        (1..=64).contains(&local.len())
            && !local.starts_with('.')
            && !local.ends_with('.')
            && !local.contains("..")
            && domain.contains('.')
            && domain.split('.').all(|label| {
                (1..=63).contains(&label.len())
                    && !label.starts_with('-')
                    && !label.ends_with('-')
                    && label.chars().all(|c| c.is_alphanumeric() || c == '-')
            })
    };
    let plain = |c: char| {
        !c.is_whitespace() && !c.is_control() && !matches!(c, '<' | '>' | '(' | ')' | ',' | ';' | '"')
    };
    let valid = text.len() <= 254 && text.chars().all(plain) && text.rsplit_once('@').is_some_and(fits);
    if valid && text.matches('@').count() == 1 {
        Ok(text.to_owned())
    } else {
        Err("email must be an email".to_owned())
    }
}

/// The most bytes of a number as people write it, with blanks and an extension.
const LONGEST_NUMBER: usize = 250;

/// Reads a phone number as people write it and gives it back in E.164 (`+61412345678`). A number without a
/// country code is read as one of `country` (ISO 3166 alpha-2).
///
/// # Errors
/// `phone must be a valid phone number`, with the fix.
pub fn phone(text: &str, country: &str) -> Result<String, String> {
    let wrong = "phone must be a valid phone number; write it with its country code, like +61412345678";
    // What stands behind a `;` are parameters of a tel: address. No person types them, and the library has
    // panicked on some; should it do so on something else, that is no number either.
    if text.len() > LONGEST_NUMBER || text.contains(';') {
        return Err(wrong.to_owned());
    }
    let read = || {
        let number = PHONE_NUMBER_UTIL.parse(text, Region::try_from(country).ok()).ok()?;
        let possible = PHONE_NUMBER_UTIL.is_possible_number(&number);
        possible.then(|| PHONE_NUMBER_UTIL.format(&number, PhoneNumberFormat::E164).into_owned())
    };
    catch_unwind(AssertUnwindSafe(read)).ok().flatten().ok_or_else(|| wrong.to_owned())
}

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

/// The form in which a tag is stored and compared: trimmed, in lower case; nothing where nothing is left.
#[must_use]
pub fn tag(text: &str) -> Option<String> {
    let tag = text.trim().to_lowercase();
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
    fn emails_keep_their_case_and_compare_without_it() {
        assert_eq!(email(" Ada@Example.com ").as_deref(), Ok("Ada@Example.com"));
        assert_eq!(email_key(" Ada@Example.com "), "ada@example.com");
    }

    #[test]
    fn what_is_no_email_is_refused() {
        for wrong in [
            "",
            "ada",
            "ada@",
            "@example.com",
            "a b@example.com",
            "a@b@example.com",
            "ada@example",
            "a@-x.com",
            "a..b@x.com",
            "<a@x.com>",
            &format!("a@{}com", "x.".repeat(130)),
        ] {
            assert!(email(wrong).is_err(), "{wrong}");
        }
        for right in ["a@b.co", "a+b@b.co", "ü@müller.de", "o'neil@example.com"] {
            assert!(email(right).is_ok(), "{right}");
        }
    }

    #[test]
    fn phones_become_e164() {
        assert_eq!(phone("+1 888-888-8888", "AU").as_deref(), Ok("+18888888888"));
        assert_eq!(phone("0412 345 678", "AU").as_deref(), Ok("+61412345678"));
        assert_eq!(phone("(415) 555-2671", "US").as_deref(), Ok("+14155552671"));
        let odd = [";phone-context=a;phone-context=tel:", "+;phone-context=a;isub=++１tel:\u{d7ff}"];
        for wrong in ["abc", "12", "+999123456", "", &"1".repeat(300)].into_iter().chain(odd) {
            assert!(phone(wrong, "US").is_err(), "{wrong}");
        }
    }

    #[test]
    fn tags_are_lower_case_and_unique() {
        assert_eq!(tags(&["VIP", " vip ", "New", ""]), ["vip", "new"]);
    }
}
