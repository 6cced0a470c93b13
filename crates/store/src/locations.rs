//! Locations.

use crate::error::Result;
use crate::store::Operation;
use crate::tx::{Tx, params};
use tieline_model::{Location, LocationId};

/// Creates a location.
#[derive(Clone, Debug)]
pub struct Create {
    /// Its name.
    pub name: String,
    /// ISO 3166 alpha-2, in upper case.
    pub country: String,
    /// IANA name of its time zone.
    pub timezone: String,
    /// Whether two contacts may share an e-mail address or a phone number.
    pub allow_duplicate_contact: bool,
}

impl Operation for Create {
    type Output = Location;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Location> {
        let location = Location {
            id: LocationId::mint(tx.now(), tx.random()),
            name: self.name.clone(),
            country: self.country.clone(),
            timezone: self.timezone.clone(),
            allow_duplicate_contact: self.allow_duplicate_contact,
            date_added: tx.now(),
        };
        let doc = serde_json::to_string(&location)?;
        tx.execute("INSERT INTO locations (id, doc) VALUES (?1, ?2)", params![&location.id, &doc]).await?;
        Ok(location)
    }
}

/// Gets a location.
#[derive(Clone, Debug)]
pub struct Get(
    /// Its id.
    pub LocationId,
);

impl Operation for Get {
    type Output = Option<Location>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Option<Location>> {
        let row = tx.query_first("SELECT id, doc FROM locations WHERE id = ?1", params![&self.0]).await?;
        row.map(|mut row| row.json(1)).transpose()
    }
}

/// Lists all locations, oldest first.
#[derive(Clone, Copy, Debug)]
pub struct List;

impl Operation for List {
    type Output = Vec<Location>;
    const SCANS: bool = true;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<Location>> {
        let rows = tx.query("SELECT id, doc FROM locations ORDER BY id", &[]).await?;
        rows.into_iter().map(|mut row| row.json(1)).collect()
    }
}
