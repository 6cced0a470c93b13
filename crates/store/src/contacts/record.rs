//! A contact's row: loading it for a change, saving it, and finding it by e-mail address or phone number.

use super::addresses;
use crate::error::{Error, Result};
use crate::param::params;
use crate::row::Row;
use crate::search;
use crate::tx::Tx;
use tieline_model::contact::Contact;
use tieline_model::{ContactId, LocationId, Refusal, text};

const INSERT: &str = "\
    INSERT INTO contacts (location_id, id, email, email_slot, phone, phone_slot, date_updated, search, doc, \
    indexed) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?7)";

const UPDATE: &str = "\
    UPDATE contacts SET email = ?3, email_slot = ?4, phone = ?5, phone_slot = ?6, date_updated = ?7, \
    search = ?8, doc = ?9, indexed = ?7 WHERE location_id = ?1 AND id = ?2";

/// A contact as stored in its row.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(super) contact: Contact,
    email_slot: String,
    phone_slot: String,
}

/// What identifies a contact. Both are compared in one form; see [`tieline_model::text`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Identity {
    Email,
    Phone,
}

impl Identity {
    pub(super) const fn field(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Phone => "phone",
        }
    }

    /// What it is called in sentences.
    pub(super) const fn noun(self) -> &'static str {
        match self {
            Self::Email => "address",
            Self::Phone => "number",
        }
    }

    /// The contact's main address or number, in the form in which it is compared.
    pub(super) fn of(self, contact: &Contact) -> Option<String> {
        match self {
            Self::Email => email_key(contact),
            Self::Phone => contact.phone.clone(),
        }
    }

    /// The contact's additional ones, in the form in which they are compared.
    pub(super) fn others_of(self, contact: &Contact) -> Vec<String> {
        match self {
            Self::Email => contact.additional_email_keys().collect(),
            Self::Phone => contact.additional_numbers().map(str::to_owned).collect(),
        }
    }
}

fn email_key(contact: &Contact) -> Option<String> {
    contact.email.as_deref().map(text::email_key)
}

/// Finds the contact that an e-mail address (in its compared form) or a phone number belongs to; among
/// duplicates, the one that had it first. A contact that has it as an additional one comes last.
pub(super) async fn find(
    tx: &mut Tx<'_>,
    location: &LocationId,
    by: Identity,
    key: &str,
) -> Result<Option<(ContactId, String)>> {
    let sql = match by {
        Identity::Email => addresses::FIND_BY_EMAIL,
        Identity::Phone => addresses::FIND_BY_PHONE,
    };
    let row = tx.query_first(sql, params![location, key]).await?;
    row.map(|mut row| Ok((row.get("id")?, row.get("doc")?))).transpose()
}

impl Record {
    /// Loads a contact to change it.
    pub(super) async fn load(tx: &mut Tx<'_>, location: &LocationId, id: &ContactId) -> Result<Self> {
        if let Some(kept) = tx.memo.get::<Self>().filter(|kept| kept.is(location, id)) {
            return Ok(kept.clone());
        }
        let row = tx
            .query_first(
                "SELECT id, doc, email_slot, phone_slot FROM contacts WHERE location_id = ?1 AND id = ?2",
                params![location, id],
            )
            .await?;
        Self::read(row.ok_or_else(|| Error::from(Refusal::ContactNotFound(id.to_string())))?)
    }

    fn read(mut row: Row) -> Result<Self> {
        Ok(Self {
            contact: row.json("doc")?,
            email_slot: row.get("email_slot")?,
            phone_slot: row.get("phone_slot")?,
        })
    }

    /// Writes a new contact and returns its document. `owns` says that no other contact has its addresses,
    /// which the caller has checked.
    pub(super) async fn insert(tx: &mut Tx<'_>, contact: &Contact, owns: bool) -> Result<String> {
        let doc = contact.to_document()?;
        let email = email_key(contact);
        let (email_slot, phone_slot) = match owns {
            true => ("", ""),
            false => (
                slot(tx, contact, Identity::Email, email.as_deref()).await?,
                slot(tx, contact, Identity::Phone, contact.phone.as_deref()).await?,
            ),
        };
        Self::write(tx, INSERT, contact, &doc, email_slot, phone_slot).await?;
        search::note(tx, &contact.location_id, &contact.id, false).await?;
        Ok(doc)
    }

    /// Writes a changed contact over this one and returns its document.
    pub(super) async fn save(&self, tx: &mut Tx<'_>, contact: &Contact) -> Result<String> {
        let doc = contact.to_document()?;
        addresses::save(tx, &self.contact, contact).await?;
        let email = email_key(contact);
        let same_email = email == email_key(&self.contact);
        let same_phone = contact.phone == self.contact.phone;
        if same_email && same_phone {
            // Statements that name an indexed column rewrite its index, so the usual change names none.
            tx.execute(
                "UPDATE contacts SET date_updated = ?3, search = ?4, doc = ?5, indexed = ?3 \
                 WHERE location_id = ?1 AND id = ?2",
                params![
                    &contact.location_id,
                    &contact.id,
                    contact.date_updated,
                    &contact.search_text(),
                    &doc
                ],
            )
            .await?;
            search::note(tx, &contact.location_id, &contact.id, true).await?;
            Self::keep(tx, contact, &self.email_slot, &self.phone_slot);
            return Ok(doc);
        }
        let email_slot = match same_email {
            true => self.email_slot.as_str(),
            false => slot(tx, contact, Identity::Email, email.as_deref()).await?,
        };
        let phone_slot = match same_phone {
            true => self.phone_slot.as_str(),
            false => slot(tx, contact, Identity::Phone, contact.phone.as_deref()).await?,
        };
        Self::write(tx, UPDATE, contact, &doc, email_slot, phone_slot).await?;
        search::note(tx, &contact.location_id, &contact.id, true).await?;
        Ok(doc)
    }

    /// Writes the whole row, by one of the statements that number its columns alike.
    async fn write(
        tx: &mut Tx<'_>,
        sql: &'static str,
        contact: &Contact,
        doc: &str,
        email_slot: &str,
        phone_slot: &str,
    ) -> Result<()> {
        tx.execute(
            sql,
            params![
                &contact.location_id,
                &contact.id,
                email_key(contact).as_ref(),
                email_slot,
                contact.phone.as_ref(),
                phone_slot,
                contact.date_updated,
                &contact.search_text(),
                doc,
            ],
        )
        .await?;
        Self::keep(tx, contact, email_slot, phone_slot);
        Ok(())
    }

    /// Keeps what was written in memory for the rest of the procedure.
    fn keep(tx: &mut Tx<'_>, contact: &Contact, email_slot: &str, phone_slot: &str) {
        let (email_slot, phone_slot) = (email_slot.to_owned(), phone_slot.to_owned());
        tx.memo.keep(Self { contact: contact.clone(), email_slot, phone_slot });
    }

    /// Whether this is the contact of that id.
    pub(super) fn is(&self, location: &LocationId, id: &ContactId) -> bool {
        self.contact.id == *id && self.contact.location_id == *location
    }
}

/// The slot of an address: empty for the contact that owns it, the contact's id for any other contact. Callers
/// have already refused duplicates if the location allows none.
async fn slot<'c>(tx: &mut Tx<'_>, contact: &'c Contact, by: Identity, key: Option<&str>) -> Result<&'c str> {
    let Some(key) = key else { return Ok("") };
    let owner = find(tx, &contact.location_id, by, key).await?;
    Ok(if owner.is_some_and(|(id, _)| id != contact.id) { contact.id.as_str() } else { "" })
}
