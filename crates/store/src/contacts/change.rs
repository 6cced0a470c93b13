//! What all writes of a contact share: applying the input, and refusing duplicates.

use super::record::{Identity, find};
use crate::custom_fields;
use crate::error::Result;
use crate::log;
use crate::store::Procedure;
use crate::tx::Tx;
use serde_json::{Map, Value, json};
use tieline_model::contact::{Contact, ContactInput, SetField};
use tieline_model::custom_field::CustomFieldValue;
use tieline_model::event::kinds;
use tieline_model::{Cause, Location, NewEvent, Refusal, text};

/// Applies the input to a contact. Returns warnings: what was left out.
pub(super) async fn apply(
    tx: &mut Tx<'_>,
    contact: &mut Contact,
    input: &ContactInput,
) -> Result<Vec<String>> {
    input.first_name.apply(&mut contact.first_name);
    input.last_name.apply(&mut contact.last_name);
    set_addresses(contact, input);
    input.fields.apply_to(&mut contact.fields);
    if let Some(dnd) = input.dnd.as_set() {
        contact.dnd = *dnd;
    }
    // Channels that are not mentioned stay as they are.
    if let Some(settings) = input.dnd_settings.as_set() {
        contact.dnd_settings.extend(settings.clone());
    }
    if let Some(settings) = input.inbound_dnd_settings.as_set() {
        contact.inbound_dnd_settings.extend(settings.clone());
    }
    if input.tags.is_mentioned() {
        contact.tags = input.tags.as_set().cloned().unwrap_or_default();
    }
    set_custom_fields(tx, contact, &input.custom_fields).await
}

fn set_addresses(contact: &mut Contact, input: &ContactInput) {
    let before = (contact.email.clone(), contact.phone.clone());
    input.email.apply(&mut contact.email);
    input.phone.apply(&mut contact.phone);
    if input.keeps_replaced {
        before.0.filter(|_| contact.email.is_some()).into_iter().for_each(|email| contact.keep_email(email));
        before.1.filter(|_| contact.phone.is_some()).into_iter().for_each(|phone| contact.keep_phone(phone));
    }
    contact.drop_repeated_addresses();
}

async fn set_custom_fields(
    tx: &mut Tx<'_>,
    contact: &mut Contact,
    values: &[CustomFieldValue],
) -> Result<Vec<String>> {
    if values.is_empty() {
        return Ok(Vec::new());
    }
    let fields = custom_fields::List(contact.location_id.clone()).run(tx).await?;
    let mut warnings = Vec::new();
    for value in values {
        let name = value.id.as_deref().or(value.key.as_deref()).unwrap_or_default();
        let Some(field) = fields.iter().find(|field| value.is_for(field)) else {
            warnings.push(format!("customFields: there is no field {name}; its value was left out"));
            continue;
        };
        let Some(given) = &value.value else {
            warnings.push(format!("customFields: there is no value for {name}; it was left as it is"));
            continue;
        };
        let accepted = match field.accept(given) {
            Ok(accepted) => accepted,
            Err(reason) => {
                warnings.push(format!("customFields: the value for {name} {reason}; it was left out"));
                continue;
            }
        };
        if !accepted.left_out.is_empty() {
            warnings.push(format!(
                "customFields: the value for {name} names options that the field does not have; they were \
                 left out: {}",
                accepted.left_out.join(", ")
            ));
        }
        let Some(accepted) = accepted.value else {
            contact.custom_fields.retain(|set| set.id != field.id);
            continue;
        };
        match contact.custom_fields.iter_mut().find(|set| set.id == field.id) {
            Some(set) => set.value = accepted,
            None => contact.custom_fields.push(SetField { id: field.id.clone(), value: accepted }),
        }
    }
    Ok(warnings)
}

/// Refuses if another contact has one of the addresses that the input sets, unless the location allows it.
/// An address that the contact has already is not checked: it may be a duplicate from a time when the location
/// allowed them, and its contact can be changed like any other.
pub(super) async fn refuse_duplicates(
    tx: &mut Tx<'_>,
    location: &Location,
    input: &ContactInput,
    own: Option<&Contact>,
) -> Result<()> {
    if location.allow_duplicate_contact {
        return Ok(());
    }
    let email = input.email.as_set().map(|email| text::email_key(email));
    let own_email = own.and_then(|own| own.email.as_deref()).map(text::email_key);
    let own_phone = own.and_then(|own| own.phone.as_ref());
    let keys = [
        (Identity::Email, email.as_deref().filter(|_| email != own_email)),
        (Identity::Phone, input.phone.as_set().filter(|phone| Some(*phone) != own_phone).map(String::as_str)),
    ];
    for (by, key) in keys {
        let Some(key) = key else { continue };
        let Some((id, doc)) = find(tx, &location.id, by, key).await? else { continue };
        if own.is_none_or(|own| own.id != id) {
            let name = serde_json::from_str::<Contact>(&doc)?.name();
            let contact_name = name.unwrap_or_default();
            return Err(Refusal::Duplicate { contact_id: id, contact_name, field: by.field() }.into());
        }
    }
    Ok(())
}

/// Appends the event of a change: each changed field with its value before and after.
pub(super) async fn append_changed(
    tx: &mut Tx<'_>,
    cause: &Cause,
    before: &Contact,
    after: &Contact,
) -> Result<()> {
    let (Value::Object(old), Value::Object(new)) =
        (serde_json::to_value(before)?, serde_json::to_value(after)?)
    else {
        return Ok(());
    };
    let mut changes = Map::new();
    for name in old.keys().chain(new.keys().filter(|name| !old.contains_key(*name))) {
        if name != "dateUpdated" && old.get(name) != new.get(name) {
            changes.insert(name.clone(), json!({ "from": old.get(name), "to": new.get(name) }));
        }
    }
    let event = NewEvent {
        kind: kinds::CONTACT_UPDATED.to_owned(),
        contact_id: Some(after.id.clone()),
        subject: None,
        occurred_at: tx.now(),
        payload: log::payload(&json!({ "changes": changes }))?,
    };
    log::append(tx, &after.location_id, cause, &event).await.map(|_| ())
}
