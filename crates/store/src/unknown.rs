//! Keeping what a newer version stored in a document.

use crate::error::Result;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The text of a changed document, with the fields of the stored one that `T` does not know. During a rolling
/// upgrade a node of the previous version changes documents that the new version has written, and must not drop
/// their new fields.
///
/// # Errors
/// [`Error::Json`](crate::Error::Json) if the stored document is not a `T`.
pub(crate) fn rewrite<T: Serialize + DeserializeOwned>(stored: &str, changed: &T) -> Result<String> {
    let stored: Value = serde_json::from_str(stored)?;
    let known = serde_json::to_value(T::deserialize(&stored)?)?;
    let mut changed = serde_json::to_value(changed)?;
    keep_unknown(&mut changed, &stored, &known);
    Ok(changed.to_string())
}

/// Copies fields from `stored`, unless they were known: then `changed` decides.
fn keep_unknown(changed: &mut Value, stored: &Value, known: &Value) {
    let (Value::Object(changed), Value::Object(stored)) = (changed, stored) else { return };
    for (name, value) in stored {
        match (changed.get_mut(name), known.get(name)) {
            (None, None) => {
                changed.insert(name.clone(), value.clone());
            }
            (Some(changed), Some(known)) => keep_unknown(changed, value, known),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use tieline_model::connection::{Mapping, Settings, WebhookAuth, WebhookSettings};

    fn settings(auth: WebhookAuth, event: Option<&str>) -> Settings {
        let mapping = Mapping { event: event.map(str::to_owned), ..Mapping::default() };
        Settings::Webhook(WebhookSettings { auth, mapping })
    }

    #[test]
    fn unknown_fields_stay_and_known_ones_follow_the_change() {
        let stored = json!({
            "type": "webhook",
            "auth": {"kind": "hmac", "header": "X-Signature", "encoding": "hex", "prefix": ""},
            "mapping": {"event": "shop.paid"},
            "retention": {"days": 3},
        });
        let changed = settings(WebhookAuth::Bearer, None);
        let rewritten: Value =
            serde_json::from_str(&rewrite(&stored.to_string(), &changed).unwrap()).unwrap();
        let expected = json!({
            "type": "webhook", "auth": {"kind": "bearer"}, "mapping": {}, "retention": {"days": 3},
        });
        assert_eq!(rewritten, expected);
    }
}
