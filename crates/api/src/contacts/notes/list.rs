//! `GET /contacts/{contactId}/notes`: lists a contact's notes, newest first.

use crate::answer::{Answer, Object};
use crate::call::Call;
use crate::error::ApiError;
use crate::operation::Operation;
use tieline_model::Scope;
use tieline_store::notes::List;

pub(crate) const OPERATION: Operation =
    Operation::get("get-all-notes", "/contacts/{contactId}/notes", Scope::ContactsReadonly, |call| {
        Box::pin(handle(call))
    });

async fn handle(call: Call) -> Result<Answer, ApiError> {
    let (location_id, contact_id) = (call.location_id(), call.contact_id());
    let notes = call.look(List::new(location_id, contact_id)).await?;
    Ok(Answer::ok(Object::new().field("notes", &notes)?))
}
