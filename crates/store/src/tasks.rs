//! Tasks on contacts.

use crate::attached::{self, Attached};
use tieline_model::event::kinds;
use tieline_model::task::Task;
use tieline_model::{ContactId, TaskId, Timestamp};

/// Lists a contact's tasks, newest first.
pub type List = attached::List<Task>;
/// Gets a task.
pub type Get = attached::Get<Task>;
/// Creates a task; `title`, `dueDate` and `completed` are required.
pub type Create = attached::Create<Task>;
/// Changes a task.
pub type Update = attached::Update<Task>;
/// Deletes a task.
pub type Delete = attached::Delete<Task>;

impl Attached for Task {
    type Id = TaskId;

    const NAME: (&'static str, &'static str) = ("Task", "task");
    const SELECT_ALL: &'static str =
        "SELECT id, doc FROM tasks WHERE location_id = ?1 AND contact_id = ?2 ORDER BY id DESC";
    const SELECT: &'static str =
        "SELECT id, doc FROM tasks WHERE location_id = ?1 AND contact_id = ?2 AND id = ?3";
    const INSERT: &'static str =
        "INSERT INTO tasks (location_id, contact_id, id, doc) VALUES (?1, ?2, ?3, ?4)";
    const UPDATE: &'static str =
        "UPDATE tasks SET doc = ?4 WHERE location_id = ?1 AND contact_id = ?2 AND id = ?3";
    const DELETE: &'static str = "DELETE FROM tasks WHERE location_id = ?1 AND contact_id = ?2 AND id = ?3";
    const CREATED: &'static str = kinds::TASK_CREATED;
    const DELETED: &'static str = kinds::TASK_DELETED;

    fn blank(id: TaskId, contact_id: ContactId, _now: Timestamp) -> Self {
        Self::new(id, contact_id)
    }

    fn mint(now: Timestamp, random: [u8; 12]) -> TaskId {
        TaskId::mint(now, random)
    }

    fn changed(&self, before: &Self) -> &'static str {
        if self.completed && !before.completed { kinds::TASK_COMPLETED } else { kinds::TASK_UPDATED }
    }

    fn contact_id(&self) -> &ContactId {
        &self.contact_id
    }
}
