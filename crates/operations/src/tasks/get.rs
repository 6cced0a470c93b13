//! `GET /contacts/{contactId}/tasks/{taskId}`: reads a task.

use super::{TASK, task_id};
use crate::answer::Answer;
use crate::call::Call;
use crate::contacts::contact_id;
use crate::operation::Operation;
use crate::shape::Shape;
use http::Method;
use tieline_model::Scope;
use tieline_model::form::Form;
use tieline_store::{Procedure, Result, Tx, tasks};

pub(super) fn operation() -> Operation {
    Operation::reads("contacts.get-task", "Get task", Scope::ContactsReadonly, |tx, call| {
        Box::pin(get(tx, call))
    })
    .described("Get task {taskId}", "Reads one of the contact's tasks.")
    .at(Method::GET, "/contacts/{contactId}/tasks/{taskId}")
    .takes(Form::new([contact_id(), task_id()]))
    .gives([("task", Shape::Entity(&TASK))])
}

async fn get(tx: &mut Tx<'_>, call: &Call) -> Result<Answer> {
    let (location_id, contact_id, id) = (call.location_id(), call.contact_id(), call.input.id("taskId"));
    let task = tasks::Get { location_id, contact_id, id }.run(tx).await?;
    Answer::new().did("task read").value("task", &task)
}
