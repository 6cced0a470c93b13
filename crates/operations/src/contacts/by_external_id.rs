//! `contacts.get-contact-by-external-id`: finds the contact that another system knows by an id of its own,
//! such as a Stripe customer whose e-mail address has changed since.

use super::shape;
use crate::answer::Answer;
use crate::call::Call;
use crate::operation::Operation;
use crate::shape::Shape;
use tieline_model::form::kinds::Text;
use tieline_model::form::{Field, Form};
use tieline_model::{Refusal, Scope};
use tieline_store::{Procedure, Result, Tx, contacts};

pub(super) fn operation() -> Operation {
    let id = "the id in the other system, like stripe:cus_…; the event's customer if left out";
    Operation::reads("contacts.get-contact-by-external-id", "Find contact by Stripe customer", Scope::ContactsReadonly, |tx, call| {
        Box::pin(find(tx, call))
    })
    .described(
        "Find contact of {externalId}",
        "Finds the contact that a Stripe customer is, whatever the e-mail is by now. The run is about it from then on.",
    )
    .takes(Form::new([Field::new("externalId", Text::line(), id).sampled("stripe:cus_9s6XKzkNRiz8i3")]))
    .finds_contact()
    .gives([("contact", Shape::Entity(&shape::CONTACT).or_null())])
}

async fn find(tx: &mut Tx<'_>, call: &Call) -> Result<Answer> {
    let own = || call.subject.as_ref().map(|subject| subject.external_id().to_owned());
    let external_id = call.input.text("externalId").map(str::to_owned).or_else(own).ok_or_else(|| {
        let message = "externalId is empty and the event names no customer; give an id such as stripe:cus_…";
        Refusal::field("externalId", message)
    })?;
    let found = contacts::FindByExternalId { location_id: call.location_id(), external_id }.run(tx).await?;
    super::found(found)
}
