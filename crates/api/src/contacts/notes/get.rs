//! `GET /contacts/{contactId}/notes/{id}`: reads a note.

use crate::answer::{Answer, Object};
use crate::call::Call;
use crate::error::ApiError;
use crate::operation::Operation;
use tieline_model::{NoteId, Scope};
use tieline_store::notes::Get;

pub(crate) const OPERATION: Operation =
    Operation::get("get-note", "/contacts/{contactId}/notes/{id}", Scope::ContactsReadonly, |call| {
        Box::pin(handle(call))
    });

async fn handle(call: Call) -> Result<Answer, ApiError> {
    let (location_id, contact_id) = (call.location_id(), call.contact_id());
    let id = NoteId::from(call.param("id"));
    let note = call.look(Get { location_id, contact_id, id }).await?;
    Ok(Answer::ok(Object::new().field("note", &note)?))
}
