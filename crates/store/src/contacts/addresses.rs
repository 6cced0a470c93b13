//! The additional e-mail addresses and phone numbers of contacts, in a table of their own so that contacts can
//! be found by them.

use super::record::Identity;
use crate::error::Result;
use crate::param::params;
use crate::tx::Tx;
use tieline_model::contact::Contact;
use tieline_model::{ContactId, LocationId};

/// Finds the contact with an additional address. A version that does not know this table deletes contacts
/// without their addresses, so the contact itself is read. A join would leave SQLite free to begin with all contacts
/// of the location.
pub(super) const FIND: &str = "\
    SELECT id, doc FROM contacts WHERE location_id = ?1 AND id IN \
    (SELECT contact_id FROM contact_addresses WHERE location_id = ?1 AND address = ?2) ORDER BY id LIMIT 1";

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_found_without_reading_the_other_contacts() {
        let mut connection = rusqlite::Connection::open_in_memory().unwrap();
        crate::migrate::sqlite(&mut connection).unwrap();
        let mut plan = connection.prepare(&format!("EXPLAIN QUERY PLAN {FIND}")).unwrap();
        let steps = plan.query_map(["", ""], |row| row.get::<_, String>("detail")).unwrap();
        let steps: Vec<String> =
            steps.map(Result::unwrap).filter(|step| step.contains(" contacts ")).collect();
        assert!(!steps.is_empty());
        assert!(steps.iter().all(|step| step.contains("location_id=? AND id=?")), "{steps:?}");
    }
}
