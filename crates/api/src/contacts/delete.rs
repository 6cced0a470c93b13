//! `DELETE /contacts/{contactId}`: deletes a contact, with its notes and tasks.

use crate::answer::{Answer, Object};
use crate::call::Call;
use crate::error::ApiError;
use crate::operation::Operation;
use tieline_model::Scope;
use tieline_store::contacts::Delete;

pub(crate) const OPERATION: Operation =
    Operation::delete("delete-contact", "/contacts/{contactId}", Scope::ContactsWrite, |call| {
        Box::pin(handle(call))
    });

async fn handle(call: Call) -> Result<Answer, ApiError> {
    let (location_id, id) = (call.location_id(), call.contact_id());
    call.write(Delete { location_id, id, cause: call.cause() }).await?;
    Ok(Answer::ok(Object::acknowledged()))
}
