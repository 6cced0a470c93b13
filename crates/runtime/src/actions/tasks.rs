//! `contacts.create-task` and what else there is to do with tasks.

use super::{Call, Done, local, optional, required};
use serde_json::{Value, json};
use tieline_engine::ActionSpec;
use tieline_model::task::{Task, TaskInput};
use tieline_model::{Refusal, TaskId};
use tieline_store::{Procedure, Result, Tx, tasks};

pub(super) const CREATE: ActionSpec = local(
    "contacts.create-task",
    true,
    &[
        required("title", "what is to be done"),
        required("dueDate", "by when, like \"{{ now | plus('1d') }}\""),
        optional("completed", "whether it is done already"),
        optional("body", "details"),
        optional("assignedTo", "the user who is to do it"),
    ],
);
pub(super) const UPDATE: ActionSpec = local(
    "contacts.update-task",
    true,
    &[
        required("taskId", "the task's id"),
        optional("title", "what is to be done"),
        optional("dueDate", "by when"),
        optional("completed", "whether it is done"),
        optional("body", "details"),
        optional("assignedTo", "the user who is to do it"),
    ],
);
pub(super) const COMPLETE: ActionSpec = local(
    "contacts.update-task-completed",
    true,
    &[
        optional("taskId", "the task's id; all open tasks with the title where it is left out"),
        optional("title", "the title of the tasks, where no id is known"),
        required("completed", "whether it is done"),
    ],
);
pub(super) const DELETE: ActionSpec =
    local("contacts.delete-task", true, &[required("taskId", "the task's id")]);

pub(super) async fn create(tx: &mut Tx<'_>, mut call: Call<'_>) -> Result<Done> {
    let (location_id, contact_id) = (call.location.id.clone(), call.contact_id());
    // The API insists on it; in a workflow a task that is to be done goes without saying.
    call.input.entry("completed").or_insert(Value::Bool(false));
    let input = call.read(TaskInput::create)?;
    let task = tasks::Create { location_id, contact_id, input, cause: call.cause }.run(tx).await?;
    let did = format!("task {} made", task.id);
    Ok(Done { output: json!({ "task": task }), contact_id: None, did })
}

pub(super) async fn update(tx: &mut Tx<'_>, mut call: Call<'_>) -> Result<Done> {
    let (location_id, contact_id) = (call.location.id.clone(), call.contact_id());
    let id = TaskId::from(call.id("taskId"));
    let input = call.read(TaskInput::update)?;
    let task = tasks::Update { location_id, contact_id, id, input, cause: call.cause }.run(tx).await?;
    let did = format!("task {} changed", task.id);
    Ok(Done { output: json!({ "task": task }), contact_id: None, did })
}

/// Marks one task by its id, or all of the contact's tasks with a title: a workflow that undoes what another
/// one did knows the title but not the id.
pub(super) async fn complete(tx: &mut Tx<'_>, mut call: Call<'_>) -> Result<Done> {
    let (location_id, contact_id) = (call.location.id.clone(), call.contact_id());
    let (id, title) = (call.id("taskId"), call.id("title"));
    let input = call.read(TaskInput::completion)?;
    if id.is_empty() && title.is_empty() {
        let problem = "`taskId` and `title` are both empty; give one of them".to_owned();
        return Err(Refusal::Invalid(vec![problem]).into());
    }
    let ids = if id.is_empty() {
        let list = tasks::List::new(location_id.clone(), contact_id.clone());
        let meant = |task: &Task| task.title == title && Some(&task.completed) != input.completed.as_set();
        list.run(tx).await?.into_iter().filter(meant).map(|task| task.id).collect()
    } else {
        vec![TaskId::from(id)]
    };
    let mut changed = Vec::with_capacity(ids.len());
    for id in ids {
        let (location_id, contact_id) = (location_id.clone(), contact_id.clone());
        let (input, cause) = (input.clone(), call.cause.clone());
        changed.push(tasks::Update { location_id, contact_id, id, input, cause }.run(tx).await?);
    }
    let names: Vec<&str> = changed.iter().map(|task| task.id.as_str()).collect();
    let state = if input.completed.as_set() == Some(&true) { "done" } else { "open" };
    let did = match names[..] {
        [] => "no such task is there".to_owned(),
        _ => format!("task {} marked as {state}", names.join(", ")),
    };
    Ok(Done { output: json!({ "task": changed.first(), "tasks": changed }), contact_id: None, did })
}

pub(super) async fn delete(tx: &mut Tx<'_>, mut call: Call<'_>) -> Result<Done> {
    let (location_id, contact_id) = (call.location.id.clone(), call.contact_id());
    let id = TaskId::from(call.id("taskId"));
    let did = format!("task {id} deleted");
    tasks::Delete { location_id, contact_id, id, cause: call.cause }.run(tx).await?;
    Ok(Done { output: json!({ "succeded": true, "succeeded": true }), contact_id: None, did })
}
