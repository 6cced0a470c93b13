//! Phone numbers.

use super::without_format;
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, Region};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The most bytes of a number as people write it, with blanks and an extension.
const LONGEST_NUMBER: usize = 250;

/// Reads a phone number as people write it and gives it back in E.164 (`+61412345678`). A number without a
/// country code is read as one of `country` (ISO 3166 alpha-2).
///
/// # Errors
/// `phone must be a valid phone number`, with the fix.
pub fn phone(text: &str, country: &str) -> Result<String, String> {
    let wrong =
        || "phone must be a valid phone number; write it with its country code, like +61412345678".to_owned();
    // Address books wrap a number in invisible marks of direction.
    let text = without_format(text);
    // What stands behind a `;` are parameters of a tel: address. No person types them, and the library has
    // panicked on some; should it do so on something else, that is no number either.
    if text.len() > LONGEST_NUMBER || text.contains(';') {
        return Err(wrong());
    }
    let read = || {
        let number = PHONE_NUMBER_UTIL.parse(&*text, Region::try_from(country).ok()).ok()?;
        let possible = PHONE_NUMBER_UTIL.is_possible_number(&number);
        possible.then(|| PHONE_NUMBER_UTIL.format(&number, PhoneNumberFormat::E164).into_owned())
    };
    catch_unwind(AssertUnwindSafe(read)).ok().flatten().ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::phone;

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

    /// Case C1.
    #[test]
    fn marks_of_direction_around_a_number_do_no_harm() {
        assert_eq!(phone("\u{202a}+61 412\u{200b} 345 678\u{202c}", "US").as_deref(), Ok("+61412345678"));
    }
}
