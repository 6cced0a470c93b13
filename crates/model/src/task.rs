//! Tasks on a contact.

use crate::fields::{Fields, Patch};
use crate::id::{ContactId, TaskId};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// A task, named field by field as HighLevel names them on the wire.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// The contact that it is about.
    pub contact_id: ContactId,
    /// What is to be done.
    pub title: String,
    /// Details.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Who is to do it; any id is taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assigned_to: Option<String>,
    /// By when.
    pub due_date: Timestamp,
    /// Whether it is done.
    pub completed: bool,
}

/// What a client may say of a task; what it leaves out stays as it is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TaskInput {
    /// See [`Task::title`].
    pub title: Patch<String>,
    /// See [`Task::body`].
    pub body: Patch<String>,
    /// See [`Task::assigned_to`].
    pub assigned_to: Patch<String>,
    /// See [`Task::due_date`].
    pub due_date: Patch<Timestamp>,
    /// See [`Task::completed`].
    pub completed: Patch<bool>,
}

impl TaskInput {
    /// The fields of a new task: `title`, `dueDate` and `completed` have to be there.
    pub fn create(fields: &mut Fields) -> Self {
        fields.require("title");
        fields.require("dueDate");
        fields.require("completed");
        Self::update(fields)
    }

    /// The fields of a change; all of them may be left out.
    pub fn update(fields: &mut Fields) -> Self {
        Self {
            title: fields.non_empty_string("title"),
            body: fields.string("body"),
            assigned_to: fields.string("assignedTo"),
            due_date: fields.timestamp("dueDate"),
            completed: fields.boolean("completed"),
        }
    }

    /// The fields of `PUT …/completed`: `completed` alone.
    pub fn completion(fields: &mut Fields) -> Self {
        fields.require("completed");
        Self { completed: fields.boolean("completed"), ..Self::default() }
    }
}
