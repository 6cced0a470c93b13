//! Contacts as they go over the wire. A stored document is what the date versions answer, so those copy it;
//! other fields that clients expect are added at its end.

use crate::shape::Entity;
use crate::version::{Version, camel_case};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::fmt::Write as _;
use tieline_model::Timestamp;
use tieline_model::contact::{Write, form};
use tieline_model::form::Door;
use tieline_store::Result;

/// A contact.
pub(crate) static CONTACT: Entity = Entity {
    name: "Contact",
    schema: |version| version.renamed(schema(&[])),
    show: contact,
    sample: || sample(&[]),
};

/// A contact that was just created. The date versions answer more of it than of one that is read.
pub(crate) static CREATED: Entity =
    Entity { name: "CreatedContact", schema: created_schema, show: created, sample: || sample(&[]) };

/// A contact in a list, with the keys that readers of lists use.
pub(crate) static LISTED: Entity = Entity {
    name: "ListedContact",
    schema: |version| version.renamed(schema(&LISTED_EXTRAS)),
    show: listed,
    sample: || sample(&LISTED_EXTRAS),
};

/// The fields of each contact that clients do not write: name, type and sample.
fn own_fields() -> Vec<(&'static str, Value, Value)> {
    let text = || json!({ "type": "string" });
    let time = || json!({ "type": "string", "format": "date-time" });
    let now = || json!("2026-11-25T09:00:00.000Z");
    let others = |name: &str| {
        let entry = json!({ "type": "object", "properties": { name: { "type": "string" } } });
        json!({ "type": "array", "items": entry })
    };
    vec![
        ("id", text(), json!("0T6pTkb9aZ81qLmXw3Rd")),
        ("locationId", text(), json!("0T6pTkb1cD5eFgHiJkLm")),
        ("type", text(), json!("lead")),
        ("additionalEmails", others("email"), json!([{ "email": "countess@example.com" }])),
        ("additionalPhones", others("phone"), json!([])),
        ("dateAdded", time(), now()),
        ("dateUpdated", time(), now()),
        ("firstNameLowerCase", text(), json!("ada")),
        ("lastNameLowerCase", text(), json!("lovelace")),
        ("fullNameLowerCase", text(), json!("ada lovelace")),
        ("emailLowerCase", text(), json!("ada@example.com")),
    ]
}

/// The extras of a listed contact, each with its sample as JSON.
const LISTED_EXTRAS: [(&str, &str); 3] =
    [("contactName", "\"Ada Lovelace\""), ("followers", "[]"), ("attributions", "[]")];

/// The extras of a created contact that are always the same.
const CREATED_EXTRAS: [(&str, &str); 5] = [
    ("deleted", "false"),
    ("bounceEmail", "false"),
    ("unsubscribeEmail", "false"),
    ("offers", "[]"),
    ("products", "[]"),
];

fn extra_schemas(extras: &[(&str, &str)]) -> Vec<(String, Value)> {
    let kind = |sample: &str| match sample.as_bytes().first() {
        Some(b'[') => json!({ "type": "array", "items": { "type": "string" } }),
        Some(b'"') => json!({ "type": "string" }),
        _ => json!({ "type": "boolean" }),
    };
    extras.iter().map(|(name, sample)| ((*name).to_owned(), kind(sample))).collect()
}

fn schema(extras: &[(&str, &str)]) -> Value {
    let mut properties = Map::new();
    for (name, schema, _) in own_fields() {
        properties.insert(name.to_owned(), schema);
    }
    for field in form(Write::Create).offered(Door::Api) {
        properties.insert(field.name.to_string(), field.schema());
    }
    // Values are answered under another name than they are sent.
    properties.insert(
        "customFields".to_owned(),
        json!({ "type": "array", "items": { "type": "object", "properties": { "id": { "type": "string" }, "value": {} } } }),
    );
    properties.extend(extra_schemas(extras));
    if let Some(attributions) = properties.get_mut("attributions") {
        attributions["items"] = json!({ "type": "object" });
    }
    json!({ "type": "object", "properties": properties, "required": ["id", "locationId", "dateAdded"] })
}

fn created_schema(version: Version) -> Value {
    if version == Version::V3 {
        return version.renamed(schema(&[]));
    }
    let mut schema = schema(&CREATED_EXTRAS);
    schema["properties"]["lastSessionActivityAt"] = json!({ "type": "string", "format": "date-time" });
    schema["properties"]["birthMonth"] = json!({ "type": "integer" });
    schema["properties"]["birthDay"] = json!({ "type": "integer" });
    schema
}

