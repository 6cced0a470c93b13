//! `GET /contacts/{contactId}/tasks/{taskId}`: reads a task.

use crate::answer::{Answer, Object};
use crate::call::Call;
use crate::error::ApiError;
use crate::operation::Operation;
use tieline_model::{Scope, TaskId};
use tieline_store::tasks::Get;

pub(crate) const OPERATION: Operation =
    Operation::get("get-task", "/contacts/{contactId}/tasks/{taskId}", Scope::ContactsReadonly, |call| {
        Box::pin(handle(call))
    });

async fn handle(call: Call) -> Result<Answer, ApiError> {
    let (location_id, contact_id) = (call.location_id(), call.contact_id());
    let id = TaskId::from(call.param("taskId"));
    let task = call.look(Get { location_id, contact_id, id }).await?;
    Ok(Answer::ok(Object::new().field("task", &task)?))
}
