//! Reading a request by its operation's form.

use crate::body;
use crate::error::ApiError;
use crate::request::ApiRequest;
use serde_json::{Map, Value};
use std::sync::Arc;
use tieline_model::Cause;
use tieline_model::form::{Door, Field, FieldError, Place};
use tieline_operations::{Call, Operation};
use url::form_urlencoded;

/// Reads the operation's input from the path, the query and the body. Unknown fields of the body are refused,
/// unless the operator chose to ignore them; unknown query parameters are ignored.
pub(crate) fn call(request: &ApiRequest, operation: &Operation) -> Result<Call, ApiError> {
    let mut body = body(request, operation)?;
    let location = Arc::clone(&request.caller.location);
    let read = operation.input.read(&location, |field| match field.place {
        Place::Path => Some(Value::from(request.param(&field.name))),
        Place::Query => find(request.uri.query().unwrap_or_default(), &field.name).map(Value::from),
        Place::Body => body.remove(field.name.as_ref()),
    });
    let mut errors: Vec<FieldError> = match request.app.settings().lenient {
        true => Vec::new(),
        false => body.keys().map(|name| FieldError::unknown(name)).collect(),
    };
    let input = match read {
        Ok(input) if errors.is_empty() => input,
        Ok(_) => return Err(ApiError::invalid(&errors)),
        Err(wrong) => {
            errors.extend(wrong);
            return Err(ApiError::invalid(&errors));
        }
    };
    let cause = Cause::key(request.caller.key_id.clone());
    Ok(Call {
        door: Door::Api,
        catalogue: request.app.catalogue().clone(),
        location,
        cause,
        input,
        subject: None,
        base_url: request.base_url(),
    })
}

/// The body's fields, if the operation has any. Checks first that a location in it is the key's own.
fn body(request: &ApiRequest, operation: &Operation) -> Result<Map<String, Value>, ApiError> {
    let in_body = |field: &Field| field.place == Place::Body;
    if !operation.input.offered(Door::Api).any(in_body) {
        return Ok(Map::new());
    }
    let object = body::object(&request.body)?;
    if let Some(Value::String(location)) = object.get("locationId") {
        request.caller.must_own(location)?;
    }
    Ok(object)
}

/// The first parameter of this name in a query; an empty one counts as left out.
pub(crate) fn find(query: &str, name: &str) -> Option<String> {
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    let (_, value) = pairs.find(|(key, _)| key == name)?;
    (!value.is_empty()).then(|| value.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_a_name_counts_and_an_empty_one_is_left_out() {
        let query = "a=1&a=2&b=&c=%C3%A9+%2B&%ff=x";
        assert_eq!(find(query, "a").as_deref(), Some("1"));
        assert_eq!(find(query, "b"), None);
        assert_eq!(find(query, "c").as_deref(), Some("é +"));
        assert_eq!(find(query, "d"), None);
    }
}
