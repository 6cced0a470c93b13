//! Definitions of custom fields: one file per operation.

mod create;
mod list;

use crate::operation::Operation;
use crate::shape::Entity;
use serde_json::{Value, json};
use tieline_model::LocationId;
use tieline_model::custom_field::{CustomField, DataType};
use tieline_model::form::kinds::LocationRef;
use tieline_model::form::{Door, Field};
use tieline_store::Result;

pub(crate) fn all() -> Vec<Operation> {
    vec![list::operation(), create::operation()]
}

/// The location in the path.
fn location_id() -> Field {
    Field::new("locationId", LocationRef, "the location").in_path().only_for(Door::Api)
}

/// A definition.
pub(crate) static CUSTOM_FIELD: Entity = Entity {
    name: "CustomField",
    schema: |_| schema(),
    show: |document, _| Ok(document.into()),
    sample: || shown(&example(), &"0T6pTkb1cD5eFgHiJkLm".into()).unwrap_or_default(),
};

/// A definition as it goes over the wire. What is constant is of use to fields for files, or to HighLevel's
/// own pages.
fn shown(field: &CustomField, location_id: &LocationId) -> Result<Value> {
    let mut shown = serde_json::to_value(field)?;
    shown["picklistOptions"] = json!(field.picklist_options);
    shown["picklistImageOptions"] = json!([]);
    shown["isAllowedCustomOption"] = json!(false);
    shown["isMultiFileAllowed"] = json!(false);
    shown["locationId"] = json!(location_id);
    shown["model"] = json!("contact");
    Ok(shown)
}

fn schema() -> Value {
    let text = json!({ "type": "string" });
    let texts = json!({ "type": "array", "items": text });
    json!({
        "type": "object",
        "properties": {
            "id": text, "name": text, "fieldKey": text, "placeholder": text,
            "dataType": { "type": "string", "enum": DataType::NAMES },
            "position": { "type": "integer" },
            "picklistOptions": texts, "picklistImageOptions": texts,
            "isAllowedCustomOption": { "type": "boolean" }, "isMultiFileAllowed": { "type": "boolean" },
            "locationId": text, "model": text,
        },
        "required": ["id", "name", "fieldKey", "dataType"],
    })
}

fn example() -> CustomField {
    CustomField {
        id: "0T6pTkb2nOpQrStUvWxY".into(),
        name: "Plan".to_owned(),
        field_key: "contact.plan".to_owned(),
        data_type: DataType::Text,
        placeholder: None,
        position: 0,
        picklist_options: Vec::new(),
    }
}
