//! Stored documents that consist of a form's fields and a few of their own: notes and tasks.

use serde_json::{Map, Value, json};
use tieline_model::form::{Door, Form};

/// A document's own fields, in addition to those of its form: texts, each by name with a sample.
pub(crate) type OwnFields = [(&'static str, &'static str)];

/// The JSON Schema of such a document.
pub(crate) fn schema(form: &Form, own: &OwnFields, required: &[&str]) -> Value {
    let mut properties = Map::new();
    for (name, _) in own {
        properties.insert((*name).to_owned(), json!({ "type": "string" }));
    }
    for field in form.offered(Door::Api) {
        properties.insert(field.name.to_string(), field.schema());
    }
    json!({ "type": "object", "properties": properties, "required": required })
}

/// Such a document.
pub(crate) fn sample(form: &Form, own: &OwnFields) -> Value {
    let mut sample = form.sample(Door::Api, |_| true);
    sample.extend(own.iter().map(|(name, sample)| ((*name).to_owned(), json!(sample))));
    Value::Object(sample)
}
