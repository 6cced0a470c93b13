//! `POST /locations/{locationId}/customFields`: defines a custom field of contacts. 201.
//!
//! `name` and `dataType` are required, and `options` for the types that have them. The key follows from the
//! name; a second field with the same key is refused.

use super::{CUSTOM_FIELD, location_id, shown};
use crate::answer::Answer;
use crate::call::Call;
use crate::operation::Operation;
use crate::shape::Shape;
use http::Method;
use tieline_model::custom_field::{CustomFieldInput, form};
use tieline_model::form::Form;
use tieline_model::{Refusal, Scope};
use tieline_store::{Procedure, Result, Tx, custom_fields};

pub(super) fn operation() -> Operation {
    Operation::writes(
        "locations.create-custom-field",
        "Create custom field",
        Scope::CustomFieldsWrite,
        |tx, call| Box::pin(create(tx, call)),
    )
    .described("Create custom field {name}", "Defines a further field for all contacts of the location.")
    .at(Method::POST, "/locations/{locationId}/customFields")
    .created()
    .takes(Form::new([location_id()]).and(form().fields().to_vec()))
    .gives([("customField", Shape::Entity(&CUSTOM_FIELD))])
}

async fn create(tx: &mut Tx<'_>, call: &Call) -> Result<Answer> {
    let input = CustomFieldInput::of(&call.input).map_err(Refusal::Invalid)?;
    let field = custom_fields::Create { location_id: call.location_id(), input }.run(tx).await?;
    let answer = Answer::new().did(format!("custom field {} created", field.field_key));
    answer.value("customField", shown(&field, &call.location.id)?)
}
