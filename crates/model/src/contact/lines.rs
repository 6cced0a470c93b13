//! The text that `query` of a list searches.

use super::Contact;
use crate::fold::fold;

impl Contact {
    /// The text that `query` of a list searches, folded (see [`fold`]): a line for each value, which begins
    /// with the letter of its [`Line`].
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
            text.push(char::from(line as u8));
            text.push_str(&fold(value));
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
