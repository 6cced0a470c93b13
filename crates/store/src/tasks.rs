//! Tasks on contacts.

use crate::contacts::{must_exist, not_found};
use crate::error::Result;
use crate::log;
use crate::store::Operation;
use crate::tx::{Tx, params};
use tieline_model::event::kinds;
use tieline_model::task::{Task, TaskInput};
use tieline_model::{Cause, ContactId, LocationId, NewEvent, TaskId};

/// Lists a contact's tasks, newest first.
#[derive(Clone, Debug)]
pub struct List {
    /// The location.
    pub location_id: LocationId,
    /// The contact.
    pub contact_id: ContactId,
}

impl Operation for List {
    type Output = Vec<Task>;
    const SCANS: bool = true;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<Task>> {
        must_exist(tx, &self.location_id, &self.contact_id).await?;
        let rows = tx
            .query(
                "SELECT id, doc FROM tasks WHERE location_id = ?1 AND contact_id = ?2 ORDER BY id DESC",
                params![&self.location_id, &self.contact_id],
            )
            .await?;
        rows.into_iter().map(|mut row| row.json(1)).collect()
    }
}

/// Gets a task.
#[derive(Clone, Debug)]
pub struct Get {
    /// The location.
    pub location_id: LocationId,
    /// The contact.
    pub contact_id: ContactId,
    /// The task.
    pub id: TaskId,
}

impl Operation for Get {
    type Output = Task;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Task> {
        must_exist(tx, &self.location_id, &self.contact_id).await?;
        let row = tx
            .query_first(
                "SELECT id, doc FROM tasks WHERE location_id = ?1 AND contact_id = ?2 AND id = ?3",
                params![&self.location_id, &self.contact_id, &self.id],
            )
            .await?;
        row.ok_or_else(|| not_found("Task", &self.id))?.json(1)
    }
}

/// Makes a task.
#[derive(Clone, Debug)]
pub struct Create {
    /// The location.
    pub location_id: LocationId,
    /// The contact.
    pub contact_id: ContactId,
    /// What it says; `title`, `dueDate` and `completed` are there.
    pub input: TaskInput,
    /// Who makes it.
    pub cause: Cause,
}

impl Operation for Create {
    type Output = Task;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Task> {
        must_exist(tx, &self.location_id, &self.contact_id).await?;
        let mut task = Task {
            id: TaskId::mint(tx.now(), tx.random()),
            contact_id: self.contact_id.clone(),
            title: String::new(),
            body: None,
            assigned_to: None,
            due_date: tx.now(),
            completed: false,
        };
        apply(&mut task, &self.input);
        tx.execute(
            "INSERT INTO tasks (location_id, contact_id, id, doc) VALUES (?1, ?2, ?3, ?4)",
            params![&self.location_id, &self.contact_id, &task.id, &serde_json::to_string(&task)?],
        )
        .await?;
        tell(tx, &self.location_id, &self.cause, kinds::TASK_CREATED, &task, None).await?;
        Ok(task)
    }
}

/// Changes a task.
#[derive(Clone, Debug)]
pub struct Update {
    /// The location.
    pub location_id: LocationId,
    /// The contact.
    pub contact_id: ContactId,
    /// The task.
    pub id: TaskId,
    /// What changes.
    pub input: TaskInput,
    /// Who changes it.
    pub cause: Cause,
}

impl Operation for Update {
    type Output = Task;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Task> {
        let get = Get {
            location_id: self.location_id.clone(),
            contact_id: self.contact_id.clone(),
            id: self.id.clone(),
        };
        let before = get.run(tx).await?;
        let mut task = before.clone();
        apply(&mut task, &self.input);
        if task != before {
            tx.execute(
                "UPDATE tasks SET doc = ?4 WHERE location_id = ?1 AND contact_id = ?2 AND id = ?3",
                params![&self.location_id, &self.contact_id, &self.id, &serde_json::to_string(&task)?],
            )
            .await?;
            let done = task.completed && !before.completed;
            let kind = if done { kinds::TASK_COMPLETED } else { kinds::TASK_UPDATED };
            tell(tx, &self.location_id, &self.cause, kind, &task, Some(&before)).await?;
        }
        Ok(task)
    }
}

/// Deletes a task.
#[derive(Clone, Debug)]
pub struct Delete {
    /// The location.
    pub location_id: LocationId,
    /// The contact.
    pub contact_id: ContactId,
    /// The task.
    pub id: TaskId,
    /// Who deletes it.
    pub cause: Cause,
}

impl Operation for Delete {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<()> {
        let get = Get {
            location_id: self.location_id.clone(),
            contact_id: self.contact_id.clone(),
            id: self.id.clone(),
        };
        let task = get.run(tx).await?;
        tx.execute(
            "DELETE FROM tasks WHERE location_id = ?1 AND contact_id = ?2 AND id = ?3",
            params![&self.location_id, &self.contact_id, &self.id],
        )
        .await?;
        tell(tx, &self.location_id, &self.cause, kinds::TASK_DELETED, &task, None).await
    }
}

fn apply(task: &mut Task, input: &TaskInput) {
    if let Some(title) = input.title.as_set() {
        task.title.clone_from(title);
    }
    input.body.apply(&mut task.body);
    input.assigned_to.apply(&mut task.assigned_to);
    if let Some(due_date) = input.due_date.as_set() {
        task.due_date = *due_date;
    }
    if let Some(completed) = input.completed.as_set() {
        task.completed = *completed;
    }
}

/// What an event tells of a task: the task, and for a change what it was before.
#[derive(serde::Serialize)]
struct Told<'a> {
    task: &'a Task,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<&'a Task>,
}

async fn tell(
    tx: &mut Tx<'_>,
    location: &LocationId,
    cause: &Cause,
    kind: &str,
    task: &Task,
    before: Option<&Task>,
) -> Result<()> {
    let event = NewEvent {
        kind: kind.to_owned(),
        contact_id: Some(task.contact_id.clone()),
        subject: None,
        occurred_at: tx.now(),
        payload: log::payload(&Told { task, before })?,
    };
    log::append(tx, location, cause, &event).await.map(|_| ())
}
