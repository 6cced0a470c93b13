//! Definitions of custom fields: one file per operation.

pub(crate) mod create;
pub(crate) mod list;

use serde::Serialize;
use tieline_model::custom_field::{CustomField, DataType};
use tieline_model::{CustomFieldId, LocationId};

/// A definition as it goes over the wire. What stands there as a constant is of use to fields for files, or
/// to HighLevel's own pages.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shape<'a> {
    id: &'a CustomFieldId,
    name: &'a str,
    field_key: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    placeholder: Option<&'a str>,
    data_type: DataType,
    position: u64,
    picklist_options: &'a [String],
    picklist_image_options: [&'a str; 0],
    is_allowed_custom_option: bool,
    is_multi_file_allowed: bool,
    location_id: &'a LocationId,
    model: &'static str,
}

impl<'a> Shape<'a> {
    fn of(field: &'a CustomField, location_id: &'a LocationId) -> Self {
        Self {
            id: &field.id,
            name: field.name.as_str(),
            field_key: field.field_key.as_str(),
            placeholder: field.placeholder.as_deref(),
            data_type: field.data_type,
            position: field.position,
            picklist_options: field.picklist_options.as_slice(),
            picklist_image_options: [],
            is_allowed_custom_option: false,
            is_multi_file_allowed: false,
            location_id,
            model: "contact",
        }
    }
}
