//! `PUT /contacts/{contactId}/notes/{id}`: changes a note. What the body leaves out stays.

use super::{NOTE, id};
use crate::answer::Answer;
use crate::call::Call;
use crate::contacts::contact_id;
use crate::operation::Operation;
use crate::shape::Shape;
use http::Method;
use tieline_model::Scope;
use tieline_model::form::Form;
use tieline_model::note::form;
use tieline_store::{Procedure, Result, Tx, notes};

pub(super) fn operation() -> Operation {
    Operation::writes("contacts.update-note", "Update note", Scope::ContactsWrite, |tx, call| {
        Box::pin(update(tx, call))
    })
    .described("Update note {id}", "Changes the fields that are given and leaves the others as they are.")
    .at(Method::PUT, "/contacts/{contactId}/notes/{id}")
    .takes(Form::new([contact_id(), id()]).and(form(false).fields().to_vec()))
    .gives([("note", Shape::Entity(&NOTE))])
}

async fn update(tx: &mut Tx<'_>, call: &Call) -> Result<Answer> {
    let (location_id, contact_id, id) = (call.location_id(), call.contact_id(), call.input.id("id"));
    let (input, cause) = (call.input.clone(), call.cause.clone());
    let note = notes::Update { location_id, contact_id, id, input, cause }.run(tx).await?;
    Answer::new().did(format!("note {} changed", note.id)).value("note", &note)
}
