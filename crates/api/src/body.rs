//! The JSON object that a body holds.

use crate::error::ApiError;
use serde_json::{Map, Value};
use tieline_model::depth::{MAX_NESTING, lies_within};
use tieline_model::text;

/// The object that a body holds; an empty body counts as an empty one.
pub(crate) fn object(body: &[u8]) -> Result<Map<String, Value>, ApiError> {
    let body = text::without_bom(body);
    if body.is_empty() {
        return Ok(Map::new());
    }
    let value = serde_json::from_slice(body)
        .map_err(|error| ApiError::unreadable(format!("the body is not valid JSON: {error}")))?;
    if !lies_within(&value, MAX_NESTING) {
        let message = format!("the body is nested more than {MAX_NESTING} deep; send a flatter one");
        return Err(ApiError::unreadable(message));
    }
    let Value::Object(object) = value else {
        return Err(ApiError::unreadable("the body must be a JSON object, like {\"name\": \"value\"}"));
    };
    if body.windows(6).any(|window| window == b"\\u0000")
        && object.iter().any(|(key, value)| key.contains('\0') || has_nul(value))
    {
        return Err(ApiError::unreadable(
            "the body holds the character U+0000, which no text may have; leave it out",
        ));
    }
    Ok(object)
}

/// PostgreSQL stores no such character, and no person has ever typed one.
fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(has_nul),
        Value::Object(map) => map.iter().any(|(key, value)| key.contains('\0') || has_nul(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_an_object() {
        assert_eq!(object(b"").unwrap().len(), 0);
        assert_eq!(object("\u{feff}{\"a\": 1}".as_bytes()).unwrap().len(), 1);
        assert_eq!(object(b" {\"a\": \"\\\\u0000\"} ").unwrap().len(), 1);
        for wrong in ["[]", "1", "null", "{", "{\"a\":\"\\u0000\"}", "{\"a\":[{\"\\u0000\":1}]}", " "] {
            assert_eq!(object(wrong.as_bytes()).unwrap_err().status(), 400, "{wrong}");
        }
        assert!(object(b"{\"a\":\"\xff\"}").is_err());
    }
}
