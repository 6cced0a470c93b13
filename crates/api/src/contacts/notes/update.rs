//! `PUT /contacts/{contactId}/notes/{id}`: changes a note. What the body leaves out stays.

use crate::answer::{Answer, Object};
use crate::call::Call;
use crate::error::ApiError;
use crate::operation::Operation;
use tieline_model::note::NoteInput;
use tieline_model::{NoteId, Scope};
use tieline_store::notes::Update;

pub(crate) const OPERATION: Operation =
    Operation::put("update-note", "/contacts/{contactId}/notes/{id}", Scope::ContactsWrite, |call| {
        Box::pin(handle(call))
    });

async fn handle(call: Call) -> Result<Answer, ApiError> {
    let input = call.read(NoteInput::update)?;
    let (location_id, contact_id) = (call.location_id(), call.contact_id());
    let id = NoteId::from(call.param("id"));
    let note = call.write(Update { location_id, contact_id, id, input, cause: call.cause() }).await?;
    Ok(Answer::ok(Object::new().field("note", &note)?))
}
