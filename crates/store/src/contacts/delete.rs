use super::addresses;
use super::create::append;
use super::links::unlink;
use super::record::Record;
use crate::error::Result;
use crate::param::params;
use crate::search;
use crate::store::Procedure;
use crate::tx::Tx;
use tieline_model::event::kinds;
use tieline_model::{Cause, ContactId, LocationId};

/// Deletes a contact. It is kept elsewhere, with its notes and tasks, so that this can be undone.
#[derive(Clone, Debug)]
pub struct Delete {
    /// The location.
    pub location_id: LocationId,
    /// The contact.
    pub id: ContactId,
    /// Who deletes it.
    pub cause: Cause,
}

impl Procedure for Delete {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<()> {
        let contact = Record::load(tx, &self.location_id, &self.id).await?.contact;
        let doc = contact.to_document()?;
        tx.memo.drop::<Record>();
        tx.execute(
            "DELETE FROM contacts WHERE location_id = ?1 AND id = ?2",
            params![&self.location_id, &self.id],
        )
        .await?;
        unlink(tx, &self.location_id, &self.id).await?;
        addresses::remove(tx, &self.location_id, &self.id).await?;
        tx.execute(
            "INSERT INTO deleted_contacts (location_id, id, deleted_at, doc, indexed) VALUES (?1, ?2, ?3, ?4, ?3)",
            params![&self.location_id, &self.id, tx.now(), &doc],
        )
        .await?;
        search::note(tx, &self.location_id, &self.id, true).await?;
        append(tx, &self.cause, kinds::CONTACT_DELETED, &contact, &doc).await
    }
}
