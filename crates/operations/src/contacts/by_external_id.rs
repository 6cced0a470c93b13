//! `contacts.get-contact-by-external-id`: finds the contact that another system knows by an id of its own,
//! such as a Stripe customer whose e-mail address has changed since.

use super::shape;
use crate::answer::Answer;
use crate::call::Call;
use crate::operation::Operation;
use crate::shape::Shape;
use serde_json::{Value, json};
use tieline_model::form::kinds::Text;
use tieline_model::form::{At, Field, FieldError, Form, Kind};
use tieline_model::{Refusal, Scope};
use tieline_store::{Procedure, Result, Tx, contacts};

pub(super) fn operation() -> Operation {
    let id = "the id in the other system, like stripe:cus_…; the event's customer if left out";
    Operation::reads("contacts.get-contact-by-external-id", "Find contact by Stripe customer", Scope::ContactsReadonly, |tx, call| {
        Box::pin(find(tx, call))
    })
    .described(
        "Find contact of {externalId}",
        "Finds the contact that a Stripe customer is, whatever the e-mail is by now; `contact` is null if there is none.",
    )
    .takes(Form::new([Field::new("externalId", ExternalId, id).strict().sampled("stripe:cus_9s6XKzkNRiz8i3")]))
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

/// The id that another system has for a person, behind the system's name.
#[derive(Clone, Copy, Debug)]
struct ExternalId;

impl Kind for ExternalId {
    fn read(&self, raw: Value, at: &At<'_>) -> Result<Value, Vec<FieldError>> {
        let id = Text::line().read(raw, at)?;
        let system = id.as_str().and_then(|id| id.split_once(':')).map(|(system, _)| system);
        match system {
            Some(system) if !system.trim().is_empty() => Ok(id),
            _ => at.refuse("must be the system's name and the id, like stripe:cus_9s6XKzkNRiz8i3"),
        }
    }

    fn schema(&self) -> Value {
        json!({ "type": "string", "pattern": "^.+:" })
    }

    fn control(&self) -> &'static str {
        "text"
    }

    fn sample(&self) -> Value {
        json!("stripe:cus_9s6XKzkNRiz8i3")
    }

    fn is_empty(&self, raw: &Value) -> bool {
        raw == ""
    }
}
