//! Indexing contacts that were written without the index.

use crate::error::Result;
use crate::param::params;
use crate::row::Row;
use crate::search::note;
use crate::store::Procedure;
use crate::tx::Tx;
use tieline_model::contact::Contact;
use tieline_model::{ContactId, LocationId};

/// Selects contacts that the index does not know in their present state. They are sorted because only then does the
/// planner of PostgreSQL take the index that holds just these: it takes two different columns for different in almost
/// every row, and would read the whole table to find none.
macro_rules! behind {
    ($columns:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM contacts WHERE indexed IS DISTINCT FROM date_updated ORDER BY location_id, id LIMIT ?1"
        )
    };
}

const ADOPT: &str = behind!("location_id, id, doc");
/// Nodes that do this at the same time take different contacts.
const ADOPT_IN_PARALLEL: &str = concat!(behind!("location_id, id, doc"), " FOR UPDATE SKIP LOCKED");
const BEHIND: &str = concat!("SELECT COUNT(*) AS behind FROM (", behind!("1"), ") AS found");

/// Leaves word of at most so many contacts that the index does not know in their present state.
pub(super) struct Adopt(pub(super) i64);

impl Procedure for Adopt {
    /// How many there were.
    type Output = i64;
    const LONG: bool = true;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<i64> {
        Ok(self.contacts(tx).await? + self.deleted(tx).await?)
    }
}

impl Adopt {
    async fn contacts(&self, tx: &mut Tx<'_>) -> Result<i64> {
        let sql = if tx.writes_in_parallel() { ADOPT_IN_PARALLEL } else { ADOPT };
        let rows = tx.query(sql, params![self.0]).await?;
        let mut count = 0;
        for row in rows {
            contact(tx, row).await?;
            count += 1;
        }
        Ok(count)
    }

    async fn deleted(&self, tx: &mut Tx<'_>) -> Result<i64> {
        let sql = "SELECT location_id, id FROM deleted_contacts WHERE indexed IS NULL LIMIT ?1";
        let mut count = 0;
        for mut row in tx.query(sql, params![self.0]).await? {
            let (location, id): (LocationId, ContactId) = (row.get("location_id")?, row.get("id")?);
            let sql = "UPDATE deleted_contacts SET indexed = deleted_at WHERE location_id = ?1 AND id = ?2";
            tx.execute(sql, params![&location, &id]).await?;
            note(tx, &location, &id, true).await?;
            count += 1;
        }
        Ok(count)
    }
}

/// Counts the contacts that the index does not know in their present state, up to so many.
pub(super) struct Behind(pub(super) i64);

impl Procedure for Behind {
    type Output = i64;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<i64> {
        Ok(tx.value(BEHIND, "behind", params![self.0]).await?.unwrap_or(0))
    }
}

async fn contact(tx: &mut Tx<'_>, mut row: Row) -> Result<()> {
    let (location, id): (LocationId, ContactId) = (row.get("location_id")?, row.get("id")?);
    let text = row.json::<Contact>("doc")?.search_text();
    let sql = "UPDATE contacts SET search = ?3, indexed = date_updated WHERE location_id = ?1 AND id = ?2";
    tx.execute(sql, params![&location, &id, &text]).await?;
    note(tx, &location, &id, true).await
}
