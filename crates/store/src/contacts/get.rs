use crate::error::Result;
use crate::param::params;
use crate::store::Procedure;
use crate::tx::Tx;
use tieline_model::{ContactId, LocationId};

/// Gets a contact's document, as it was stored.
#[derive(Clone, Debug)]
pub struct Get {
    /// The location.
    pub location_id: LocationId,
    /// The contact.
    pub id: ContactId,
}

impl Procedure for Get {
    type Output = Option<String>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Option<String>> {
        let sql = "SELECT doc FROM contacts WHERE location_id = ?1 AND id = ?2";
        tx.value(sql, "doc", params![&self.location_id, &self.id]).await
    }
}
