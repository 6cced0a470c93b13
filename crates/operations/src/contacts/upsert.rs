//! `POST /contacts/upsert`: changes the contact that has the e-mail address, or else the phone number, and
//! creates one where there is none. 200 in either case; `new` says which.
//!
//! Where the address is one contact's and the number another's, the first is changed and the number stays
//! with its owner; `warnings` says so.

use super::{did, location_id, shape};
use crate::answer::Answer;
use crate::call::Call;
use crate::operation::Operation;
use crate::shape::Shape;
use http::Method;
use tieline_model::Scope;
use tieline_model::contact::{ContactInput, Write, form};
use tieline_model::form::Field;
use tieline_model::form::kinds::Flag;
use tieline_store::{Procedure, Result, Tx, contacts};

pub(super) fn operation() -> Operation {
    let always_new = "whether to create one without searching, where the location allows duplicates";
    Operation::writes(
        "contacts.upsert-contact",
        "Create or update contact",
        Scope::ContactsWrite,
        |tx, call| Box::pin(upsert(tx, call)),
    )
    .described(
        "Create or update contact {email} {phone}",
        "Updates the contact with this e-mail, or else this phone, and creates one if there is none.",
    )
    .at(Method::POST, "/contacts/upsert")
    .takes(
        form(Write::Upsert)
            .and([Field::new("createNewIfDuplicateAllowed", Flag, always_new).ignores_null(), location_id()])
            .needs_one_of(&["email", "phone"]),
    )
    .finds_contact()
    .gives([
        ("succeded", Shape::flag()),
        ("succeeded", Shape::flag()),
        ("new", Shape::flag()),
        ("contact", Shape::Entity(&shape::CONTACT)),
    ])
}

async fn upsert(tx: &mut Tx<'_>, call: &Call) -> Result<Answer> {
    let (location, input) = (call.location.as_ref().clone(), ContactInput::of(&call.input));
    let always_new = call.input.boolean("createNewIfDuplicateAllowed").unwrap_or(false);
    let (subject, cause) = (call.subject.clone(), call.cause.clone());
    let upserted = contacts::Upsert { location, input, always_new, subject, cause }.run(tx).await?;
    let written = upserted.written;
    let verb = match (upserted.new, written.changed) {
        (true, _) => "created",
        (false, true) => "updated",
        (false, false) => "unchanged",
    };
    // HighLevel leaves the flag out of the answer for a new contact.
    let answer = if upserted.new { Answer::new() } else { Answer::acknowledged() };
    let answer = answer.value("new", upserted.new)?.did(did(verb, &written)).about(written.contact.id);
    Ok(answer.stored("contact", written.doc).warnings(written.warnings))
}
