//! `POST /contacts/{contactId}/tasks`: makes a task. 201. `title`, `dueDate` and `completed` have to be there.

use crate::answer::{Answer, Object};
use crate::call::Call;
use crate::error::ApiError;
use crate::operation::Operation;
use tieline_model::Scope;
use tieline_model::task::TaskInput;
use tieline_store::tasks::Create;

pub(crate) const OPERATION: Operation =
    Operation::post("create-task", "/contacts/{contactId}/tasks", Scope::ContactsWrite, |call| {
        Box::pin(handle(call))
    });

async fn handle(call: Call) -> Result<Answer, ApiError> {
    let input = call.read(TaskInput::create)?;
    let (location_id, contact_id) = (call.location_id(), call.contact_id());
    let task = call.write(Create { location_id, contact_id, input, cause: call.cause() }).await?;
    Ok(Answer::created(Object::new().field("task", &task)?))
}
