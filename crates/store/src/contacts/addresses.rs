//! The additional e-mail addresses and phone numbers of contacts, in a table of their own so that contacts can
//! be found by them.

use super::record::Identity;
use crate::error::Result;
use crate::param::params;
use crate::tx::Tx;
use tieline_model::contact::Contact;
use tieline_model::{ContactId, LocationId};

/// Finds the contact with an additional address. A version that does not know this table deletes contacts
/// without their addresses, so the contact itself is read.
pub(super) const FIND: &str = "\
    SELECT contacts.id AS id, contacts.doc AS doc FROM contact_addresses JOIN contacts ON contacts.location_id = \
    contact_addresses.location_id AND contacts.id = contact_addresses.contact_id \
    WHERE contact_addresses.location_id = ?1 AND contact_addresses.address = ?2 ORDER BY contacts.id LIMIT 1";

/// Writes the additional addresses of a changed contact, if they changed.
pub(super) async fn save(tx: &mut Tx<'_>, before: &Contact, after: &Contact) -> Result<()> {
    let addresses = of(after);
    if of(before) == addresses {
        return Ok(());
    }
    remove(tx, &after.location_id, &after.id).await?;
    for address in addresses {
        tx.execute(
            "INSERT INTO contact_addresses (location_id, address, contact_id) VALUES (?1, ?2, ?3) \
             ON CONFLICT (location_id, address, contact_id) DO NOTHING",
            params![&after.location_id, &address, &after.id],
        )
        .await?;
    }
    Ok(())
}

/// Removes the additional addresses of a contact that is deleted.
pub(super) async fn remove(tx: &mut Tx<'_>, location: &LocationId, contact: &ContactId) -> Result<()> {
    tx.execute(
        "DELETE FROM contact_addresses WHERE location_id = ?1 AND contact_id = ?2",
        params![location, contact],
    )
    .await
    .map(|_| ())
}

fn of(contact: &Contact) -> Vec<String> {
    [Identity::Email, Identity::Phone].into_iter().flat_map(|by| by.others_of(contact)).collect()
}
