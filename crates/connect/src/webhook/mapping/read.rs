//! Reads a mapping from what its author wrote.

use serde_json::{Map, Value};
use tieline_model::connection::Mapping;
use tieline_model::suggest::did_you_mean;
use tieline_model::workflow::Problem;

/// Reads a mapping as a file holds it.
///
/// # Errors
/// Every key that a mapping does not have, with the one that was probably meant, or else the part of a wrong type.
pub fn read_mapping(value: Value) -> Result<Mapping, Vec<Problem>> {
    let problem = |message: String| Problem { place: "mapping".to_owned(), message };
    // Serde would read a list as the parts of a mapping in their order.
    let Value::Object(given) = &value else {
        return Err(vec![problem("should be an object, like `event: shop.order_paid`".to_owned())]);
    };
    let known = keys();
    let unknown = given.keys().filter(|key| !known.contains_key(key.as_str())).map(|key| {
        let hint = did_you_mean(key, known.keys().map(String::as_str));
        problem(format!("`{key}` is not known here{hint}"))
    });
    let unknown: Vec<Problem> = unknown.collect();
    if unknown.is_empty() {
        serde_json::from_value(value).map_err(|error| vec![problem(error.to_string())])
    } else {
        Err(unknown)
    }
}

/// The keys of a mapping: those of one that has all parts.
fn keys() -> Map<String, Value> {
    let text = Some(String::new());
    let all =
        Mapping { event: text.clone(), id: text.clone(), subject: text, fields: Some(Value::Bool(true)) };
    match serde_json::to_value(all) {
        Ok(Value::Object(keys)) => keys,
        Ok(_) | Err(_) => Map::new(),
    }
}
