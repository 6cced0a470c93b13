//! JSON numbers and the texts that people write for them.
//!
//! Use [`text`] wherever a number goes into a text (a postcode, a phone number, a sentence) and [`read`]
//! wherever a text may be read as a number. Each inverts the other for every number that `text` accepts.

use serde_json::Number;

/// Whole numbers from here on lose digits when JSON is read as a fraction (2^53).
const EXACT: f64 = 9_007_199_254_740_992.0;

/// The number as a person writes it: `412345679.0` is `412345679`, `4.1e8` is `410000000`, `1.50` is `1.5`.
/// Integers keep every digit.
///
/// None if digits were lost: a number outside of the 64-bit integers is only known to
/// about sixteen digits, and a text made of it could be another person's number. Ask for a text in quotes
/// then.
#[must_use]
pub fn text(number: &Number) -> Option<String> {
    let fraction = match number.as_f64() {
        Some(fraction) if !number.is_i64() && !number.is_u64() => fraction,
        _ => return Some(number.to_string()),
    };
    let text = (fraction + 0.0).to_string();
    (fraction.abs() < EXACT).then_some(text)
}

/// Reads a text as a number, if it holds nothing else: digits with an optional sign, decimal
/// point and exponent, blanks around them aside. `1.10` is 1.1 and `0800` is 800.
///
/// None for everything else, and for integers beyond 64 bits, which would lose digits.
#[must_use]
pub fn read(text: &str) -> Option<Number> {
    let text = text.trim();
    let digits = text.trim_start_matches(['+', '-']);
    if !is_decimal(digits) || text.len() > digits.len() + 1 {
        return None;
    }
    if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        let signed = text.parse::<i64>().map(Number::from);
        return signed.or_else(|_| text.parse::<u64>().map(Number::from)).ok();
    }
    let fraction = text.parse::<f64>().ok()?;
    Number::from_f64(fraction + 0.0)
}

/// Whether a text is digits with at most one point and one exponent, and begins with a digit or a point.
fn is_decimal(text: &str) -> bool {
    let (number, exponent) = text.split_once(['e', 'E']).map_or((text, None), |(n, e)| (n, Some(e)));
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let exponent_fits = exponent.is_none_or(|exponent| {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        !exponent.is_empty() && digits(exponent)
    });
    !(whole.is_empty() && fraction.is_empty()) && digits(whole) && digits(fraction) && exponent_fits
}

/// True or false as people write it: `true`, `yes`, `on` and `1`, or `false`, `no`, `off` and `0`, in any
/// case. None for every other text.
#[must_use]
pub fn read_bool(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Some(true),
        "false" | "no" | "off" | "0" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn shown(json: &str) -> Option<String> {
        let Value::Number(number) = serde_json::from_str(json).unwrap() else { panic!("not a number") };
        text(&number)
    }

    /// Case D2.
    #[test]
    fn a_number_is_written_as_a_person_writes_it() {
        for (json, expected) in [
            ("412345679.0", "412345679"),
            ("2000.0", "2000"),
            ("4.1e8", "410000000"),
            ("1.50", "1.5"),
            ("-0.0", "0"),
            ("0.000001", "0.000001"),
            ("18446744073709551615", "18446744073709551615"),
            ("-9223372036854775808", "-9223372036854775808"),
        ] {
            assert_eq!(shown(json).as_deref(), Some(expected), "{json}");
        }
    }

    /// Case D13.
    #[test]
    fn a_number_that_lost_digits_has_no_text() {
        for json in ["123456789012345678901", "9007199254740993.0", "1e300", "-1e17"] {
            assert_eq!(shown(json), None, "{json}");
        }
    }

    #[test]
    fn numeric_texts_are_read() {
        let number = |json: &str| serde_json::from_str::<Number>(json).ok();
        for (text, expected) in [
            ("1.10", "1.1"),
            ("0800", "800"),
            (" 12 ", "12"),
            ("+5", "5"),
            ("-5", "-5"),
            (".5", "0.5"),
            ("1e3", "1000.0"),
            ("18446744073709551615", "18446744073709551615"),
        ] {
            assert_eq!(read(text), number(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_not_read() {
        for text in [
            "", "-", ".", "e3", "1e", "--1", "+-1", "1,5", "0x1F", "1_000", "NaN", "inf", "12a", "1 2",
            "1e999",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read("18446744073709551616"), None);
    }

    #[test]
    fn booleans_are_read_in_any_case() {
        assert_eq!(read_bool(" Yes "), Some(true));
        assert_eq!(read_bool("FALSE"), Some(false));
        assert_eq!(read_bool("maybe"), None);
        assert_eq!(read_bool(""), None);
    }

    proptest::proptest! {
        #[test]
        fn text_and_read_are_inverse(bits: u64) {
            let float = Number::from_f64(f64::from_bits(bits));
            for number in [Some(Number::from(bits)), Some(Number::from(bits.cast_signed())), float] {
                let Some(shown) = number.as_ref().and_then(text) else { continue };
                let again = read(&shown).unwrap();
                proptest::prop_assert_eq!(text(&again), Some(shown));
                proptest::prop_assert_eq!(again.as_f64(), number.and_then(|number| number.as_f64()));
            }
        }
    }
}
