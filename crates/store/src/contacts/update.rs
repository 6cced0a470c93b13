use super::Written;
use super::change::{append_changed, apply, refuse_duplicates};
use super::record::Record;
use super::tags::{TagsChanged, append_tags_changed};
use crate::error::Result;
use crate::store::Procedure;
use crate::tx::Tx;
use tieline_model::contact::ContactInput;
use tieline_model::{Cause, ContactId, Location};

/// Changes a contact. What the input does not mention stays; if nothing changes, nothing is written.
#[derive(Clone, Debug)]
pub struct Update {
    /// The location, with its current settings.
    pub location: Location,
    /// The contact.
    pub id: ContactId,
    /// What changes.
    pub input: ContactInput,
    /// Who changes it.
    pub cause: Cause,
}

impl Procedure for Update {
    type Output = Written;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Written> {
        let record = Record::load(tx, &self.location.id, &self.id).await?;
        refuse_duplicates(tx, &self.location, &self.input, Some(&record.contact)).await?;
        update(tx, &record, &self.input, &self.cause).await
    }
}

/// Changes the contact once all checks that could refuse it have passed.
pub(super) async fn update(
    tx: &mut Tx<'_>,
    record: &Record,
    input: &ContactInput,
    cause: &Cause,
) -> Result<Written> {
    let mut contact = record.contact.clone();
    let warnings = apply(tx, &mut contact, input).await?;
    if contact == record.contact {
        return Ok(Written { doc: contact.to_document()?, contact, changed: false, warnings });
    }
    contact.date_updated = tx.now();
    let doc = record.save(tx, &contact).await?;
    append_changed(tx, cause, &record.contact, &contact).await?;
    append_tags_changed(tx, cause, &contact, &TagsChanged::between(&record.contact, &contact)).await?;
    Ok(Written { contact, doc, changed: true, warnings })
}
