//! Phone numbers.

use super::without_format;
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, Region};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The most bytes of a number as people write it, with blanks and an extension.
const LONGEST_NUMBER: usize = 250;

/// Reads a phone number as people write it and returns it in E.164 (`+61412345678`). A number without a
/// country code is read as one of `country` (ISO 3166 alpha-2).
///
/// A number with a `+` and 7 to 15 digits is accepted even where no such number can exist, as HighLevel does;
/// ask [`is_possible_phone`] to warn of it.
///
/// # Errors
/// `phone must be a valid phone number`, with the fix.
pub fn phone(text: &str, country: &str) -> Result<String, String> {
    let wrong =
        || "phone must be a valid phone number; write it with its country code, like +61412345678".to_owned();
    // Address books wrap a number in invisible marks of direction.
    let text = without_format(text);
    // After a `;` come parameters of a tel: address. People do not type them, and the library has panicked on
    // some. Other input on which it panics is no number either.
    if text.len() > LONGEST_NUMBER || text.contains(';') {
        return Err(wrong());
    }
    let read = || {
        let number = PHONE_NUMBER_UTIL.parse(&*text, Region::try_from(country).ok()).ok()?;
        let possible = PHONE_NUMBER_UTIL.is_possible_number(&number);
        possible.then(|| PHONE_NUMBER_UTIL.format(&number, PhoneNumberFormat::E164).into_owned())
    };
    catch_unwind(AssertUnwindSafe(read)).ok().flatten().or_else(|| international(&text)).ok_or_else(wrong)
}

/// Whether a number in E.164 is one that its country's plan allows.
#[must_use]
pub fn is_possible_phone(number: &str) -> bool {
    let is_possible = || {
        let number = PHONE_NUMBER_UTIL.parse(number, None).ok();
        number.is_some_and(|number| PHONE_NUMBER_UTIL.is_possible_number(&number))
    };
    catch_unwind(AssertUnwindSafe(is_possible)).unwrap_or(false)
}

/// A number that its writer calls international, with nothing but digits and what people put between them.
fn international(text: &str) -> Option<String> {
    let number = text.trim().strip_prefix('+')?;
    let digits: String = number.chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')')).collect();
    let is_number = (7..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && !digits.starts_with('0')).then(|| format!("+{digits}"))
}

#[cfg(test)]
mod tests {
    use super::{is_possible_phone, phone};

    #[test]
    fn phones_become_e164() {
        assert_eq!(phone("+1 888-888-8888", "AU").as_deref(), Ok("+18888888888"));
        assert_eq!(phone("0412 345 678", "AU").as_deref(), Ok("+61412345678"));
        assert_eq!(phone("(415) 555-2671", "US").as_deref(), Ok("+14155552671"));
        let odd = [";phone-context=a;phone-context=tel:", "+;phone-context=a;isub=++１tel:\u{d7ff}"];
        for wrong in ["abc", "12", "+999", "+0123456789", "+1234567890123456", "", &"1".repeat(300)]
            .into_iter()
            .chain(odd)
        {
            assert!(phone(wrong, "US").is_err(), "{wrong}");
        }
    }

    /// Case C7: HighLevel's own examples.
    #[test]
    fn an_international_number_that_cannot_exist_is_kept_and_known_for_it() {
        for number in ["+1234567890", "+1423164516", "+178655689546", "+999123456"] {
            assert_eq!(phone(number, "AU").as_deref(), Ok(number));
            assert!(!is_possible_phone(number), "{number}");
        }
        assert_eq!(phone("+1 (234) 567-890", "US").as_deref(), Ok("+1234567890"));
        assert!(is_possible_phone("+61412345678"));
    }

    /// Case C1.
    #[test]
    fn marks_of_direction_around_a_number_do_no_harm() {
        assert_eq!(phone("\u{202a}+61 412\u{200b} 345 678\u{202c}", "US").as_deref(), Ok("+61412345678"));
    }
}
