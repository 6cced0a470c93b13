//! `POST /locations/{locationId}/customFields`: defines a custom field of contacts. 201.
//!
//! `name` and `dataType` have to be there, and `options` for the types that have them. The key follows from
//! the name; a second field with the same key is refused.

use super::Shape;
use crate::answer::{Answer, Object};
use crate::call::Call;
use crate::error::ApiError;
use crate::operation::Operation;
use tieline_model::Scope;
use tieline_model::custom_field::CustomFieldInput;
use tieline_model::fields::Fields;
use tieline_store::custom_fields::Create;

pub(crate) const OPERATION: Operation = Operation::post(
    "create-custom-field",
    "/locations/{locationId}/customFields",
    Scope::CustomFieldsWrite,
    |call| Box::pin(handle(call)),
);

async fn handle(call: Call) -> Result<Answer, ApiError> {
    let input = call.read(read)?;
    let field = call.write(Create { location_id: call.location_id(), input }).await?;
    Ok(Answer::created(Object::new().field("customField", &Shape::of(&field, &call.location().id))?))
}

fn read(fields: &mut Fields) -> CustomFieldInput {
    if fields.take("model").is_some_and(|model| model != "contact") {
        fields.problem("model must be one of the following values: contact");
    }
    CustomFieldInput::create(fields)
}
