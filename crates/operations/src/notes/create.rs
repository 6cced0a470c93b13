//! `POST /contacts/{contactId}/notes`: creates a note. 201. `body` is required; `userId` is not checked, because clients put
//! other ids there too.

use super::NOTE;
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
    Operation::writes("contacts.create-note", "Create note", Scope::ContactsWrite, |tx, call| {
        Box::pin(create(tx, call))
    })
    .described("Add note {body}", "Writes a note on the contact.")
    .at(Method::POST, "/contacts/{contactId}/notes")
    .created()
    .takes(Form::new([contact_id()]).and(form(true).fields().to_vec()))
    .gives([("note", Shape::Entity(&NOTE))])
}

async fn create(tx: &mut Tx<'_>, call: &Call) -> Result<Answer> {
    let (location_id, contact_id) = (call.location_id(), call.contact_id());
    let (input, cause) = (call.input.clone(), call.cause.clone());
    let note = notes::Create::new(location_id, contact_id, input, cause).run(tx).await?;
    Answer::new().did(format!("note {} written", note.id)).value("note", &note)
}
