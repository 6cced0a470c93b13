//! `PUT /contacts/{contactId}`: changes a contact. What the body leaves out stays; `tags` replaces the whole
//! set, `customFields` changes those that it names.

use super::{contact_id, did, shape};
use crate::answer::Answer;
use crate::call::Call;
use crate::operation::Operation;
use crate::shape::Shape;
use http::Method;
use tieline_model::Scope;
use tieline_model::contact::{ContactInput, Write, form};
use tieline_model::form::Form;
use tieline_store::{Procedure, Result, Tx, contacts};

pub(super) fn operation() -> Operation {
    Operation::writes("contacts.update-contact", "Update contact", Scope::ContactsWrite, |tx, call| {
        Box::pin(update(tx, call))
    })
    .described("Update the contact", "Changes the fields that are given and leaves the others as they are.")
    .at(Method::PUT, "/contacts/{contactId}")
    .takes(Form::new([contact_id()]).and(form(Write::Update).fields().to_vec()))
    .gives([
        ("succeded", Shape::flag()),
        ("succeeded", Shape::flag()),
        ("contact", Shape::Entity(&shape::CONTACT)),
    ])
}

async fn update(tx: &mut Tx<'_>, call: &Call) -> Result<Answer> {
    let (location, id, cause) = (call.location.as_ref().clone(), call.contact_id(), call.cause.clone());
    let input = ContactInput::of(&call.input);
    let written = contacts::Update { location, id, input, cause }.run(tx).await?;
    let verb = if written.changed { "updated" } else { "unchanged" };
    let answer = Answer::acknowledged().did(did(verb, &written));
    Ok(answer.stored("contact", written.doc).warnings(written.warnings))
}
