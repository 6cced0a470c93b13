//! `PUT /contacts/{contactId}`: changes a contact. What the body leaves out stays; `tags` replaces the whole
//! set, `customFields` changes those that it names.

use super::shape;
use crate::answer::{Answer, Object};
use crate::call::Call;
use crate::error::ApiError;
use crate::operation::Operation;
use tieline_model::Scope;
use tieline_model::contact::{ContactInput, Write};
use tieline_store::contacts::Update;

pub(crate) const OPERATION: Operation =
    Operation::put("update-contact", "/contacts/{contactId}", Scope::ContactsWrite, |call| {
        Box::pin(handle(call))
    });

async fn handle(call: Call) -> Result<Answer, ApiError> {
    let input = call.read(|fields| ContactInput::read(fields, Write::Update, call.location()))?;
    let (location, id) = (call.location().clone(), call.contact_id());
    let written = call.write(Update { location, id, input, cause: call.cause() }).await?;
    let body = Object::acknowledged().raw("contact", &shape::contact(&written.doc, call.version)?);
    Ok(Answer::ok(body.warnings(&written.warnings)?))
}
