//! The form in which texts are searched: what people type and what is stored are folded alike, so that case,
//! accents and ways of writing the same letter make no difference.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Folds a text for comparison: lower case, no accents, one normal form, single spaces.
///
/// Use it on both sides of a comparison; the result is not meant for display. `José` in either normal form
/// and `JOSE` become `jose`, `Straße` becomes `strasse`, `İzmir` becomes `izmir`. Characters that are not
/// visible (control and format characters) are dropped.
#[must_use]
pub fn fold(text: &str) -> String {
    fold_start(text, usize::MAX)
}

/// The beginning of what [`fold`] gives: at least `enough` bytes of it, if it has so many. Use it where the rest
/// is not needed, because one character can become eighteen.
#[must_use]
pub fn fold_start(text: &str, enough: usize) -> String {
    if is_plain(text) {
        return text.to_ascii_lowercase();
    }
    let mut folded = String::new();
    // Decomposed first, because some letters change case only together with their accent.
    let letters = text.nfkd().flat_map(char::to_lowercase).nfkd().filter(|c| !is_combining_mark(*c));
    for letter in letters {
        spell_out(&mut folded, letter);
        // A blank at the end may have to go again.
        if folded.len() > enough {
            break;
        }
    }
    if folded.ends_with(' ') {
        folded.pop();
    }
    folded
}

/// Whether folding changes nothing but upper case, as in most texts.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
        && !text.starts_with(' ')
        && !text.ends_with(' ')
        && !text.contains("  ")
}

/// Writes letters and signs that have no decomposition as people without that key type them.
fn spell_out(folded: &mut String, letter: char) {
    match letter {
        'ß' => folded.push_str("ss"),
        'æ' => folded.push_str("ae"),
        'œ' => folded.push_str("oe"),
        'þ' => folded.push_str("th"),
        'ø' => folded.push('o'),
        'ł' => folded.push('l'),
        'đ' | 'ð' => folded.push('d'),
        'ı' => folded.push('i'),
        'ς' => folded.push('σ'),
        '\u{2018}'..='\u{201b}' | '\u{2bc}' | '\u{2032}' => folded.push('\''),
        '\u{2010}'..='\u{2015}' | '\u{2212}' => folded.push('-'),
        other => push(folded, other),
    }
}

/// Appends a character, one space for any run of blanks and none at the beginning.
fn push(folded: &mut String, letter: char) {
    if letter.is_whitespace() {
        if !folded.is_empty() && !folded.ends_with(' ') {
            folded.push(' ');
        }
    } else if !letter.is_control() && !is_format(letter) {
        folded.push(letter);
    }
}

/// Whether a character only steers how its neighbours are shown, as a zero-width space does.
const fn is_format(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// The digits of a text that is written like a phone number, without the zeros in front: `0412 777 888` gives
/// `412777888`, which every way of writing that number contains. `None` for a text with letters, or with
/// fewer than three digits.
#[must_use]
pub fn phone_digits(text: &str) -> Option<String> {
    let written_like_a_number =
        text.chars().all(|c| c.is_ascii_digit() || c.is_whitespace() || "+-()./".contains(c));
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_start_matches('0');
    (written_like_a_number && digits.len() >= 3).then(|| digits.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Case C4.
    #[test]
    fn ways_of_writing_one_name_are_one() {
        for same in [
            &["José", "Jose\u{301}", "JOSÉ", "jose"][..],
            &["Straße", "STRASSE", "STRAẞE"],
            &["İzmir", "izmir", "IZMIR", "ızmır"],
            &["Ada  Lovelace ", "ada\u{a0}lovelace", "\tADA LOVELACE"],
            &["zw@example.com", "\u{200b}zw@example.com"],
            &["Søren", "SOREN"],
            &["ﬁne", "FINE"],
            &["O'Brien", "O\u{2019}Brien", "O\u{2bc}Brien", "O\u{ff07}Brien"],
            &["Smith-Jones", "Smith\u{2011}Jones", "Smith\u{2013}Jones"],
        ] {
            for text in same {
                assert_eq!(fold(text), fold(same[0]), "{text}");
            }
        }
        assert_ne!(fold("Müller"), fold("Möller"));
    }

    proptest::proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in "\\PC{0,20}|[a-zA-ZßİıÅéΣςǅ \u{301}\u{200b}]{0,12}") {
            let once = fold(&text);
            proptest::prop_assert_eq!(fold(&once), once);
        }
    }

    #[test]
    fn a_long_text_can_be_folded_in_part() {
        for text in ["\u{fdfa}".repeat(100), "É ".repeat(200), "plain text".repeat(30)] {
            let (start, whole) = (fold_start(&text, 99), fold(&text));
            assert!(start.len() >= 99 && whole.starts_with(&start), "{start}");
        }
        assert!(fold_start(&"\u{fdfa}".repeat(100_000), 1000).len() < 1020);
    }

    /// Case C2.
    #[test]
    fn numbers_are_compared_by_their_digits() {
        assert_eq!(phone_digits("0412 777 888").as_deref(), Some("412777888"));
        assert_eq!(phone_digits("(415)").as_deref(), Some("415"));
        assert_eq!(phone_digits("+61 412 777 888").as_deref(), Some("61412777888"));
        for other in ["ada 415", "12", "000", "", "4a15"] {
            assert_eq!(phone_digits(other), None, "{other}");
        }
    }
}
