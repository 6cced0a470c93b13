//! A request that may be carried out: who asks for what, with what.

use crate::app::App;
use crate::auth::Caller;
use crate::error::ApiError;
use crate::query::Query;
use crate::version::Version;
use axum::body::Bytes;
use axum::extract::RawPathParams;
use http::{HeaderValue, Uri};
use serde_json::{Map, Value};
use std::sync::Arc;
use tieline_model::depth::{MAX_NESTING, lies_within};
use tieline_model::fields::Fields;
use tieline_model::{Cause, ContactId, Location, LocationId};
use tieline_store::{Procedure, Store};

/// A request whose version, key, scope and location are in order.
pub(crate) struct Call {
    pub(crate) app: App,
    pub(crate) caller: Arc<Caller>,
    pub(crate) version: Version,
    pub(crate) params: RawPathParams,
    pub(crate) uri: Uri,
    pub(crate) host: Option<HeaderValue>,
    pub(crate) body: Bytes,
}

impl Call {
    pub(crate) fn store(&self) -> &Store {
        self.app.store()
    }

    /// Runs an operation that changes something.
    pub(crate) async fn write<P: Procedure>(&self, procedure: P) -> Result<P::Output, ApiError> {
        Ok(self.store().write(procedure).await?)
    }

    /// Runs an operation that only reads.
    pub(crate) async fn look<P: Procedure>(&self, procedure: P) -> Result<P::Output, ApiError> {
        Ok(self.store().read(procedure).await?)
    }

    pub(crate) fn location(&self) -> &Location {
        &self.caller.location
    }

    pub(crate) fn location_id(&self) -> LocationId {
        self.caller.location.id.clone()
    }

    pub(crate) fn cause(&self) -> Cause {
        Cause::key(self.caller.key_id.clone())
    }

    /// A parameter of the path, by its name in the operation's path.
    pub(crate) fn param(&self, name: &str) -> &str {
        param(&self.params, name)
    }

    pub(crate) fn contact_id(&self) -> ContactId {
        self.param("contactId").into()
    }

    pub(crate) fn query(&self) -> Query<'_> {
        Query::new(self.uri.query().unwrap_or_default())
    }

    /// The address that the client reached the server by, without a slash at its end.
    pub(crate) fn base_url(&self) -> String {
        if let Some(url) = &self.app.settings().public_url {
            return url.trim_end_matches('/').to_owned();
        }
        let host = self.host.as_ref().and_then(|host| host.to_str().ok());
        host.map(|host| format!("http://{host}")).unwrap_or_default()
    }

    /// Reads the body's fields. Fields that `read` does not ask for are refused, unless the operator has said
    /// that they are to be ignored.
    pub(crate) fn read<T>(&self, read: impl FnOnce(&mut Fields) -> T) -> Result<T, ApiError> {
        let object = object(&self.body)?;
        if let Some(Value::String(location)) = object.get("locationId") {
            self.caller.must_own(location)?;
        }
        let mut fields = Fields::new(object);
        let value = read(&mut fields);
        if self.app.settings().lenient {
            fields.ignore_rest();
        }
        fields.finish().map_err(ApiError::invalid)?;
        Ok(value)
    }
}

pub(crate) fn param<'p>(params: &'p RawPathParams, name: &str) -> &'p str {
    params.iter().find(|(key, _)| *key == name).map(|(_, value)| value).unwrap_or_default()
}

/// Takes the `locationId` of a body that has to name its location. That it is the key's was checked before.
pub(crate) fn require_location(fields: &mut Fields) {
    match fields.take("locationId") {
        Some(Value::String(location)) if !location.is_empty() => {}
        _ => fields.problem("locationId must be a string"),
    }
}

/// The object that a body holds; an empty body counts as an empty one.
fn object(body: &[u8]) -> Result<Map<String, Value>, ApiError> {
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
        assert_eq!(object(b" {\"a\": \"\\\\u0000\"} ").unwrap().len(), 1);
        for wrong in
            ["[]", "1", "null", "{", "{\"a\":\"\\u0000\"}", "{\"a\":[{\"\\u0000\":1}]}", "\u{feff}{}", " "]
        {
            assert_eq!(object(wrong.as_bytes()).unwrap_err().status(), 400, "{wrong}");
        }
        assert!(object(b"{\"a\":\"\xff\"}").is_err());
    }
}
