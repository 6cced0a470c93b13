//! `POST /contacts/upsert`: changes the contact that has the e-mail address, or else the phone number, and
//! creates one where there is none. 200 in either case; `new` tells which.
//!
//! Where the address is one contact's and the number another's, the first is changed and the number stays
//! with its owner; `warnings` says so.

use super::shape;
use crate::answer::{Answer, Object};
use crate::call::{Call, require_location};
use crate::error::ApiError;
use crate::operation::Operation;
use tieline_model::Scope;
use tieline_model::contact::{ContactInput, Write};
use tieline_model::fields::Fields;
use tieline_store::contacts::Upsert;

pub(crate) const OPERATION: Operation =
    Operation::post("upsert-contact", "/contacts/upsert", Scope::ContactsWrite, |call| {
        Box::pin(handle(call))
    });

async fn handle(call: Call) -> Result<Answer, ApiError> {
    let (input, always_new) = call.read(|fields| read(fields, &call))?;
    let location = call.location().clone();
    let upserted =
        call.write(Upsert { location, input, always_new, subject: None, cause: call.cause() }).await?;
    let body = if upserted.new { Object::new() } else { Object::acknowledged() };
    let body = body
        .field("new", &upserted.new)?
        .raw("contact", &shape::contact(&upserted.written.doc, call.version)?);
    Ok(Answer::ok(body.warnings(&upserted.written.warnings)?))
}

fn read(fields: &mut Fields, call: &Call) -> (ContactInput, bool) {
    require_location(fields);
    let always_new = fields.boolean("createNewIfDuplicateAllowed").into_option().unwrap_or(false);
    (ContactInput::read(fields, Write::Upsert, call.location()), always_new)
}
