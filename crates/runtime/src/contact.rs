//! The run's contact, as expressions see it.

use crate::definitions::Definition;
use serde_json::{Map, Value};
use tieline_engine::CustomFields;
use tieline_expr::Data;
use tieline_model::custom_field::CustomField;
use tieline_model::{ContactId, LocationId};
use tieline_store::{Procedure, Result, Tx, contacts, custom_fields};

/// Loads a contact, with the custom fields that the workflow reads by their keys; null if it no longer exists.
pub(crate) async fn load_contact(tx: &mut Tx<'_>, definition: &Definition, id: ContactId) -> Result<Data> {
    let location_id = definition.place.location.id.clone();
    let doc = contacts::Get { location_id: location_id.clone(), id }.run(tx).await?;
    let contact: Value = doc.map_or(Ok(Value::Null), |doc| serde_json::from_str(&doc))?;
    let fields = read_fields(tx, location_id, definition.program.custom_fields(), &contact).await?;
    let values = fields.iter().filter_map(|field| value_of(&contact, field));
    let values: Map<String, Value> = values.collect();
    Ok(Data::new(contact).with_aliases().with_further(values))
}

/// The definitions of the fields that are read. A contact without values needs none of them.
async fn read_fields(
    tx: &mut Tx<'_>,
    location_id: LocationId,
    read: &CustomFields,
    contact: &Value,
) -> Result<Vec<CustomField>> {
    if contact["customFields"].as_array().is_none_or(Vec::is_empty) {
        return Ok(Vec::new());
    }
    match read {
        CustomFields::None => Ok(Vec::new()),
        CustomFields::AllBut(_) => {
            let mut fields = custom_fields::List(location_id).run(tx).await?;
            fields.retain(|field| read.include(field.bare_key()));
            Ok(fields)
        }
        CustomFields::Keys(keys) => {
            let mut fields = Vec::with_capacity(keys.len());
            for key in keys {
                let find = custom_fields::Find { location_id: location_id.clone(), key: key.clone() };
                fields.extend(find.run(tx).await?);
            }
            Ok(fields)
        }
    }
}

/// The contact's value of a field, under the name by which expressions read it.
fn value_of(contact: &Value, field: &CustomField) -> Option<(String, Value)> {
    let entries = contact["customFields"].as_array()?;
    let entry = entries.iter().find(|entry| entry["id"] == field.id.as_str())?;
    Some((field.bare_key().to_owned(), field.readable(entry["value"].clone())))
}
