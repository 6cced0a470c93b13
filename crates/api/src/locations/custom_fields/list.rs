//! `GET /locations/{locationId}/customFields`: lists the definitions of custom fields, oldest first.
//!
//! `model` narrows them down: there are fields of contacts only, so `opportunity` finds none.

use super::Shape;
use crate::answer::{Answer, Object};
use crate::call::Call;
use crate::error::ApiError;
use crate::operation::Operation;
use tieline_model::Scope;
use tieline_store::custom_fields::List;

pub(crate) const OPERATION: Operation = Operation::get(
    "get-custom-fields",
    "/locations/{locationId}/customFields",
    Scope::CustomFieldsReadonly,
    |call| Box::pin(handle(call)),
);

async fn handle(call: Call) -> Result<Answer, ApiError> {
    let mut query = call.query();
    let of_contacts = query.choice("model", &[("contact", true), ("opportunity", false), ("all", true)]);
    query.finish()?;
    let fields = match of_contacts {
        Some(false) => Vec::new(),
        _ => call.look(List(call.location_id())).await?,
    };
    let location_id = &call.location().id;
    let fields: Vec<_> = fields.iter().map(|field| Shape::of(field, location_id)).collect();
    Ok(Answer::ok(Object::new().field("customFields", &fields)?))
}
