//! `DELETE /contacts/{contactId}/notes/{id}`: deletes a note.

use super::id;
use crate::answer::Answer;
use crate::call::Call;
use crate::contacts::contact_id;
use crate::operation::Operation;
use crate::shape::Shape;
use http::Method;
use tieline_model::form::Form;
use tieline_model::{NoteId, Scope};
use tieline_store::{Procedure, Result, Tx, notes};

pub(super) fn operation() -> Operation {
    Operation::writes("contacts.delete-note", "Delete note", Scope::ContactsWrite, |tx, call| {
        Box::pin(delete(tx, call))
    })
    .described("Delete note {id}", "Deletes one of the contact's notes.")
    .at(Method::DELETE, "/contacts/{contactId}/notes/{id}")
    .takes(Form::new([contact_id(), id()]))
    .gives([("succeded", Shape::flag()), ("succeeded", Shape::flag())])
}

async fn delete(tx: &mut Tx<'_>, call: &Call) -> Result<Answer> {
    let (location_id, contact_id) = (call.location_id(), call.contact_id());
    let id: NoteId = call.input.id("id");
    let did = format!("note {id} deleted");
    notes::Delete { location_id, contact_id, id, cause: call.cause.clone() }.run(tx).await?;
    Ok(Answer::acknowledged().did(did))
}
