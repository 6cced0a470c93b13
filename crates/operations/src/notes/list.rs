//! `GET /contacts/{contactId}/notes`: lists a contact's notes, newest first.

use super::NOTE;
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
    Operation::reads("contacts.get-all-notes", "List notes", Scope::ContactsReadonly, |tx, call| {
        Box::pin(list(tx, call))
    })
    .described("List the contact's notes", "Reads all of the contact's notes, newest first.")
    .at(Method::GET, "/contacts/{contactId}/notes")
    .takes(Form::new([contact_id()]))
    .gives([("notes", Shape::list(Shape::Entity(&NOTE)))])
    .scans()
}

async fn list(tx: &mut Tx<'_>, call: &Call) -> Result<Answer> {
    let notes = notes::List::new(call.location_id(), call.contact_id()).run(tx).await?;
    Answer::new().did(format!("{} notes read", notes.len())).value("notes", &notes)
}
