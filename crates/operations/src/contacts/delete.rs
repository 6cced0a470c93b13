//! `DELETE /contacts/{contactId}`: deletes a contact, with its notes and tasks.

use super::contact_id;
use crate::answer::Answer;
use crate::call::Call;
use crate::operation::Operation;
use crate::shape::Shape;
use http::Method;
use tieline_model::Scope;
use tieline_model::form::Form;
use tieline_store::{Procedure, Result, Tx, contacts};

pub(super) fn operation() -> Operation {
    Operation::writes("contacts.delete-contact", "Delete contact", Scope::ContactsWrite, |tx, call| {
        Box::pin(delete(tx, call))
    })
    .described("Delete the contact", "Deletes the contact with its notes and tasks.")
    .at(Method::DELETE, "/contacts/{contactId}")
    .takes(Form::new([contact_id()]))
    .gives([("succeded", Shape::flag()), ("succeeded", Shape::flag())])
}

async fn delete(tx: &mut Tx<'_>, call: &Call) -> Result<Answer> {
    let (location_id, id) = (call.location_id(), call.contact_id());
    let did = format!("contact {id} deleted");
    contacts::Delete { location_id, id, cause: call.cause.clone() }.run(tx).await?;
    Ok(Answer::acknowledged().did(did))
}
