//! `PUT /contacts/{contactId}/tasks/{taskId}/completed`: marks a task as done, or as open again. `completed` alone.

use crate::answer::{Answer, Object};
use crate::call::Call;
use crate::error::ApiError;
use crate::operation::Operation;
use tieline_model::task::TaskInput;
use tieline_model::{Scope, TaskId};
use tieline_store::tasks::Update;

pub(crate) const OPERATION: Operation = Operation::put(
    "update-task-completed",
    "/contacts/{contactId}/tasks/{taskId}/completed",
    Scope::ContactsWrite,
    |call| Box::pin(handle(call)),
);

async fn handle(call: Call) -> Result<Answer, ApiError> {
    let input = call.read(TaskInput::completion)?;
    let (location_id, contact_id) = (call.location_id(), call.contact_id());
    let id = TaskId::from(call.param("taskId"));
    let task = call.write(Update { location_id, contact_id, id, input, cause: call.cause() }).await?;
    Ok(Answer::ok(Object::new().field("task", &task)?))
}
