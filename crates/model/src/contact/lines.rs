//! The text that `query` of a list searches.

use super::Contact;
use crate::fold::fold_start;

/// The most bytes of a value that are searched: more than anybody's name or address has.
const LONGEST_VALUE: usize = 5_000;

/// The bytes after which no further value is searched. Every three letters are indexed, so this bounds what a
/// write costs; only contacts with hundreds of tags come near it.
const LONGEST_TEXT: usize = 100_000;

impl Contact {
    /// The text that `query` of a list searches, folded (see [`fold`](crate::fold::fold)): a line for each
    /// value, which begins with the letter of its [`Line`]. Of a very long value it holds the beginning, and
    /// of very many values the first, tags being last.
    #[must_use]
    pub fn search_text(&self) -> String {
        let mut text = String::new();
        let name = self.name();
        let fields = [
            (Line::Name, name.as_deref()),
            (Line::Email, self.email.as_deref()),
            (Line::Phone, self.phone.as_deref()),
            (Line::Company, self.text("companyName")),
        ];
        let fields = fields.into_iter().filter_map(|(line, value)| Some((line, value?)));
        let emails = self.additional_emails.iter().map(|other| (Line::Email, other.email.as_str()));
        let phones = self.additional_phones.iter().map(|other| (Line::Phone, other.phone.as_str()));
        let tags = self.tags.iter().map(|tag| (Line::Tag, tag.as_str()));
        for (line, value) in fields.chain(emails).chain(phones).chain(tags) {
            if text.len() > LONGEST_TEXT {
                break;
            }
            text.push(char::from(line as u8));
            text.push_str(&fold_start(value, LONGEST_VALUE));
            text.push('\n');
        }
        text
    }
}

/// What a line of [`Contact::search_text`] holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Line {
    /// The full name.
    Name = b'N',
    /// An e-mail address.
    Email = b'E',
    /// A phone number in E.164.
    Phone = b'P',
    /// The company.
    Company = b'C',
    /// A tag.
    Tag = b'T',
}

impl Line {
    const ALL: [Self; 5] = [Self::Name, Self::Email, Self::Phone, Self::Company, Self::Tag];
}

/// The lines of a [`Contact::search_text`], each with what it holds.
pub fn lines(search_text: &str) -> impl Iterator<Item = (Line, &str)> {
    search_text.lines().filter_map(|text| {
        let line = Line::ALL.into_iter().find(|line| text.as_bytes().first() == Some(&(*line as u8)))?;
        Some((line, &text[1..]))
    })
}
