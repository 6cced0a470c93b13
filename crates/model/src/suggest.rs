//! "Did you mean": the known word that is nearest to an unknown one.

use strsim::osa_distance;

/// More bytes than a name has that people mistype. Comparing two long texts takes long.
const LONGEST: usize = 100;

/// The candidate that a typing mistake would turn into `word`: at most a third of it differs. None where
/// nothing is near, and for a word of more than 100 bytes.
#[must_use]
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.len() > LONGEST {
        return None;
    }
    let lower = word.to_lowercase();
    candidates
        .into_iter()
        .filter(|candidate| candidate.len() <= LONGEST)
        .map(|candidate| (osa_distance(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= candidate.len().max(3) / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The end of a sentence about an unknown `word`: ``; did you mean `x`?`` where one candidate is near, the
/// candidates themselves where there are few, nothing else.
#[must_use]
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str> + Clone) -> String {
    if let Some(near) = nearest(word, candidates.clone()) {
        return format!("; did you mean `{near}`?");
    }
    let known: Vec<&str> = candidates.into_iter().take(21).collect();
    if known.is_empty() || known.len() > 20 {
        return String::new();
    }
    format!("; known are {}", known.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typing_mistake_is_recognised_and_another_word_is_not() {
        let known = ["trigger", "contact", "steps"];
        assert_eq!(nearest("tigger", known), Some("trigger"));
        assert_eq!(nearest("Contcat", known), Some("contact"));
        assert_eq!(nearest("banana", known), None);
        let long = "trigger".repeat(20);
        assert_eq!(nearest(&long, [long.as_str()]), None);
        assert_eq!(did_you_mean("banana", known), "; known are trigger, contact, steps");
    }
}
