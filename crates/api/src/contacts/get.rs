//! `GET /contacts/{contactId}`: reads a contact.
//!
//! The most asked of all operations: under the date versions it copies the stored document.

use super::shape;
use crate::answer::{Answer, Object};
use crate::call::Call;
use crate::error::ApiError;
use crate::operation::Operation;
use tieline_model::{Refusal, Scope};
use tieline_store::contacts::Get;

pub(crate) const OPERATION: Operation =
    Operation::get("get-contact", "/contacts/{contactId}", Scope::ContactsReadonly, |call| {
        Box::pin(handle(call))
    });

async fn handle(call: Call) -> Result<Answer, ApiError> {
    let doc = call.look(Get { location_id: call.location_id(), id: call.contact_id() }).await?;
    let doc = doc.ok_or_else(|| Refusal::ContactNotFound(call.param("contactId").to_owned()))?;
    let doc = shape::contact(&doc, call.version)?;
    Ok(Answer::ok(Object::with_room_for(doc.len() + 16).raw("contact", &doc)))
}
