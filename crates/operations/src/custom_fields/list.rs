//! `GET /locations/{locationId}/customFields`: lists the definitions of custom fields, oldest first.
//!
//! `model` narrows them down: only contacts have fields, so `opportunity` finds none.

use super::{CUSTOM_FIELD, location_id, shown};
use crate::answer::Answer;
use crate::call::Call;
use crate::operation::Operation;
use crate::shape::Shape;
use http::Method;
use serde_json::Value;
use tieline_model::Scope;
use tieline_model::form::kinds::OneOf;
use tieline_model::form::{Field, Form};
use tieline_store::{Procedure, Result, Tx, custom_fields};

pub(super) fn operation() -> Operation {
    let model = Field::new("model", OneOf(&["contact", "opportunity", "all"]), "what the fields belong to")
        .in_query();
    Operation::reads(
        "locations.get-custom-fields",
        "List custom fields",
        Scope::CustomFieldsReadonly,
        |tx, call| Box::pin(list(tx, call)),
    )
    .described("List custom fields", "Reads the definitions of the location's custom fields.")
    .at(Method::GET, "/locations/{locationId}/customFields")
    .takes(Form::new([location_id(), model]))
    .gives([("customFields", Shape::list(Shape::Entity(&CUSTOM_FIELD)))])
    .scans()
}

async fn list(tx: &mut Tx<'_>, call: &Call) -> Result<Answer> {
    let fields = match call.input.text("model") {
        Some("opportunity") => Vec::new(),
        _ => custom_fields::List(call.location_id()).run(tx).await?,
    };
    let fields: Result<Vec<Value>> = fields.iter().map(|field| shown(field, &call.location.id)).collect();
    let fields = fields?;
    Answer::new().did(format!("{} custom fields read", fields.len())).value("customFields", fields)
}
