//! Notes on a contact: one file per operation.

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
use tieline_model::note::form;

pub(crate) fn all() -> Vec<Operation> {
    vec![list::operation(), create::operation(), get::operation(), update::operation(), delete::operation()]
}

/// A note.
pub(crate) static NOTE: Entity = Entity {
    name: "Note",
    schema: |_| form_entity::schema(&form(true), OWN_FIELDS, &["id", "contactId"]),
    show: |document, _| Ok(document.into()),
    sample: || form_entity::sample(&form(true), OWN_FIELDS),
};

const OWN_FIELDS: &form_entity::OwnFields = &[
    ("id", "0T6pTkb3aBcDeFgHiJkL"),
    ("contactId", "0T6pTkb9aZ81qLmXw3Rd"),
    ("dateAdded", "2026-11-25T09:00:00.000Z"),
];

/// The note that an operation is on.
fn id() -> Field {
    Field::new("id", Ref("note"), "the note's id").in_path()
}
