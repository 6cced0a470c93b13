//! `POST /contacts/`: creates a contact. 201.
//!
//! Refused where the location allows no duplicates and another contact has the e-mail address or the phone
//! number; the answer names that contact.

use super::shape;
use crate::answer::{Answer, Object};
use crate::call::{Call, require_location};
use crate::error::ApiError;
use crate::operation::Operation;
use tieline_model::Scope;
use tieline_model::contact::{ContactInput, Write};
use tieline_store::contacts::Create;

pub(crate) const OPERATION: Operation =
    Operation::post("create-contact", "/contacts", Scope::ContactsWrite, |call| Box::pin(handle(call)));

async fn handle(call: Call) -> Result<Answer, ApiError> {
    let input = call.read(|fields| {
        require_location(fields);
        ContactInput::read(fields, Write::Create, call.location())
    })?;
    let written =
        call.write(Create { location: call.location().clone(), input, cause: call.cause() }).await?;
    let doc = shape::created(&written.doc, &written.contact, call.version)?;
    let body = Object::with_room_for(doc.len() + 16).raw("contact", &doc);
    Ok(Answer::created(body.warnings(&written.warnings)?))
}
