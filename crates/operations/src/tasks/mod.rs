//! Tasks on a contact: one file per operation.

mod complete;
mod create;
mod delete;
mod get;
mod list;
mod update;

use crate::form_entity;
use crate::operation::Operation;
use crate::shape::Entity;
use tieline_model::form::Field;
use tieline_model::form::kinds::Ref;
use tieline_model::task::form;

pub(crate) fn all() -> Vec<Operation> {
    vec![
        list::operation(),
        create::operation(),
        get::operation(),
        update::operation(),
        delete::operation(),
        complete::operation(),
    ]
}

/// A task.
pub(crate) static TASK: Entity = Entity {
    name: "Task",
    schema: |_| form_entity::schema(&form(true), OWN_FIELDS, &["id", "contactId"]),
    show: |document, _| Ok(document.into()),
    sample: || form_entity::sample(&form(true), OWN_FIELDS),
};

const OWN_FIELDS: &form_entity::OwnFields =
    &[("id", "0T6pTkb4mNoPqRsTuVwX"), ("contactId", "0T6pTkb9aZ81qLmXw3Rd")];

/// The task that an operation is on.
fn task_id() -> Field {
    Field::new("taskId", Ref("task"), "the task's id").in_path()
}
