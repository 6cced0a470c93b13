//! `PUT /contacts/{contactId}/tasks/{taskId}`: changes a task. What the body leaves out stays.

use super::{TASK, task_id};
use crate::answer::Answer;
use crate::call::Call;
use crate::contacts::contact_id;
use crate::operation::Operation;
use crate::shape::Shape;
use http::Method;
use tieline_model::Scope;
use tieline_model::form::Form;
use tieline_model::task::form;
use tieline_store::{Procedure, Result, Tx, tasks};

pub(super) fn operation() -> Operation {
    Operation::writes("contacts.update-task", "Update task", Scope::ContactsWrite, |tx, call| {
        Box::pin(update(tx, call))
    })
    .described("Update task {taskId}", "Changes the fields that are given and leaves the others as they are.")
    .at(Method::PUT, "/contacts/{contactId}/tasks/{taskId}")
    .takes(Form::new([contact_id(), task_id()]).and(form(false).fields().to_vec()))
    .gives([("task", Shape::Entity(&TASK))])
}

async fn update(tx: &mut Tx<'_>, call: &Call) -> Result<Answer> {
    let (location_id, contact_id, id) = (call.location_id(), call.contact_id(), call.input.id("taskId"));
    let (input, cause) = (call.input.clone(), call.cause.clone());
    let task = tasks::Update { location_id, contact_id, id, input, cause }.run(tx).await?;
    Answer::new().did(format!("task {} changed", task.id)).value("task", &task)
}
