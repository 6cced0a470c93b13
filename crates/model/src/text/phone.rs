//! Phone numbers.

use super::without_format;
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, Region};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The most bytes of a number as people write it, with blanks and an extension.
const LONGEST_NUMBER: usize = 250;

/// Reads a phone number as people write it and returns it in E.164 (`+61412345678`). A number without a
/// country code is read as one of `country` (ISO 3166 alpha-2); `00` in front of one that cannot be that
/// means `+`. A remark behind a number is dropped.
///
/// A number that no one can have is accepted where it may be one, or has a `+` and 7 to 15 digits, as HighLevel
/// does; ask [`is_valid_phone`] to warn of it.
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
    catch_unwind(AssertUnwindSafe(|| read(&text, country))).ok().flatten().ok_or_else(wrong)
}

/// Whether a number in E.164 is one that somebody can have.
#[must_use]
pub fn is_valid_phone(number: &str) -> bool {
    catch_unwind(|| parsed(number, "", true).is_some()).unwrap_or(false)
}

fn read(text: &str, country: &str) -> Option<String> {
    let text = text.trim();
    // A label before the number is skipped: `tel: 0412 345 678`.
    let text = &text[text.find(|c: char| c.is_numeric() || matches!(c, '+' | '\u{ff0b}'))?..];
    match text.find(char::is_alphabetic) {
        Some(at) => lettered(text, at, country),
        None => digits(text, country),
    }
}

/// Reads a number with letters, the first of them at `at`. They are a remark or an extension if there is a
/// number without them; only then may they count as digits, as in 1-800-FLOWERS.
fn lettered(text: &str, at: usize, country: &str) -> Option<String> {
    let (number, rest) = text.split_at(at);
    // A letter at a digit is a slip (`041234567l`) or an exponent (`4.1E8`).
    let is_remark = !number.ends_with(char::is_numeric);
    let number = Some(number).filter(|_| is_remark || is_extension(rest));
    let number = number.map(|number| number.trim_end_matches(|c: char| !c.is_numeric()));
    let is_word = text.chars().filter(char::is_ascii_alphabetic).count() >= 3;
    number
        .and_then(|number| parsed(number, country, true))
        .or_else(|| parsed(text, country, true).filter(|_| is_word))
        .or_else(|| digits(number.filter(|number| number.starts_with('+'))?, country))
}

fn is_extension(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let number = ["extension", "ext", "x"].iter().find_map(|word| text.strip_prefix(word));
    let number = number.map(|number| number.trim_start_matches(['.', ':', ' ']));
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Reads a number without letters.
fn digits(text: &str, country: &str) -> Option<String> {
    let abroad = text.strip_prefix("00").filter(|_| parsed(text, country, true).is_none());
    abroad
        .and_then(|number| parsed(&format!("+{number}"), "", true))
        .or_else(|| parsed(text, country, false))
        .or_else(|| international(text))
}

/// The number in E.164, if it is valid or, where `strict` is false, has a length that a number can have.
fn parsed(text: &str, country: &str, strict: bool) -> Option<String> {
    let number = PHONE_NUMBER_UTIL.parse(text, Region::try_from(country).ok()).ok()?;
    let fits = match strict {
        true => PHONE_NUMBER_UTIL.is_valid_number(&number),
        false => PHONE_NUMBER_UTIL.is_possible_number(&number),
    };
    fits.then(|| PHONE_NUMBER_UTIL.format(&number, PhoneNumberFormat::E164).into_owned())
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
    use super::{is_valid_phone, phone};

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
            assert!(!is_valid_phone(number), "{number}");
        }
        assert_eq!(phone("+1 (234) 567-890", "US").as_deref(), Ok("+1234567890"));
        assert!(is_valid_phone("+61412345678"));
    }

    #[test]
    fn text_behind_a_number_is_no_part_of_it() {
        for remark in ["0412345691 (Mum)", "0412 345 691 mobile", "tel: 0412345691", "0412345691 x12"] {
            assert_eq!(phone(remark, "AU").as_deref(), Ok("+61412345691"), "{remark}");
        }
        assert_eq!(phone("0412345691x12", "AU").as_deref(), Ok("+61412345691"));
        assert_eq!(phone("+1 234 567 890 (Mum)", "AU").as_deref(), Ok("+1234567890"));
        assert_eq!(phone("1-800-FLOWERS", "US").as_deref(), Ok("+18003569377"));
        for wrong in ["041234567l", "4.12345697E8", "0412345691Mum", "(Mum)"] {
            assert!(phone(wrong, "AU").is_err(), "{wrong}");
        }
    }

    #[test]
    fn two_zeros_in_front_are_a_plus_where_they_can_be_nothing_else() {
        assert_eq!(phone("0061 412 345 680", "AU").as_deref(), Ok("+61412345680"));
        assert_eq!(phone("0049 30 901820", "US").as_deref(), Ok("+4930901820"));
        assert_eq!(phone("0011 44 20 7946 0958", "AU").as_deref(), Ok("+442079460958"));
        let nobody = phone("0000000000", "AU").unwrap();
        assert!(!is_valid_phone(&nobody), "{nobody}");
    }

    /// Case C1.
    #[test]
    fn marks_of_direction_around_a_number_do_no_harm() {
        assert_eq!(phone("\u{202a}+61 412\u{200b} 345 678\u{202c}", "US").as_deref(), Ok("+61412345678"));
    }
}
