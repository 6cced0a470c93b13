//! `PUT /contacts/{contactId}/tasks/{taskId}`: changes a task. What the body leaves out stays.
//!
//! n8n says with `status`, a field of HighLevel's first API, whether the task is done. `completed` wins.

use super::{TASK, task_id};
use crate::answer::Answer;
use crate::call::Call;
use crate::contacts::contact_id;
use crate::operation::Operation;
use crate::shape::Shape;
use http::Method;
use serde_json::Value;
use tieline_model::Scope;
use tieline_model::form::kinds::OneOf;
use tieline_model::form::{Door, Field, Form, Input, Patch};
use tieline_model::task::form;
use tieline_store::{Procedure, Result, Tx, tasks};

pub(super) fn operation() -> Operation {
    Operation::writes("contacts.update-task", "Update task", Scope::ContactsWrite, |tx, call| {
        Box::pin(update(tx, call))
    })
    .described("Update task {taskId}", "Changes the fields that are given and leaves the others as they are.")
    .at(Method::PUT, "/contacts/{contactId}/tasks/{taskId}")
    .takes(Form::new([contact_id(), task_id()]).and(form(false).fields().to_vec()).and([status()]))
    .gives([("task", Shape::Entity(&TASK))])
}

fn status() -> Field {
    let words = OneOf(&["completed", "incompleted"]);
    Field::new("status", words, "whether it is done, if `completed` is left out")
        .ignores_null()
        .only_for(Door::Api)
        .unsampled()
}

/// The input with `completed` in place of `status`.
fn without_status(mut input: Input) -> Input {
    let done = input.text("status").map(|status| status == "completed");
    input.put("status", Patch::Keep);
    if let Some(done) = done.filter(|_| !input.patch("completed").is_mentioned()) {
        input.put("completed", Patch::Set(Value::Bool(done)));
    }
    input
}

async fn update(tx: &mut Tx<'_>, call: &Call) -> Result<Answer> {
    let (location_id, contact_id, id) = (call.location_id(), call.contact_id(), call.input.id("taskId"));
    let (input, cause) = (without_status(call.input.clone()), call.cause.clone());
    let task = tasks::Update { location_id, contact_id, id, input, cause }.run(tx).await?;
    Answer::new().did(format!("task {} changed", task.id)).value("task", &task)
}
