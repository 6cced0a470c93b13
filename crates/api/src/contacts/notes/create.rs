//! `POST /contacts/{contactId}/notes`: writes a note. 201. `body` has to be there; `userId` is not checked, because
//! clients put other ids there too.

use crate::answer::{Answer, Object};
use crate::call::Call;
use crate::error::ApiError;
use crate::operation::Operation;
use tieline_model::Scope;
use tieline_model::note::NoteInput;
use tieline_store::notes::Create;

pub(crate) const OPERATION: Operation =
    Operation::post("create-note", "/contacts/{contactId}/notes", Scope::ContactsWrite, |call| {
        Box::pin(handle(call))
    });

async fn handle(call: Call) -> Result<Answer, ApiError> {
    let input = call.read(NoteInput::create)?;
    let (location_id, contact_id) = (call.location_id(), call.contact_id());
    let note = call.write(Create { location_id, contact_id, input, cause: call.cause() }).await?;
    Ok(Answer::created(Object::new().field("note", &note)?))
}
