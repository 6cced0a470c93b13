//! The additional e-mail addresses and phone numbers of contacts, in a table of their own so that contacts can
//! be found by them.

use super::record::Identity;
use crate::error::Result;
use crate::param::params;
use crate::tx::Tx;
use tieline_model::contact::Contact;
use tieline_model::{ContactId, LocationId};

/// Finds the contact with an address: as its main one, or else as an additional one. One statement, because every
/// new contact asks for both of its addresses. A version that does not know the table of additional addresses
/// deletes contacts without theirs, so an owner counts only if it exists.
macro_rules! find {
    ($main:literal, $slot:literal) => {
        concat!(
            "SELECT id, doc FROM contacts WHERE location_id = ?1 AND id = COALESCE(\
                (SELECT id FROM contacts WHERE location_id = ?1 AND ",
            $main,
            " = ?2 ORDER BY ",
            $slot,
            " LIMIT 1), \
                (SELECT contact_id FROM contact_addresses a WHERE location_id = ?1 AND address = ?2 AND EXISTS \
                    (SELECT 1 FROM contacts c WHERE c.location_id = a.location_id AND c.id = a.contact_id) \
                ORDER BY contact_id LIMIT 1))"
        )
    };
}

pub(super) const FIND_BY_EMAIL: &str = find!("email", "email_slot");
pub(super) const FIND_BY_PHONE: &str = find!("phone", "phone_slot");

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
        for sql in [FIND_BY_EMAIL, FIND_BY_PHONE] {
            let mut plan = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let steps = plan.query_map(["", ""], |row| row.get::<_, String>("detail")).unwrap();
            let steps: Vec<String> = steps
                .map(Result::unwrap)
                .filter(|step| step.starts_with("S") && step.contains(" USING "))
                .collect();
            assert_eq!(steps.len(), 4, "{steps:?}");
            assert!(steps.iter().all(|step| step.contains("location_id=? AND ")), "{steps:?}");
        }
    }
}
