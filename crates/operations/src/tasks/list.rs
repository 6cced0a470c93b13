//! `GET /contacts/{contactId}/tasks`: lists a contact's tasks, newest first.

use super::TASK;
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
    Operation::reads("contacts.get-all-tasks", "List tasks", Scope::ContactsReadonly, |tx, call| {
        Box::pin(list(tx, call))
    })
    .described("List the contact's tasks", "Reads all of the contact's tasks, newest first.")
    .at(Method::GET, "/contacts/{contactId}/tasks")
    .takes(Form::new([contact_id()]))
    .gives([("tasks", Shape::list(Shape::Entity(&TASK)))])
    .scans()
}

async fn list(tx: &mut Tx<'_>, call: &Call) -> Result<Answer> {
    let tasks = tasks::List::new(call.location_id(), call.contact_id()).run(tx).await?;
    Answer::new().did(format!("{} tasks read", tasks.len())).value("tasks", &tasks)
}
