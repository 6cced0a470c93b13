//! `GET /contacts/{contactId}/tasks`: lists a contact's tasks, newest first.

use crate::answer::{Answer, Object};
use crate::call::Call;
use crate::error::ApiError;
use crate::operation::Operation;
use tieline_model::Scope;
use tieline_store::tasks::List;

pub(crate) const OPERATION: Operation =
    Operation::get("get-all-tasks", "/contacts/{contactId}/tasks", Scope::ContactsReadonly, |call| {
        Box::pin(handle(call))
    });

async fn handle(call: Call) -> Result<Answer, ApiError> {
    let (location_id, contact_id) = (call.location_id(), call.contact_id());
    let tasks = call.look(List::new(location_id, contact_id)).await?;
    Ok(Answer::ok(Object::new().field("tasks", &tasks)?))
}
