//! Orders, and places in them.

use super::filter::Field;
use super::token::{self, Kind};
use crate::error::Result;
use serde_json::Value;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashMap;
use tieline_model::{ContactId, id};

/// Which end of an order comes first.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Order {
    /// The smallest, or oldest, first.
    Ascending,
    /// The largest, or newest, first.
    #[default]
    Descending,
}

impl Order {
    pub(super) fn of(self, ordering: Ordering) -> Ordering {
        match self {
            Self::Ascending => ordering,
            Self::Descending => ordering.reverse(),
        }
    }
}

/// A place in an order: the values by which its contact is sorted, and its id. Contacts behind it form the
/// next page, whatever has changed in the pages before.
#[derive(Clone, PartialEq, Debug)]
pub struct Place {
    /// One for each field of the sort: milliseconds since 1970, a text, a flag, or null for no value.
    pub values: Vec<Value>,
    /// The contact's id, or a text that sorts as one.
    pub id: String,
}

/// One step of a sort.
#[derive(Clone, Debug)]
pub(super) struct Level {
    pub(super) field: Field,
    pub(super) kind: Kind,
    pub(super) order: Order,
}

/// A sort, ready to be followed: by values, and among equals by id.
#[derive(Clone, Debug)]
pub(super) struct Sort {
    pub(super) levels: Vec<Level>,
    pub(super) by_id: Order,
}

/// The bytes by which a value sorts; nothing sorts last, whichever end comes first.
pub(super) type Key = Option<Vec<u8>>;

/// A [`Place`], ready to be compared.
#[derive(Clone, Debug)]
pub(super) struct Mark {
    pub(super) keys: Vec<Key>,
    pub(super) id: String,
}

const DATE_ADDED: &str = "dateAdded";

impl Level {
    fn of(field: &Field, order: Order) -> Self {
        let kind = if field.path().starts_with("date") { Kind::Number } else { Kind::Text };
        Self { field: field.clone(), kind, order }
    }

    pub(super) fn prefix(&self) -> Vec<u8> {
        token::prefix(self.field.path(), self.kind)
    }

    fn key(&self, value: &Value) -> Key {
        match value {
            Value::Null => None,
            Value::String(text) if text.is_empty() => None,
            Value::String(text) if self.kind == Kind::Number => {
                token::date(text).map(|time| token::number(time).to_vec())
            }
            Value::String(text) => Some(token::folded(text).into_bytes()),
            Value::Number(number) if self.kind == Kind::Number => {
                Some(token::number(number.as_f64().unwrap_or_default()).to_vec())
            }
            other => Some(other.to_string().into_bytes()),
        }
    }

    /// Compares two keys; no value comes last.
    pub(super) fn compare(&self, a: &Key, b: &Key) -> Ordering {
        match (a, b) {
            (Some(a), Some(b)) => self.order.of(a.cmp(b)),
            (a, b) => b.is_some().cmp(&a.is_some()),
        }
    }
}

impl Sort {
    /// Reads the fields to sort by. When a contact was added is the order of ids, so nothing comes behind it.
    pub(super) fn of(fields: &[(Field, Order)]) -> Self {
        let levels = fields.iter().take_while(|(field, _)| field.path() != DATE_ADDED);
        let levels: Vec<Level> = levels.map(|(field, order)| Level::of(field, *order)).collect();
        let last = fields.get(levels.len()).or(fields.last());
        Self { levels, by_id: last.map_or_else(Order::default, |(_, order)| *order) }
    }

    pub(super) fn mark(&self, place: &Place) -> Mark {
        let keys = self.levels.iter().zip(&place.values).map(|(level, value)| level.key(value));
        Mark { keys: keys.collect(), id: place.id.clone() }
    }

    /// The keys of a stored document.
    pub(super) fn keys(&self, doc: &str) -> Result<Vec<Key>> {
        let values = values(doc, self.levels.iter().map(|level| &level.field))?;
        Ok(self.levels.iter().zip(&values).map(|(level, value)| level.key(value)).collect())
    }

    /// Compares two contacts from a level of the sort on.
    pub(super) fn compare(&self, from: usize, a: (&[Key], &str), b: (&[Key], &str)) -> Ordering {
        let levels = self.levels.iter().enumerate().skip(from);
        let by_keys = levels.map(|(n, level)| level.compare(&a.0[n], &b.0[n])).find(|order| order.is_ne());
        by_keys.unwrap_or_else(|| self.by_id.of(a.1.cmp(b.1)))
    }
}

/// The place of a contact.
pub(super) fn place(fields: &[(Field, Order)], id: &ContactId, doc: &str) -> Result<Place> {
    if fields.is_empty() {
        return Ok(Place { values: Vec::new(), id: id.to_string() });
    }
    let mut values = values(doc, fields.iter().map(|(field, _)| field))?;
    for ((field, _), value) in fields.iter().zip(&mut values) {
        // Sorted by as numbers, so told as numbers: clients store them and come back with them.
        if field.path() == DATE_ADDED {
            *value = id::minted_at(id.as_str()).map_or(Value::Null, |at| at.millis().into());
        } else if field.path().starts_with("date")
            && let Some(at) = value.as_str().and_then(token::date)
        {
            *value = millis(at);
        }
    }
    Ok(Place { values, id: id.to_string() })
}

fn values<'f>(doc: &str, fields: impl Iterator<Item = &'f Field>) -> Result<Vec<Value>> {
    let known: HashMap<Cow<'_, str>, &RawValue> = serde_json::from_str(doc)?;
    let value = |field: &Field| {
        known.get(field.path()).map_or(Ok(Value::Null), |raw| serde_json::from_str(raw.get()))
    };
    Ok(fields.map(value).collect::<Result<_, _>>()?)
}

/// A time as it stands in a place.
#[expect(clippy::cast_possible_truncation, reason = "a time is a whole number of milliseconds below 2^53")]
fn millis(at: f64) -> Value {
    (at as i64).into()
}
