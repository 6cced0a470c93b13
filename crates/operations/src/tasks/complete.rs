//! `PUT /contacts/{contactId}/tasks/{taskId}/completed`: marks a task as done, or as open again.
//!
//! A workflow may name the tasks by their title instead: one that undoes what another did knows the title but
//! not the id.

use super::TASK;
use crate::answer::Answer;
use crate::call::Call;
use crate::contacts::contact_id;
use crate::operation::Operation;
use crate::shape::Shape;
use http::Method;
use serde_json::Value;
use tieline_model::form::kinds::{Ref, Text};
use tieline_model::form::{Door, Field, Form, Input};
use tieline_model::task::{Task, completed};
use tieline_model::{Scope, TaskId};
use tieline_store::{Procedure, Result, Tx, tasks};

pub(super) fn operation() -> Operation {
    let by_id = "the task's id; all tasks with the title if left out";
    Operation::writes("contacts.update-task-completed", "Complete task", Scope::ContactsWrite, |tx, call| {
        Box::pin(complete(tx, call))
    })
    .described("Mark task {title} as done", "Marks a task as done, or as open again.")
    .at(Method::PUT, "/contacts/{contactId}/tasks/{taskId}/completed")
    .takes(
        Form::new([
            contact_id(),
            Field::new("taskId", Ref("task"), "the task's id")
                .or_as_step(by_id)
                .in_path()
                .required_by(Door::Api),
            Field::new("title", Text::line(), "the tasks' title, where no id is known")
                .only_for(Door::Workflow)
                .sampled("Call Ada"),
            completed().required().sampled(true),
        ])
        .needs_one_of(&["taskId", "title"]),
    )
    .gives([("task", Shape::Entity(&TASK))])
    .gives_steps([("tasks", Shape::list(Shape::Entity(&TASK)))])
}

async fn complete(tx: &mut Tx<'_>, call: &Call) -> Result<Answer> {
    let flag = call.input.boolean("completed").unwrap_or_default();
    let ids = wanted(tx, call, flag).await?;
    let mut input = Input::default();
    input.put("completed", call.input.patch("completed").clone());
    let mut changed = Vec::with_capacity(ids.len());
    for id in ids {
        let (location_id, contact_id) = (call.location_id(), call.contact_id());
        let (input, cause) = (input.clone(), call.cause.clone());
        changed.push(tasks::Update { location_id, contact_id, id, input, cause }.run(tx).await?);
    }
    let names: Vec<&str> = changed.iter().map(|task| task.id.as_str()).collect();
    let did = match names[..] {
        [] => "no such task found".to_owned(),
        _ => format!("task {} marked as {}", names.join(", "), if flag { "done" } else { "open" }),
    };
    let first = changed.first().map_or(Ok(Value::Null), serde_json::to_value)?;
    let answer = Answer::new().did(did).value("task", first)?;
    match call.door {
        Door::Api => Ok(answer),
        Door::Workflow => answer.value("tasks", &changed),
    }
}

/// The tasks to change: the one with the id, or all with the title whose state differs.
async fn wanted(tx: &mut Tx<'_>, call: &Call, completed: bool) -> Result<Vec<TaskId>> {
    let id: TaskId = call.input.id("taskId");
    if !id.as_str().is_empty() {
        return Ok(vec![id]);
    }
    let title = call.input.text("title");
    let meant = |task: &Task| task.text("title") == title && task.completed != completed;
    let all = tasks::List::new(call.location_id(), call.contact_id()).run(tx).await?;
    Ok(all.into_iter().filter(meant).map(|task| task.id).collect())
}
