//! `GET /contacts/{contactId}/notes/{id}`: reads a note.

use super::{NOTE, id};
use crate::answer::Answer;
use crate::call::Call;
use crate::contacts::contact_id;
use crate::operation::Operation;
use crate::shape::Shape;
use http::Method;
use tieline_model::Scope;
use tieline_model::form::Form;
use tieline_store::{Procedure, Result, Tx, notes};

pub(super) fn operation() -> Operation {
    Operation::reads("contacts.get-note", "Get note", Scope::ContactsReadonly, |tx, call| {
        Box::pin(get(tx, call))
    })
    .described("Get note {id}", "Reads one of the contact's notes.")
    .at(Method::GET, "/contacts/{contactId}/notes/{id}")
    .takes(Form::new([contact_id(), id()]))
    .gives([("note", Shape::Entity(&NOTE))])
}

async fn get(tx: &mut Tx<'_>, call: &Call) -> Result<Answer> {
    let (location_id, contact_id, id) = (call.location_id(), call.contact_id(), call.input.id("id"));
    let note = notes::Get { location_id, contact_id, id }.run(tx).await?;
    Answer::new().did("note read").value("note", &note)
}
