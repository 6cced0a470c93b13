//! The name of a location, a key or a connection.

/// How many characters a name may have.
const LONGEST: usize = 255;

/// Reads a name from a flag.
pub(super) fn name(text: &str) -> Result<String, String> {
    if text.trim().is_empty() {
        return Err("it is blank; use a name that people recognise".to_owned());
    }
    match text.chars().count() {
        ..=LONGEST => Ok(text.to_owned()),
        length => Err(format!("it has {length} characters; a name has {LONGEST} at most")),
    }
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn a_name_says_something_and_is_not_a_book() {
        let longest = "ü".repeat(255);
        assert_eq!(name(&longest), Ok(longest.clone()));
        assert!(name(&(longest + "x")).unwrap_err().contains("256 characters"));
        for blank in ["", " ", "\t\n"] {
            assert!(name(blank).unwrap_err().contains("blank"), "{blank:?}");
        }
    }
}
