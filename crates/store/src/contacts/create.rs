use super::Written;
use super::change::{apply, refuse_duplicates};
use super::record::Record;
use crate::error::{Error, Result};
use crate::log;
use crate::store::Procedure;
use crate::tx::Tx;
use serde_json::value::RawValue;
use tieline_model::contact::{Contact, ContactInput};
use tieline_model::event::kinds;
use tieline_model::{Cause, ContactId, Location, NewEvent, Refusal};

/// Creates a contact.
#[derive(Clone, Debug)]
pub struct Create {
    /// The location, with its current settings.
    pub location: Location,
    /// What is known of the contact.
    pub input: ContactInput,
    /// Who creates it.
    pub cause: Cause,
}

impl Procedure for Create {
    type Output = Written;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Written> {
        if !self.input.identifies() {
            return Err(Refusal::unidentified().into());
        }
        refuse_duplicates(tx, &self.location, &self.input, None).await?;
        create(tx, &self.location, &self.input, &self.cause).await
    }
}

/// Creates the contact once all checks that could refuse it have passed.
pub(super) async fn create(
    tx: &mut Tx<'_>,
    location: &Location,
    input: &ContactInput,
    cause: &Cause,
) -> Result<Written> {
    let id = ContactId::mint(tx.now(), tx.id_part());
    let mut contact = Contact::new(id, location.id.clone(), tx.now());
    let warnings = apply(tx, &mut contact, input).await?;
    // If duplicates are not allowed, the caller has checked that there is none.
    let doc = Record::insert(tx, &contact, !location.allow_duplicate_contact).await?;
    append(tx, cause, kinds::CONTACT_CREATED, &contact, &doc).await?;
    Ok(Written { contact, doc, changed: true, warnings })
}

/// Appends an event with a whole contact: a created or a deleted one.
pub(super) async fn append(
    tx: &mut Tx<'_>,
    cause: &Cause,
    kind: &str,
    contact: &Contact,
    doc: &str,
) -> Result<()> {
    let payload = RawValue::from_string(format!("{{\"contact\":{doc}}}")).map_err(Error::Json)?;
    let event = NewEvent {
        kind: kind.to_owned(),
        contact_id: Some(contact.id.clone()),
        subject: None,
        occurred_at: tx.now(),
        payload,
    };
    log::append(tx, &contact.location_id, cause, &event).await.map(|_| ())
}
