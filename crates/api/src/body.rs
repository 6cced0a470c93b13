//! Reading a body as a JSON object.

use crate::error::ApiError;
use serde_json::{Map, Value};
use tieline_model::depth::{MAX_NESTING, lies_within};
use tieline_model::{json, text};

/// Reads a body as an object. An empty body is an empty object.
pub(crate) fn object(body: &[u8]) -> Result<Map<String, Value>, ApiError> {
    let body = text::without_bom(body);
    if body.is_empty() {
        return Ok(Map::new());
    }
    let value = serde_json::from_slice(body).map_err(|error| not_json(body, &error))?;
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
            "the body contains the character U+0000, which no text may have; remove it",
        ));
    }
    Ok(object)
}

/// Says why a body cannot be read. Half a character is refused rather than replaced, because the client is there
/// to correct it.
fn not_json(body: &[u8], error: &serde_json::Error) -> ApiError {
    let readable = json::from_slice::<Value>(body).is_ok();
    ApiError::unreadable(match json::lone_surrogate(body).filter(|_| readable) {
        Some(place) => format!(
            "the body contains half a character (a lone surrogate), {place}; send the whole character or leave it out"
        ),
        None => format!("the body is not valid JSON: {error}"),
    })
}

/// PostgreSQL cannot store this character, and people do not type it.
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

    /// Case W7.
    #[test]
    fn half_a_character_is_refused_with_its_place() {
        let refused = format!("{:?}", object(br#"{"name": "Omar \ud83c"}"#).unwrap_err());
        assert!(refused.contains("half a character") && refused.contains("line 1 column 16"), "{refused}");
        let cut = format!("{:?}", object(br#"{"name": "Omar \ud83c"#).unwrap_err());
        assert!(cut.contains("not valid JSON"), "{cut}");
        assert_eq!(object(br#"{"name": "\ud83c\udf89"}"#).unwrap()["name"], "\u{1f389}");
    }
}
