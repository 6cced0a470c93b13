//! `POST /contacts/{contactId}/tasks`: creates a task. 201. `title`, `dueDate` and `completed` are required.

use super::TASK;
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
    Operation::writes("contacts.create-task", "Create task", Scope::ContactsWrite, |tx, call| {
        Box::pin(create(tx, call))
    })
    .described(
        "Create task {title} due {dueDate}",
        "Creates a task on the contact, open unless it says otherwise.",
    )
    .at(Method::POST, "/contacts/{contactId}/tasks")
    .created()
    .takes(Form::new([contact_id()]).and(form(true).fields().to_vec()))
    .gives([("task", Shape::Entity(&TASK))])
}

async fn create(tx: &mut Tx<'_>, call: &Call) -> Result<Answer> {
    let (location_id, contact_id) = (call.location_id(), call.contact_id());
    let (input, cause) = (call.input.clone(), call.cause.clone());
    let task = tasks::Create::new(location_id, contact_id, input, cause).run(tx).await?;
    Answer::new().did(format!("task {} created", task.id)).value("task", &task)
}
