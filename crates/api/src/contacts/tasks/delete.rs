//! `DELETE /contacts/{contactId}/tasks/{taskId}`: deletes a task.

use crate::answer::{Answer, Object};
use crate::call::Call;
use crate::error::ApiError;
use crate::operation::Operation;
use tieline_model::{Scope, TaskId};
use tieline_store::tasks::Delete;

pub(crate) const OPERATION: Operation =
    Operation::delete("delete-task", "/contacts/{contactId}/tasks/{taskId}", Scope::ContactsWrite, |call| {
        Box::pin(handle(call))
    });

async fn handle(call: Call) -> Result<Answer, ApiError> {
    let (location_id, contact_id) = (call.location_id(), call.contact_id());
    let id = TaskId::from(call.param("taskId"));
    call.write(Delete { location_id, contact_id, id, cause: call.cause() }).await?;
    Ok(Answer::ok(Object::acknowledged()))
}
