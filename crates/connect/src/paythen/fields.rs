//! Reading the objects that Stripe sends, with errors that name the field.

use serde_json_borrow::{ObjectAsVec, Value};
use tieline_model::Timestamp;
use tieline_model::text::without_nul;

/// A Stripe event that should mean something to Paythen and cannot be read; the sentence names the field.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct Unmappable(pub(super) String);

/// A JSON object and its place in the body. Null and empty texts count as absent.
#[derive(Clone)]
pub(super) struct Object<'a> {
    map: &'a ObjectAsVec<'a>,
    place: String,
}

impl<'a> Object<'a> {
    pub(super) fn new(value: &'a Value<'a>, place: &str) -> Result<Self, Unmappable> {
        match value {
            Value::Object(map) => Ok(Self { map, place: place.to_owned() }),
            other => Err(Unmappable(format!("{place} should be an object, not {}", kind_of(other)))),
        }
    }

    /// Whether the object has the field, even if it is null. Stripe's versions differ by this.
    pub(super) fn has(&self, name: &str) -> bool {
        self.map.contains_key(name)
    }

    pub(super) fn value(&self, name: &str) -> Option<&'a Value<'a>> {
        self.map.get(name).filter(|value| !value.is_null())
    }

    pub(super) fn text(&self, name: &str) -> Result<Option<String>, Unmappable> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::Str(text)) => Ok(Some(without_nul(text)).filter(|text| !text.trim().is_empty())),
            Some(other) => Err(self.wrong(name, "a text", other)),
        }
    }

    /// An id, which Stripe writes as a text or, where the field is expanded, as the object itself.
    pub(super) fn id(&self, name: &str) -> Result<Option<String>, Unmappable> {
        match self.value(name) {
            Some(Value::Object(map)) => match map.get("id") {
                Some(Value::Str(id)) => Ok(Some(without_nul(id))),
                _ => Err(Unmappable(format!("{}.{name}.id is missing; it should be an id", self.place))),
            },
            Some(Value::Str(_)) | None => self.text(name),
            Some(other) => Err(self.wrong(name, "an id", other)),
        }
    }

    pub(super) fn required_text(&self, name: &str) -> Result<String, Unmappable> {
        self.text(name)?.ok_or_else(|| {
            let place = if self.place == BODY { name.to_owned() } else { format!("{}.{name}", self.place) };
            Unmappable(format!("{place} is missing; send the event as Stripe sends it"))
        })
    }

    pub(super) fn integer(&self, name: &str) -> Result<Option<i64>, Unmappable> {
        match self.value(name) {
            None => Ok(None),
            Some(value) => match value.as_i64() {
                Some(number) => Ok(Some(number)),
                None => Err(self.wrong(name, "a whole number", value)),
            },
        }
    }

    pub(super) fn time(&self, name: &str) -> Result<Option<Timestamp>, Unmappable> {
        Ok(self.integer(name)?.map(Timestamp::from_seconds))
    }

    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, Unmappable> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(other) => Err(self.wrong(name, "true or false", other)),
        }
    }

    pub(super) fn object(&self, name: &str) -> Result<Option<Self>, Unmappable> {
        self.value(name).map(|value| Object::new(value, &format!("{}.{name}", self.place))).transpose()
    }

    /// The object in a field that holds either an object or just its id.
    pub(super) fn expanded(&self, name: &str) -> Option<Self> {
        self.object(name).ok().flatten()
    }

    /// The first object of a list as Stripe wraps them: `{ "data": […] }`.
    pub(super) fn first(&self, name: &str) -> Result<Option<Self>, Unmappable> {
        let Some(list) = self.object(name)? else { return Ok(None) };
        match list.value("data") {
            None => Ok(None),
            Some(Value::Array(items)) => {
                items.first().map(|item| Object::new(item, &format!("{}.data[0]", list.place))).transpose()
            }
            Some(other) => Err(list.wrong("data", "a list", other)),
        }
    }

    /// The pairs of a metadata object. Stripe's values are texts; anything else is not metadata.
    pub(super) fn metadata(&self, into: &mut Vec<(String, String)>) -> Result<(), Unmappable> {
        let Some(metadata) = self.object("metadata")? else { return Ok(()) };
        for (key, value) in metadata.map.iter().take(MOST_METADATA) {
            let key = without_nul(key);
            if let Value::Str(text) = value
                && !into.iter().any(|(known, _)| *known == key)
            {
                into.push((key, without_nul(text)));
            }
        }
        Ok(())
    }

    fn wrong(&self, name: &str, expected: &str, found: &Value<'_>) -> Unmappable {
        let place = if self.place == BODY { name.to_owned() } else { format!("{}.{name}", self.place) };
        Unmappable(format!("{place} should be {expected}, not {}", kind_of(found)))
    }
}

/// The most pairs that are read of one metadata object. Stripe allows 50.
const MOST_METADATA: usize = 50;

/// The place of the event's own fields.
pub(super) const BODY: &str = "the body";

const fn kind_of(value: &Value<'_>) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::Str(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
