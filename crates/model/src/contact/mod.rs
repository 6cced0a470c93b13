//! Contacts: what is known about a person, and what a client may change.

mod additional;
mod channels;
mod form;
mod input;
mod lines;
#[cfg(test)]
mod tests;

pub use additional::{AdditionalEmail, AdditionalPhone, MOST_ADDITIONAL};
pub use form::{Write, form};
pub use input::ContactInput;
pub use lines::{Line, lines};

use crate::id::{ContactId, CustomFieldId, LocationId};
use crate::time::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

/// A contact, named field by field as HighLevel names them.
///
/// It is stored as the JSON document that [`Contact::to_document`] makes, which is also what the API answers
/// under the date versions, so that reading one costs little more than copying its bytes.
///
/// Only what the program itself works with is a member here. Every other field (`city`, `website`, …) is in
/// [`Contact::fields`] by its name, and is declared in [`form`] alone.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Contact {
    /// Its id.
    pub id: ContactId,
    /// The location that it belongs to.
    pub location_id: LocationId,
    /// Given name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// Family name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// E-mail address, as it was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Phone number in E.164.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Further e-mail addresses, which the contact is found by as well.
    #[serde(default)]
    pub additional_emails: Vec<AdditionalEmail>,
    /// Further phone numbers, which the contact is found by as well.
    #[serde(default)]
    pub additional_phones: Vec<AdditionalPhone>,
    /// `lead` or `customer`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether nothing at all may be sent to the person.
    pub dnd: bool,
    /// What may not be sent by which channel, in the keys of the date versions (`Call`, `Email`, `SMS`, …).
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub dnd_settings: Map<String, Value>,
    /// What the person has asked not to be sent.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub inbound_dnd_settings: Map<String, Value>,
    /// Tags in their stored form, in the order in which they were added.
    pub tags: Vec<String>,
    /// Values of custom fields; only those that are set.
    pub custom_fields: Vec<SetField>,
    /// When the contact was created.
    pub date_added: Timestamp,
    /// When anything about it last changed.
    pub date_updated: Timestamp,
    /// All other fields by name: those that only the form knows, and those that a newer version wrote.
    #[serde(flatten, deserialize_with = "own_fields")]
    pub fields: Map<String, Value>,
}

/// A document's further fields, without the derived ones.
fn own_fields<'de, D: Deserializer<'de>>(document: D) -> Result<Map<String, Value>, D::Error> {
    let mut fields = Map::deserialize(document)?;
    for name in DERIVED {
        fields.remove(name);
    }
    Ok(fields)
}

/// A custom field's value on a contact.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct SetField {
    /// The field.
    pub id: CustomFieldId,
    /// Its value.
    pub value: Value,
}

/// The fields of a document that are derived from others and written anew each time.
const DERIVED: [&str; 5] =
    ["firstNameLowerCase", "lastNameLowerCase", "fullNameLowerCase", "emailLowerCase", "name"];

impl Contact {
    /// A contact that has nothing but an id.
    #[must_use]
    pub fn new(id: ContactId, location_id: LocationId, now: Timestamp) -> Self {
        Self {
            id,
            location_id,
            first_name: None,
            last_name: None,
            email: None,
            phone: None,
            additional_emails: Vec::new(),
            additional_phones: Vec::new(),
            kind: "lead".to_owned(),
            dnd: false,
            dnd_settings: Map::new(),
            inbound_dnd_settings: Map::new(),
            tags: Vec::new(),
            custom_fields: Vec::new(),
            date_added: now,
            date_updated: now,
            fields: Map::new(),
        }
    }

    /// First and last name together, if there is any.
    #[must_use]
    pub fn name(&self) -> Option<String> {
        match (&self.first_name, &self.last_name) {
            (Some(first), Some(last)) => Some(format!("{first} {last}")),
            (Some(one), None) | (None, Some(one)) => Some(one.clone()),
            (None, None) => None,
        }
    }

    /// The text of a field that only the form knows.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.fields.get(name)?.as_str()
    }

    /// The JSON document that is stored and, under the date versions, answered.
    ///
    /// # Errors
    /// None that a contact read or built here can have; serde's signature allows for them.
    pub fn to_document(&self) -> Result<String, serde_json::Error> {
        // Derived fields are appended to the contact's own, so that serde needs no wrapper type.
        let mut document = serde_json::to_vec(self)?;
        document.pop();
        let name = self.name();
        let lower = |text: &Option<String>| text.as_ref().map(|text| text.to_lowercase());
        let derived =
            [lower(&self.first_name), lower(&self.last_name), lower(&name), lower(&self.email), name];
        for (field, text) in DERIVED.iter().zip(derived) {
            if let Some(text) = text {
                document.extend_from_slice(b",\"");
                document.extend_from_slice(field.as_bytes());
                document.extend_from_slice(b"\":");
                serde_json::to_writer(&mut document, &text)?;
            }
        }
        document.push(b'}');
        String::from_utf8(document).map_err(serde::ser::Error::custom)
    }
}
