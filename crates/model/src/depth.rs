//! How deep JSON from outside may be nested.

use serde_json::Value;

/// How deep a body may be nested. JSON is read to 128 levels, and what is put around a body on its way into
/// the log and into a run has to stay within that: a stored value that cannot be read back blocks whoever
/// comes by.
pub const MAX_NESTING: usize = 64;

/// How deep a workflow's document may be nested. Sixteen branches in one another, with four levels each, must find
/// room, and less is put around a document than around a body.
pub const MAX_DOCUMENT_NESTING: usize = 100;

/// Whether lists and objects lie at most `levels` deep in one another.
#[must_use]
pub fn lies_within(value: &Value, levels: usize) -> bool {
    let below = |value: &Value| levels > 0 && lies_within(value, levels - 1);
    match value {
        Value::Array(items) => levels > 0 && items.iter().all(below),
        Value::Object(map) => levels > 0 && map.values().all(below),
        _ => true,
    }
}
