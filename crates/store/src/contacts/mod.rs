//! Contacts: one file per procedure.

mod addresses;
mod change;
mod create;
mod delete;
mod duplicate;
mod get;
mod links;
mod list;
mod record;
mod tags;
mod update;
mod upsert;

pub use create::Create;
pub use delete::Delete;
pub use duplicate::FindDuplicate;
pub use get::Get;
pub use links::{FindByExternalId, Subject};
pub(crate) use record::Record;

pub use crate::search::Order;
pub use list::{List, Page, SortBy};
pub use tags::{AddTags, RemoveTags, TagsChanged};
pub use update::Update;
pub use upsert::{Upsert, Upserted};

use crate::error::{Error, Result};
use crate::param::params;
use crate::tx::Tx;
use tieline_model::contact::Contact;
use tieline_model::{ContactId, LocationId, Refusal};

/// A contact after a write, and its document as it was stored.
#[derive(Clone, Debug)]
pub struct Written {
    /// The contact.
    pub contact: Contact,
    /// What the API returns for it under the date versions.
    pub doc: String,
    /// Whether anything was written: false if the contact had these values already.
    pub changed: bool,
    /// Sentences about what was left out, such as a value that does not fit its custom field or a phone number
    /// that belongs to another contact, and about what looks wrong.
    pub warnings: Vec<String>,
}

/// Refuses if the contact does not exist.
pub(crate) async fn must_exist(tx: &mut Tx<'_>, location: &LocationId, contact: &ContactId) -> Result<()> {
    if tx.memo.get::<Record>().is_some_and(|kept| kept.is(location, contact)) {
        return Ok(());
    }
    let row = tx
        .query_first("SELECT 1 FROM contacts WHERE location_id = ?1 AND id = ?2", params![location, contact])
        .await?;
    row.map(|_| ()).ok_or_else(|| Refusal::ContactNotFound(contact.to_string()).into())
}

pub(crate) fn not_found(what: &'static str, id: &impl ToString) -> Error {
    Refusal::NotFound { what, id: id.to_string() }.into()
}
