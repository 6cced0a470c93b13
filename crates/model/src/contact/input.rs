//! What a client says about a contact.

use super::form::{Write, form};
use crate::custom_field::CustomFieldValue;
use crate::form::{FieldError, Input, Patch};
use crate::location::Location;
use serde_json::{Map, Value};
use std::collections::HashSet;
use std::sync::LazyLock;

/// What a client says about a contact; what it leaves out stays as it is.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ContactInput {
    /// See [`Contact::first_name`](super::Contact::first_name).
    pub first_name: Patch<String>,
    /// See [`Contact::last_name`](super::Contact::last_name).
    pub last_name: Patch<String>,
    /// See [`Contact::email`](super::Contact::email).
    pub email: Patch<String>,
    /// See [`Contact::phone`](super::Contact::phone).
    pub phone: Patch<String>,
    /// See [`Contact::dnd`](super::Contact::dnd).
    pub dnd: Patch<bool>,
    /// Channels to set; those that are not mentioned stay.
    pub dnd_settings: Patch<Map<String, Value>>,
    /// See [`Contact::inbound_dnd_settings`](super::Contact::inbound_dnd_settings).
    pub inbound_dnd_settings: Patch<Map<String, Value>>,
    /// The whole new set of tags, in their stored form.
    pub tags: Patch<Vec<String>>,
    /// Values to set; fields that are not mentioned stay.
    pub custom_fields: Vec<CustomFieldValue>,
    /// Whether an e-mail address or a phone number that is replaced stays with the contact as an additional
    /// one. Set it where the contact was matched by something else.
    pub keeps_replaced: bool,
    /// All other fields that were mentioned; see [`Contact::fields`](super::Contact::fields).
    pub fields: Input,
}

/// The fields that are members of [`ContactInput`], or go into one.
const MEMBERS: [&str; 10] = [
    "firstName",
    "lastName",
    "name",
    "email",
    "phone",
    "dnd",
    "dndSettings",
    "inboundDndSettings",
    "tags",
    "customFields",
];

/// All other fields of the form.
static OTHERS: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let names = form(Write::Create).fields().iter().map(|field| field.name.to_string()).collect::<Vec<_>>();
    names.into_iter().filter(|name| !MEMBERS.contains(&name.as_str())).collect()
});

impl ContactInput {
    /// Takes a contact's fields out of an operation's input.
    #[must_use]
    pub fn of(input: &Input) -> Self {
        let (first_name, last_name) = names(input);
        let entries = input.get("customFields").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let mut fields = Input::default();
        for (name, patch) in input.iter().filter(|(name, _)| OTHERS.contains(*name)) {
            fields.put(name.to_owned(), patch.clone());
        }
        Self {
            first_name,
            last_name,
            email: input.text_patch("email"),
            phone: input.text_patch("phone"),
            dnd: input.patch("dnd").clone().and_then(|flag| flag.as_bool()),
            dnd_settings: input.object_patch("dndSettings"),
            inbound_dnd_settings: input.object_patch("inboundDndSettings"),
            tags: input.texts_patch("tags"),
            custom_fields: entries.iter().filter_map(|entry| CustomFieldValue::read(entry).ok()).collect(),
            keeps_replaced: false,
            fields,
        }
    }

    /// Reads a body that holds a contact's fields alone.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn read(
        mut body: Map<String, Value>,
        write: Write,
        location: &Location,
    ) -> Result<Self, Vec<FieldError>> {
        let read = form(write).read(location, |field| body.remove(field.name.as_ref()));
        let mut errors: Vec<FieldError> = body.keys().map(|name| FieldError::unknown(name)).collect();
        match read {
            Ok(input) if errors.is_empty() => Ok(Self::of(&input)),
            Ok(_) => Err(errors),
            Err(found) => {
                errors.extend(found);
                Err(errors)
            }
        }
    }

    /// Whether there is anything to know a new contact by: e-mail, phone, first or last name.
    #[must_use]
    pub const fn identifies(&self) -> bool {
        self.email.as_set().is_some()
            || self.phone.as_set().is_some()
            || self.first_name.as_set().is_some()
            || self.last_name.as_set().is_some()
    }
}

/// `firstName` and `lastName` win over `name` where they hold something; else `name` is split at its first
/// blank, and what it does not hold is cleared, so that nobody's name is made of two people's.
fn names(input: &Input) -> (Patch<String>, Patch<String>) {
    let (first, last) = (input.text_patch("firstName"), input.text_patch("lastName"));
    match input.text_patch("name") {
        Patch::Set(name) if first.as_set().or(last.as_set()).is_none() => {
            match name.trim().split_once(char::is_whitespace) {
                Some((first, last)) => (Patch::Set(first.to_owned()), Patch::Set(last.trim().to_owned())),
                None => (Patch::Set(name.trim().to_owned()), Patch::Clear),
            }
        }
        Patch::Clear if !first.is_mentioned() && !last.is_mentioned() => (Patch::Clear, Patch::Clear),
        _ => (first, last),
    }
}
