//! What can be asked of contacts: filters that combine with and, or and not.

use super::entry::Entry;
use super::token::{self, Kind};
use tieline_model::contact::Line;
use tieline_model::fold::{fold, phone_digits};
use tieline_model::{CustomFieldId, Timestamp};

/// A field of a contact, by its path in the stored document: `city`, `dndSettings.Email.status`,
/// `customFields.{id}`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Field(String);

/// Names that `POST /contacts/search` uses for fields that documents call otherwise. Texts are compared
/// folded, so the lower-case forms are the fields themselves.
const OTHER_NAMES: [(&str, &str); 7] = [
    ("address", "address1"),
    ("businessName", "companyName"),
    ("contactName", "name"),
    ("emailLowerCase", "email"),
    ("firstNameLowerCase", "firstName"),
    ("fullNameLowerCase", "name"),
    ("lastNameLowerCase", "lastName"),
];

impl Field {
    /// The field of this name, in the words of documents or of `POST /contacts/search`. Any name is taken: a
    /// field that no contact has is one that none has a value in.
    #[must_use]
    pub fn named(name: &str) -> Self {
        let other = OTHER_NAMES.iter().find(|(other, _)| *other == name);
        Self(other.map_or(name, |(_, path)| path).to_owned())
    }

    /// A custom field.
    #[must_use]
    pub fn custom(id: &CustomFieldId) -> Self {
        Self(format!("customFields.{id}"))
    }

    pub(super) fn path(&self) -> &str {
        &self.0
    }

    /// The line of the searched text that holds this field's values, if it is one of those.
    pub(super) fn line(&self) -> Option<Line> {
        match self.path() {
            "name" => Some(Line::Name),
            "email" => Some(Line::Email),
            "phone" => Some(Line::Phone),
            _ => None,
        }
    }
}

/// A value that a field is compared with.
#[derive(Clone, PartialEq, Debug)]
pub enum Operand {
    /// A text; compared folded, see [`tieline_model::fold::fold`].
    Text(String),
    /// A number.
    Number(f64),
    /// Yes or no.
    Flag(bool),
    /// A point in time, or midnight UTC of a day.
    Time(Timestamp),
}

impl Operand {
    pub(super) fn token(&self, field: &Field) -> Vec<u8> {
        match self {
            Self::Text(text) => token::of(field.path(), Kind::Text, token::folded(text).as_bytes()),
            Self::Flag(flag) => token::of(field.path(), Kind::Text, flag.to_string().as_bytes()),
            Self::Number(_) | Self::Time(_) => token::of(field.path(), Kind::Number, &self.number()),
        }
    }

    /// The bytes by which it sorts among numbers and times. A text counts as the date that it names.
    fn number(&self) -> [u8; 8] {
        token::number(match self {
            Self::Number(number) => *number,
            Self::Time(at) => token::time(*at),
            Self::Flag(flag) => f64::from(u8::from(*flag)),
            Self::Text(text) => {
                token::date(text).or_else(|| text.trim().parse().ok()).unwrap_or(f64::INFINITY)
            }
        })
    }
}

/// A bound of a range.
#[derive(Clone, PartialEq, Debug)]
pub enum Bound {
    /// `gt`, `lt`: the value itself does not count.
    Without(Operand),
    /// `gte`, `lte`: the value itself counts.
    With(Operand),
}

/// Which contacts are meant.
///
/// A field may hold several values (`tags`, options): a comparison holds if one of them fits. `not_eq`,
/// `not_contains` and `not_exists` are [`Filter::Not`], so they also hold for contacts without the field. A
/// list of values for `eq` is an [`Filter::Or`].
#[derive(Clone, PartialEq, Debug)]
pub enum Filter {
    /// All of these hold; an empty list holds for every contact.
    And(Vec<Filter>),
    /// One of these holds; an empty list holds for none.
    Or(Vec<Filter>),
    /// This does not hold.
    Not(Box<Filter>),
    /// The field has this value.
    Equals(Field, Operand),
    /// A text of the field contains this one. Digits that are written like a phone number also match the
    /// digits of the field `phone`.
    Contains(Field, String),
    /// The field has a value.
    Exists(Field),
    /// A number or time of the field lies between the bounds; a bound that is left out does not limit.
    Range(Field, Option<Bound>, Option<Bound>),
    /// The name, an address, a phone number, the company or a tag contains this text.
    Query(String),
}

/// The tokens between two bounds: from the first, up to but without the last.
pub(super) fn stretch(field: &Field, from: Option<&Bound>, to: Option<&Bound>) -> (Vec<u8>, Vec<u8>) {
    let prefix = token::prefix(field.path(), Kind::Number);
    let at = |value: &Operand, behind: bool| {
        let mut token = [prefix.as_slice(), &value.number()].concat();
        token.extend(behind.then_some(0));
        token
    };
    let first = from.map_or_else(
        || prefix.clone(),
        |bound| match bound {
            Bound::With(value) => at(value, false),
            Bound::Without(value) => at(value, true),
        },
    );
    let last = to.map_or_else(
        || token::prefix(field.path(), Kind::Text),
        |bound| match bound {
            Bound::With(value) => at(value, true),
            Bound::Without(value) => at(value, false),
        },
    );
    (first, last)
}

/// A text to look for: as it is folded, and as digits if it is written like a phone number.
pub(super) struct Needle {
    pub(super) text: String,
    pub(super) digits: Option<String>,
}

impl Needle {
    pub(super) fn of(text: &str) -> Self {
        Self { text: fold(text), digits: phone_digits(text) }
    }
}

impl Filter {
    /// Whether a contact is meant. This is how contacts that are not in a segment yet are tested.
    pub(super) fn holds(&self, entry: &Entry) -> bool {
        match self {
            Self::And(all) => all.iter().all(|one| one.holds(entry)),
            Self::Or(any) => any.iter().any(|one| one.holds(entry)),
            Self::Not(other) => !other.holds(entry),
            Self::Equals(field, value) => entry.has(&value.token(field)),
            Self::Exists(field) => entry.has(&token::of(field.path(), Kind::Exists, b"")),
            Self::Contains(field, text) => contains(entry, field, &Needle::of(text)),
            Self::Query(text) => {
                let Needle { text, digits } = Needle::of(text);
                text.is_empty()
                    || entry.text_contains(&text, None)
                    || digits.is_some_and(|digits| entry.phone_contains(&digits))
            }
            Self::Range(field, from, to) => {
                let prefix = token::prefix(field.path(), Kind::Number);
                let (first, last) = stretch(field, from.as_ref(), to.as_ref());
                entry.values(&prefix).any(|value| {
                    let token = [prefix.as_slice(), value].concat();
                    first <= token && token < last
                })
            }
        }
    }
}

fn contains(entry: &Entry, field: &Field, needle: &Needle) -> bool {
    let by_digits = field.line() == Some(Line::Phone)
        && needle.digits.as_ref().is_some_and(|digits| entry.phone_contains(digits));
    by_digits
        || entry
            .values(&token::prefix(field.path(), Kind::Text))
            .any(|value| std::str::from_utf8(value).is_ok_and(|value| value.contains(&needle.text)))
}
