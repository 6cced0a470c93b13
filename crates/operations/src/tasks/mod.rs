//! Tasks on a contact: one file per operation.

mod complete;
mod create;
mod delete;
mod get;
mod list;
mod update;

use crate::operation::Operation;
use crate::shape::Entity;
use serde_json::{Map, Value, json};
use tieline_model::form::kinds::Ref;
use tieline_model::form::{Door, Field};
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
pub(crate) static TASK: Entity =
    Entity { name: "Task", schema: |_| schema(), show: |document, _| Ok(document.into()), sample };

/// The task that an operation is on.
fn task_id() -> Field {
    Field::new("taskId", Ref("task"), "the task's id").in_path()
}

/// What each task has beside what a client writes: name and sample.
fn own_fields() -> [(&'static str, Value); 2] {
    [("id", json!("0T6pTkb4mNoPqRsTuVwX")), ("contactId", json!("0T6pTkb9aZ81qLmXw3Rd"))]
}

fn schema() -> Value {
    let mut properties = Map::new();
    for (name, _) in own_fields() {
        properties.insert(name.to_owned(), json!({ "type": "string" }));
    }
    for field in form(true).offered(Door::Api) {
        properties.insert(field.name.to_string(), field.schema());
    }
    json!({ "type": "object", "properties": properties, "required": ["id", "contactId"] })
}

fn sample() -> Value {
    let mut sample = form(true).sample(Door::Api, |_| true);
    sample.extend(own_fields().map(|(name, sample)| (name.to_owned(), sample)));
    Value::Object(sample)
}
