//! Reading a query string. Parameters that no one asks for are ignored; those that are wrong are told one by
//! one, in the words of the validator that HighLevel uses.

use crate::error::ApiError;
use std::ops::RangeInclusive;
use url::form_urlencoded;

/// The parameters of a request, and the problems found in them so far.
#[derive(Debug)]
pub(crate) struct Query<'a> {
    raw: &'a str,
    problems: Vec<String>,
}

/// The first parameter of this name; an empty one counts as left out.
pub(crate) fn find(raw: &str, name: &str) -> Option<String> {
    let mut pairs = form_urlencoded::parse(raw.as_bytes());
    let (_, value) = pairs.find(|(key, _)| key == name)?;
    (!value.is_empty()).then(|| value.into_owned())
}

impl<'a> Query<'a> {
    pub(crate) const fn new(raw: &'a str) -> Self {
        Self { raw, problems: Vec::new() }
    }

    pub(crate) fn text(&self, name: &str) -> Option<String> {
        find(self.raw, name)
    }

    /// Puts a problem down where the parameter is missing.
    pub(crate) fn require(&mut self, name: &str) {
        if self.text(name).is_none() {
            self.problems.push(format!("{name} must be a string"));
        }
    }

    /// A text of at most `longest` characters.
    pub(crate) fn short_text(&mut self, name: &str, longest: usize) -> Option<String> {
        let text = self.text(name)?;
        if text.chars().count() > longest {
            self.problems.push(format!("{name} must be shorter than or equal to {longest} characters"));
        }
        Some(text)
    }

    pub(crate) fn integer(&mut self, name: &str, range: RangeInclusive<i64>) -> Option<i64> {
        let text = self.text(name)?;
        let problem = match text.trim().parse::<i64>() {
            Ok(number) if range.contains(&number) => return Some(number),
            Ok(number) if number < *range.start() => format!("must not be less than {}", range.start()),
            Ok(_) => format!("must not be greater than {}", range.end()),
            Err(_) => "must be a number conforming to the specified constraints".to_owned(),
        };
        self.problems.push(format!("{name} {problem}"));
        None
    }

    /// One of a few words.
    pub(crate) fn choice<T: Copy>(&mut self, name: &str, choices: &[(&str, T)]) -> Option<T> {
        let text = self.text(name)?;
        let chosen = choices.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        if chosen.is_none() {
            let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
            self.problems.push(format!("{name} must be one of the following values: {}", words.join(", ")));
        }
        chosen
    }

    /// Refuses where anything was wrong.
    pub(crate) fn finish(self) -> Result<(), ApiError> {
        if self.problems.is_empty() { Ok(()) } else { Err(ApiError::invalid(self.problems)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_a_name_counts_and_an_empty_one_is_left_out() {
        let query = Query::new("a=1&a=2&b=&c=%C3%A9+%2B&%ff=x");
        assert_eq!(query.text("a").as_deref(), Some("1"));
        assert_eq!(query.text("b"), None);
        assert_eq!(query.text("c").as_deref(), Some("é +"));
        assert_eq!(query.text("d"), None);
    }

    #[test]
    fn every_problem_is_told() {
        let mut query = Query::new("limit=101&page=x&startAfter=1.5&order=up&query=abcd&skip=-1&fine=7");
        query.require("locationId");
        assert_eq!(query.integer("limit", 1..=100), None);
        query.integer("page", 1..=9);
        query.integer("startAfter", 0..=9);
        query.integer("skip", 0..=9);
        query.choice("order", &[("asc", 1), ("desc", 2)]);
        query.short_text("query", 3);
        assert_eq!(query.integer("fine", 1..=7), Some(7));
        assert_eq!(
            query.problems,
            [
                "locationId must be a string",
                "limit must not be greater than 100",
                "page must be a number conforming to the specified constraints",
                "startAfter must be a number conforming to the specified constraints",
                "skip must not be less than 0",
                "order must be one of the following values: asc, desc",
                "query must be shorter than or equal to 3 characters",
            ]
        );
        assert!(query.finish().is_err());
    }
}
