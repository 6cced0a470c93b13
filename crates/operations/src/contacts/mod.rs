//! Contacts and their tags: one file per operation.

mod add_tags;
mod by_external_id;
mod create;
mod delete;
mod duplicate;
mod get;
mod list;
mod remove_tags;
pub(crate) mod shape;
mod update;
mod upsert;

use crate::answer::Answer;
use crate::operation::Operation;
use serde_json::Value;
use tieline_model::contact::Contact;
use tieline_model::form::kinds::{LocationRef, Ref, Tags};
use tieline_model::form::{Door, Field};
use tieline_store::Result;
use tieline_store::contacts::Written;

pub(crate) fn all() -> Vec<Operation> {
    vec![
        create::operation(),
        list::operation(),
        upsert::operation(),
        duplicate::operation(),
        by_external_id::operation(),
        get::operation(),
        update::operation(),
        delete::operation(),
        add_tags::operation(),
        remove_tags::operation(),
    ]
}

/// The contact that an operation is on.
pub(crate) fn contact_id() -> Field {
    Field::new("contactId", Ref("contact"), "the contact's id")
        .or_as_step("the contact's id; the run's own contact if left out")
        .in_path()
}

/// The location, which a request names and a workflow is in.
pub(crate) fn location_id() -> Field {
    Field::new("locationId", LocationRef, "the location, which must be the key's own")
        .required_by(Door::Api)
        .only_for(Door::Api)
}

/// The tags of an operation that is about tags alone.
fn tags(summary: &'static str) -> Field {
    Field::new("tags", Tags, summary).required()
}

/// What was done to a contact, in a few words.
fn did(verb: &str, written: &Written) -> String {
    format!("contact {} {verb}", written.contact.id)
}

/// The contact that was found, or null. A run is about it, or about nobody, from then on, so that later steps do not
/// act on somebody else.
fn found(document: Option<String>) -> Result<Answer> {
    let Some(document) = document else {
        return Answer::new().did("no contact found").about_nobody().value("contact", Value::Null);
    };
    let id = serde_json::from_str::<Contact>(&document)?.id;
    Ok(Answer::new().did(format!("contact {id} found")).about(id).stored("contact", document))
}