fn sample(extras: &[(&str, &str)]) -> Value {
    let mut sample = form(Write::Create).sample(Door::Api, |_| true);
    sample.extend(own_fields().into_iter().map(|(name, _, sample)| (name.to_owned(), sample)));
    sample.insert("customFields".to_owned(), json!([{ "id": "0T6pTkb2nOpQrStUvWxY", "value": "Gold" }]));
    let extras = extras
        .iter()
        .map(|(name, json)| ((*name).to_owned(), serde_json::from_str(json).unwrap_or_default()));
    sample.extend(extras);
    Value::Object(sample)
}

fn contact(document: &str, version: Version) -> Result<Cow<'_, str>> {
    // A quote inside a text is escaped, so no text contains the key with its quotes.
    if version == Version::V2 || !document.contains("\"dndSettings\":") {
        return Ok(Cow::Borrowed(document));
    }
    let mut contact: Map<String, Value> = serde_json::from_str(document)?;
    if let Some(Value::Object(settings)) = contact.get_mut("dndSettings") {
        let channels = std::mem::take(settings).into_iter();
        *settings = channels.map(|(channel, setting)| (camel_case(&channel), setting)).collect();
    }
    Ok(Cow::Owned(Value::Object(contact).to_string()))
}

fn created(document: &str, version: Version) -> Result<Cow<'_, str>> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Dates<'d> {
        date_added: Timestamp,
        #[serde(borrow)]
        date_of_birth: Option<Cow<'d, str>>,
    }
    if version == Version::V3 {
        return contact(document, version);
    }
    let dates: Dates<'_> = serde_json::from_str(document)?;
    let mut extras = joined(&CREATED_EXTRAS);
    let _ = write!(extras, r#","lastSessionActivityAt":"{}""#, dates.date_added);
    if let Some((month, day)) = dates.date_of_birth.as_deref().and_then(month_and_day) {
        let _ = write!(extras, r#","birthMonth":{month},"birthDay":{day}"#);
    }
    Ok(Cow::Owned(with_extras(document, &extras)))
}

fn month_and_day(date: &str) -> Option<(u8, u8)> {
    let mut parts = date.split('-').skip(1);
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

fn listed(document: &str, version: Version) -> Result<Cow<'_, str>> {
    #[derive(Deserialize)]
    struct Named<'d> {
        #[serde(borrow)]
        name: Option<&'d RawValue>,
    }
    let named: Named<'_> = serde_json::from_str(document)?;
    let name = named.name.map_or("\"\"", RawValue::get);
    let extras = format!(r#""contactName":{name},{}"#, joined(&LISTED_EXTRAS[1..]));
    Ok(Cow::Owned(with_extras(&contact(document, version)?, &extras)))
}

/// Names and JSON as members of an object, without its braces.
fn joined(extras: &[(&str, &str)]) -> String {
    let members: Vec<String> = extras.iter().map(|(name, json)| format!("\"{name}\":{json}")).collect();
    members.join(",")
}

/// The object with further fields at its end. Neither is empty.
fn with_extras(document: &str, extras: &str) -> String {
    let open = document.strip_suffix('}').unwrap_or(document);
    [open, ",", extras, "}"].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tieline_model::contact::Contact;

    const DOCUMENT: &str = r#"{"id":"a","name":"Ada \"L\"","dndSettings":{"SMS":{"status":"active"},"WhatsApp":{"status":"inactive"}},"tags":[]}"#;

    #[test]
    fn the_date_versions_copy_the_document() {
        assert!(matches!(contact(DOCUMENT, Version::V2), Ok(Cow::Borrowed(DOCUMENT))));
        let plain = r#"{"id":"a","city":"\"dndSettings\":"}"#;
        assert!(matches!(contact(plain, Version::V3), Ok(Cow::Borrowed(_))));
    }

    #[test]
    fn v3_names_channels_in_camel_case() {
        let document: Value = serde_json::from_str(&contact(DOCUMENT, Version::V3).unwrap()).unwrap();
        assert_eq!(
            document["dndSettings"],
            json!({"sms": {"status": "active"}, "whatsApp": {"status": "inactive"}})
        );
    }

    #[test]
    fn a_list_item_has_the_name_twice() {
        let item: Value = serde_json::from_str(&listed(DOCUMENT, Version::V2).unwrap()).unwrap();
        assert_eq!((&item["contactName"], &item["name"]), (&json!("Ada \"L\""), &json!("Ada \"L\"")));
        let item: Value = serde_json::from_str(&listed(r#"{"id":"a"}"#, Version::V2).unwrap()).unwrap();
        assert_eq!(item["contactName"], "");
    }

    #[test]
    fn a_sample_is_a_contact() {
        for entity in [&CONTACT, &CREATED, &LISTED] {
            let contact: Contact = serde_json::from_value((entity.sample)()).unwrap();
            assert_eq!(contact.name().as_deref(), Some("Ada Lovelace"), "{entity:?}");
        }
    }
}
