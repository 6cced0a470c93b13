//! `POST /contacts/`: creates a contact. 201.
//!
//! Refused where the location allows no duplicates and another contact has the e-mail address or the phone
//! number; the answer names that contact.

use super::{did, location_id, shape};
use crate::answer::Answer;
use crate::call::Call;
use crate::operation::Operation;
use crate::shape::Shape;
use http::Method;
use tieline_model::Scope;
use tieline_model::contact::{ContactInput, Write, form};
use tieline_store::{Procedure, Result, Tx, contacts};

pub(super) fn operation() -> Operation {
    Operation::writes("contacts.create-contact", "Create contact", Scope::ContactsWrite, |tx, call| {
        Box::pin(create(tx, call))
    })
    .described(
        "Create contact {name} {email}",
        "Creates a contact; fails if the e-mail or phone is another contact's.",
    )
    .at(Method::POST, "/contacts")
    .created()
    .takes(form(Write::Create).and([location_id()]).needs_one_of(&[
        "email",
        "phone",
        "firstName",
        "lastName",
        "name",
    ]))
    .finds_contact()
    .gives([("contact", Shape::Entity(&shape::CREATED))])
}

async fn create(tx: &mut Tx<'_>, call: &Call) -> Result<Answer> {
    let (location, input) = (call.location.as_ref().clone(), ContactInput::of(&call.input));
    let create = contacts::Create { location, input, cause: call.cause.clone() };
    let written = create.run(tx).await?;
    if let Some(subject) = &call.subject {
        subject.link(tx, &call.location, &create.input, &written.contact.id).await?;
    }
    let answer = Answer::new().did(did("created", &written)).about(written.contact.id);
    Ok(answer.stored("contact", written.doc).warnings(written.warnings))
}
