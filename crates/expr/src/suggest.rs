//! "Did you mean": the known word that is nearest to an unknown one.

/// The candidate that a typing mistake would turn into `word`: at most a third of the word differs. None
/// where nothing is near.
#[must_use]
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = word.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (distance(&lower, &candidate.to_lowercase()), candidate))
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

/// How many characters have to be inserted, left out or replaced to turn `a` into `b`.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (n, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = n + 1;
        for (m, to) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(from != *to);
            diagonal = row[m + 1];
            row[m + 1] = replaced.min(diagonal + 1).min(row[m] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_recognised_and_another_word_is_not() {
        let known = ["trigger", "contact", "steps"];
        assert_eq!(nearest("tigger", known), Some("trigger"));
        assert_eq!(nearest("Contcat", known), Some("contact"));
        assert_eq!(nearest("banana", known), None);
        assert_eq!(did_you_mean("banana", known), "; known are trigger, contact, steps");
    }
}
