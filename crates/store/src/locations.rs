//! Locations.

use crate::error::Result;
use crate::param::params;
use crate::store::Procedure;
use crate::tx::Tx;
use crate::{unknown, workflows};
use tieline_model::{Location, LocationId, Refusal};

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

impl Procedure for Create {
    type Output = Location;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Location> {
        let location = Location {
            id: LocationId::mint(tx.now(), tx.id_part()),
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

/// Changes a location's settings. What is left out stays as it is.
#[derive(Clone, Debug)]
pub struct Update {
    /// Its id.
    pub id: LocationId,
    /// Its new name.
    pub name: Option<String>,
    /// Its new country: ISO 3166 alpha-2, in upper case.
    pub country: Option<String>,
    /// Its new time zone, by its IANA name.
    pub timezone: Option<String>,
    /// Whether two contacts may share an e-mail address or a phone number from now on.
    pub allow_duplicate_contact: Option<bool>,
}

impl Procedure for Update {
    type Output = Location;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Location> {
        let stored: Option<String> =
            tx.value("SELECT doc FROM locations WHERE id = ?1", "doc", params![&self.id]).await?;
        let stored = stored.ok_or_else(|| Refusal::NotFound { what: "Location", id: self.id.to_string() })?;
        let before: Location = serde_json::from_str(&stored)?;
        let location = Location {
            name: self.name.clone().unwrap_or(before.name),
            country: self.country.clone().unwrap_or(before.country),
            timezone: self.timezone.clone().unwrap_or(before.timezone),
            allow_duplicate_contact: self.allow_duplicate_contact.unwrap_or(before.allow_duplicate_contact),
            ..before
        };
        let doc = unknown::rewrite(&stored, &location)?;
        tx.execute("UPDATE locations SET doc = ?2 WHERE id = ?1", params![&self.id, &doc]).await?;
        // Compiled workflows hold the location that they belong to.
        workflows::changed(tx).await?;
        Ok(location)
    }
}

/// Gets a location.
#[derive(Clone, Debug)]
pub struct Get(
    /// Its id.
    pub LocationId,
);

impl Procedure for Get {
    type Output = Option<Location>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Option<Location>> {
        let row = tx.query_first("SELECT id, doc FROM locations WHERE id = ?1", params![&self.0]).await?;
        row.map(|mut row| row.json("doc")).transpose()
    }
}

/// Lists all locations, oldest first.
#[derive(Clone, Copy, Debug)]
pub struct List;

impl Procedure for List {
    type Output = Vec<Location>;
    const SCANS: bool = true;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<Location>> {
        let rows = tx.query("SELECT id, doc FROM locations ORDER BY id", &[]).await?;
        rows.into_iter().map(|mut row| row.json("doc")).collect()
    }
}
