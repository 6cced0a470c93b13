//! Words that sound like names, made of syllables.

use crate::load::scatter;

const BEGINNINGS: [&str; 24] = [
    "b", "br", "c", "ch", "d", "f", "g", "gr", "h", "j", "k", "l", "m", "m", "n", "p", "r", "s", "sh", "st",
    "t", "th", "v", "w",
];
const VOWELS: [&str; 8] = ["a", "a", "e", "e", "i", "o", "u", "ia"];
const ENDINGS: [&str; 12] = ["", "", "", "", "n", "r", "l", "s", "nd", "tt", "m", "ck"];

/// A word of two or three syllables, the same for the same number.
pub(super) fn word(n: u64) -> String {
    let mut drawn = scatter(n ^ 0x0077_6f72_6473);
    let mut pick = |from: &[&'static str]| {
        let count = from.len() as u64;
        let one = from[(drawn % count) as usize];
        drawn /= count;
        one
    };
    let syllables = 2 + u64::from(pick(&["", "", "more"]).len() > 1);
    (0..syllables).flat_map(|_| [pick(&BEGINNINGS), pick(&VOWELS), pick(&ENDINGS)]).collect()
}

/// The word with a capital letter.
pub(super) fn capital(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    first.to_uppercase() + rest
}
