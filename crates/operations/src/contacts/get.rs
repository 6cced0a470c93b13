//! `GET /contacts/{contactId}`: reads a contact.

use super::{contact_id, shape};
use crate::answer::Answer;
use crate::call::Call;
use crate::operation::Operation;
use crate::shape::Shape;
use http::Method;
use tieline_model::form::Form;
use tieline_model::{Refusal, Scope};
use tieline_store::{Procedure, Result, Tx, contacts};

pub(super) fn operation() -> Operation {
    Operation::reads("contacts.get-contact", "Get contact", Scope::ContactsReadonly, |tx, call| {
        Box::pin(get(tx, call))
    })
    .described("Get the contact", "Reads a contact.")
    .at(Method::GET, "/contacts/{contactId}")
    .takes(Form::new([contact_id()]))
    .null_if_missing()
    .gives([("contact", Shape::Entity(&shape::CONTACT))])
}

async fn get(tx: &mut Tx<'_>, call: &Call) -> Result<Answer> {
    let (location_id, id) = (call.location_id(), call.contact_id());
    let document = contacts::Get { location_id, id: id.clone() }.run(tx).await?;
    let document = document.ok_or_else(|| Refusal::ContactNotFound(id.to_string()))?;
    Ok(Answer::new().stored("contact", document).did("contact read"))
}
