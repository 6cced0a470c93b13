//! `DELETE /contacts/{contactId}/notes/{id}`: deletes a note.

use crate::answer::{Answer, Object};
use crate::call::Call;
use crate::error::ApiError;
use crate::operation::Operation;
use tieline_model::{NoteId, Scope};
use tieline_store::notes::Delete;

pub(crate) const OPERATION: Operation =
    Operation::delete("delete-note", "/contacts/{contactId}/notes/{id}", Scope::ContactsWrite, |call| {
        Box::pin(handle(call))
    });

async fn handle(call: Call) -> Result<Answer, ApiError> {
    let (location_id, contact_id) = (call.location_id(), call.contact_id());
    let id = NoteId::from(call.param("id"));
    call.write(Delete { location_id, contact_id, id, cause: call.cause() }).await?;
    Ok(Answer::ok(Object::acknowledged()))
}
