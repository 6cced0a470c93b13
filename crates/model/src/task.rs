//! Tasks on a contact.

use crate::form::kinds::{Flag, Moment, Ref, Text};
use crate::form::{Door, Field, Form};
use crate::id::{ContactId, TaskId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// A task, named field by field as HighLevel names them on the wire.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// The contact that it is about.
    pub contact_id: ContactId,
    /// Whether it is done.
    pub completed: bool,
    /// What [`form`] writes, by name, and what a newer version wrote.
    #[serde(flatten)]
    pub fields: Map<String, Value>,
}

impl Task {
    /// A task that is open, about which nothing else is known yet.
    #[must_use]
    pub fn new(id: TaskId, contact_id: ContactId) -> Self {
        Self { id, contact_id, completed: false, fields: Map::new() }
    }

    /// The text of one of its fields: `title`, `dueDate` (in UTC), `body`, …
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.fields.get(name)?.as_str()
    }
}

/// The fields of a task that a client may write. A new task needs `title` and `dueDate`, and through the API
/// `completed` too, because HighLevel asks for it; in a workflow a new task is open. An update that sends null
/// for `title` or `dueDate` leaves them as they are: n8n does so for fields that its user did not fill in.
#[must_use]
pub fn form(is_new: bool) -> Form {
    let title = Field::new("title", Text::line(), "what is to be done").sampled("Call Ada");
    let due = Field::new("dueDate", Moment, "by when, in ISO 8601")
        .or_as_step("by when, like \"{{ now | plus('1d') }}\"");
    let completed = completed();
    Form::new([
        if is_new { title.required() } else { title.ignores_null() },
        if is_new { due.required() } else { due.ignores_null() },
        if is_new { completed.required_by(Door::Api).or_in_workflows(json!(false)) } else { completed },
        Field::new("body", Text::lines(), "details").sampled("Her card was declined."),
        Field::new("assignedTo", Ref("user"), "the user who is to do it"),
    ])
}

/// Whether a task is done.
#[must_use]
pub fn completed() -> Field {
    Field::new("completed", Flag, "whether it is done").ignores_null()
}
