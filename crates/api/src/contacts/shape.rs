//! Contacts as they go over the wire. A stored document is what the date versions answer, so those copy it;
//! whatever else a client expects is put in at its end.

use crate::error::ApiError;
use crate::version::Version;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::fmt::Write;
use tieline_model::contact::Contact;
use tieline_store::Error;

/// A contact's document as this version answers it.
pub(super) fn contact(doc: &str, version: Version) -> Result<Cow<'_, str>, ApiError> {
    // A quote inside a text is escaped, so the key cannot be mistaken for a text that holds the same words.
    if version == Version::V2 || !doc.contains("\"dndSettings\":") {
        return Ok(Cow::Borrowed(doc));
    }
    let mut contact: Map<String, Value> = serde_json::from_str(doc).map_err(Error::Json)?;
    if let Some(Value::Object(settings)) = contact.get_mut("dndSettings") {
        let channels = std::mem::take(settings).into_iter();
        *settings = channels.map(|(channel, setting)| (camel_case(&channel), setting)).collect();
    }
    Ok(Cow::Owned(Value::Object(contact).to_string()))
}

/// `sms` for `SMS`: how `v3` names the channels.
fn camel_case(channel: &str) -> String {
    match channel {
        "WhatsApp" => "whatsApp".to_owned(),
        "Call" | "Email" | "SMS" | "GMB" | "FB" | "RCS" => channel.to_ascii_lowercase(),
        other => other.to_owned(),
    }
}

/// A contact that was just created. The date versions answer more of it than of one that is read.
pub(super) fn created<'d>(
    doc: &'d str,
    contact: &Contact,
    version: Version,
) -> Result<Cow<'d, str>, ApiError> {
    if version == Version::V3 {
        return self::contact(doc, version);
    }
    let mut extras = String::from(
        r#""deleted":false,"bounceEmail":false,"unsubscribeEmail":false,"offers":[],"products":[]"#,
    );
    let _ = write!(extras, r#","lastSessionActivityAt":"{}""#, contact.date_added);
    if let Some((month, day)) = contact.date_of_birth.as_deref().and_then(month_and_day) {
        let _ = write!(extras, r#","birthMonth":{month},"birthDay":{day}"#);
    }
    Ok(Cow::Owned(with_extras(doc, &extras)))
}

fn month_and_day(date: &str) -> Option<(u8, u8)> {
    let mut parts = date.split('-').skip(1);
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

/// A contact in a list, with the keys that readers of lists look for.
pub(super) fn list_item(doc: &str, version: Version) -> Result<String, ApiError> {
    #[derive(Deserialize)]
    struct Named<'d> {
        #[serde(borrow)]
        name: Option<&'d RawValue>,
    }
    let named: Named<'_> = serde_json::from_str(doc).map_err(Error::Json)?;
    let name = named.name.map_or("\"\"", RawValue::get);
    let extras = format!(r#""contactName":{name},"followers":[],"additionalEmails":[],"attributions":[]"#);
    Ok(with_extras(&contact(doc, version)?, &extras))
}

/// The object with further fields at its end. Neither is empty.
fn with_extras(doc: &str, extras: &str) -> String {
    let open = doc.strip_suffix('}').unwrap_or(doc);
    [open, ",", extras, "}"].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const DOC: &str = r#"{"id":"a","name":"Ada \"L\"","dndSettings":{"SMS":{"status":"active"},"WhatsApp":{"status":"inactive"}},"tags":[]}"#;

    #[test]
    fn the_date_versions_copy_the_document() {
        assert!(matches!(contact(DOC, Version::V2), Ok(Cow::Borrowed(DOC))));
        let plain = r#"{"id":"a","city":"\"dndSettings\":"}"#;
        assert!(matches!(contact(plain, Version::V3), Ok(Cow::Borrowed(_))));
    }

    #[test]
    fn v3_names_channels_in_camel_case() {
        let doc: Value = serde_json::from_str(&contact(DOC, Version::V3).unwrap()).unwrap();
        assert_eq!(
            doc["dndSettings"],
            json!({"sms": {"status": "active"}, "whatsApp": {"status": "inactive"}})
        );
    }

    #[test]
    fn a_list_item_has_the_name_twice() {
        let item: Value = serde_json::from_str(&list_item(DOC, Version::V2).unwrap()).unwrap();
        assert_eq!((&item["contactName"], &item["name"]), (&json!("Ada \"L\""), &json!("Ada \"L\"")));
        let item: Value = serde_json::from_str(&list_item(r#"{"id":"a"}"#, Version::V2).unwrap()).unwrap();
        assert_eq!(item["contactName"], "");
    }
}
