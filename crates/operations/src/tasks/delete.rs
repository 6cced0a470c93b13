//! `DELETE /contacts/{contactId}/tasks/{taskId}`: deletes a task.

use super::task_id;
use crate::answer::Answer;
use crate::call::Call;
use crate::contacts::contact_id;
use crate::operation::Operation;
use crate::shape::Shape;
use http::Method;
use tieline_model::form::Form;
use tieline_model::{Scope, TaskId};
use tieline_store::{Procedure, Result, Tx, tasks};

pub(super) fn operation() -> Operation {
    Operation::writes("contacts.delete-task", "Delete task", Scope::ContactsWrite, |tx, call| {
        Box::pin(delete(tx, call))
    })
    .described("Delete task {taskId}", "Deletes one of the contact's tasks.")
    .at(Method::DELETE, "/contacts/{contactId}/tasks/{taskId}")
    .takes(Form::new([contact_id(), task_id()]))
    .gives([("succeded", Shape::flag()), ("succeeded", Shape::flag())])
}

async fn delete(tx: &mut Tx<'_>, call: &Call) -> Result<Answer> {
    let (location_id, contact_id) = (call.location_id(), call.contact_id());
    let id: TaskId = call.input.id("taskId");
    let did = format!("task {id} deleted");
    tasks::Delete { location_id, contact_id, id, cause: call.cause.clone() }.run(tx).await?;
    Ok(Answer::acknowledged().did(did))
}
