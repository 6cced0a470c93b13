//! Connections, by which events arrive, and what their connectors remember.

use crate::error::Result;
use crate::param::params;
use crate::row::{FromRow, Row, insert, select};
use crate::seal::Seal;
use crate::store::Procedure;
use crate::tx::Tx;
use crate::unknown;
use std::time::Duration;
use tieline_model::connection::{Connection, Mapping, PaythenSettings, Secret, Settings};
use tieline_model::{ConnectionId, LocationId, Refusal};

/// Creates a connection.
#[derive(Clone, Debug)]
pub struct Create {
    /// The location that its events belong to.
    pub location_id: LocationId,
    /// What its owner calls it.
    pub name: String,
    /// What arrives by it.
    pub settings: Settings,
    /// The secret that deliveries are checked against.
    pub secret: String,
    /// Seals the secret.
    pub seal: Seal,
}

impl Procedure for Create {
    type Output = Connection;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Connection> {
        if crate::locations::Get(self.location_id.clone()).run(tx).await?.is_none() {
            return Err(Refusal::NotFound { what: "Location", id: self.location_id.to_string() }.into());
        }
        let connection = Connection {
            id: ConnectionId::mint(tx.now(), tx.id_part()),
            location_id: self.location_id.clone(),
            name: self.name.clone(),
            settings: self.settings.clone(),
            secrets: vec![Secret::new(self.secret.clone())],
            created_at: tx.now(),
        };
        let sealed = close(tx, &self.seal, &connection)?;
        tx.execute(
            insert!(Stored),
            params![
                &connection.id,
                &connection.location_id,
                &connection.name,
                &serde_json::to_string(&connection.settings)?,
                &sealed,
                connection.created_at
            ],
        )
        .await?;
        Ok(connection)
    }
}

fn close(tx: &Tx<'_>, seal: &Seal, connection: &Connection) -> Result<Vec<u8>> {
    seal.close(connection.id.as_str(), &serde_json::to_vec(&connection.secrets)?, tx.entropy())
}

/// Gets a connection by its id alone: an address, `/hooks/{id}`, names no location.
#[derive(Clone, Debug)]
pub struct Get {
    /// The connection.
    pub id: ConnectionId,
    /// Opens its secrets.
    pub seal: Seal,
}

impl Procedure for Get {
    type Output = Option<Connection>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Option<Connection>> {
        let stored: Option<Stored> = tx.first(select!(Stored, "WHERE id = ?1"), params![&self.id]).await?;
        stored.map(|stored| stored.open(&self.seal)).transpose()
    }
}

/// Lists a location's connections, oldest first. Their secrets are left out, so it needs no key.
#[derive(Clone, Debug)]
pub struct List {
    /// The location.
    pub location_id: LocationId,
}

impl Procedure for List {
    type Output = Vec<Connection>;
    const SCANS: bool = true;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<Connection>> {
        let sql = select!(Stored, "WHERE location_id = ?1 ORDER BY id");
        let stored: Vec<Stored> = tx.all(sql, params![&self.location_id]).await?;
        Ok(stored.into_iter().map(|stored| stored.connection).collect())
    }
}

/// Gives a connection a new secret. The previous ones stay valid for a while at most, so that no delivery is refused
/// until the sender uses the new one. Secrets that cannot be opened, because the key was replaced, are dropped:
/// then only the new one is valid.
#[derive(Clone, Debug)]
pub struct Rotate {
    /// The location.
    pub location_id: LocationId,
    /// The connection.
    pub id: ConnectionId,
    /// The new secret.
    pub secret: String,
    /// How long previous ones stay valid at most; nothing for a secret that has leaked.
    pub grace: Duration,
    /// Opens and seals the secrets.
    pub seal: Seal,
}

impl Procedure for Rotate {
    type Output = Connection;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Connection> {
        let (mut connection, _) = owned(tx, &self.location_id, &self.id, &self.seal).await?;
        let now = tx.now();
        connection.secrets.retain(|secret| secret.expires_at.is_none_or(|end| now < end));
        let end = now.plus(self.grace);
        for secret in &mut connection.secrets {
            // Also one of an earlier rotation, which would be valid for longer: it may be the one that leaked.
            secret.expires_at = Some(secret.expires_at.map_or(end, |known| known.min(end)));
        }
        connection.secrets.insert(0, Secret::new(self.secret.clone()));
        let sealed = close(tx, &self.seal, &connection)?;
        tx.execute("UPDATE connections SET secrets = ?2 WHERE id = ?1", params![&self.id, &sealed]).await?;
        Ok(connection)
    }
}

/// Gives a webhook another mapping. Deliveries that failed under the previous one can then be replayed.
#[derive(Clone, Debug)]
pub struct Remap {
    /// The location.
    pub location_id: LocationId,
    /// The connection.
    pub id: ConnectionId,
    /// The new mapping, which the caller has compiled to check it.
    pub mapping: Mapping,
    /// Opens the secrets.
    pub seal: Seal,
}

impl Procedure for Remap {
    type Output = Connection;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Connection> {
        let (mut connection, stored) = owned(tx, &self.location_id, &self.id, &self.seal).await?;
        let Settings::Webhook(webhook) = &mut connection.settings else {
            let message = "a Paythen connection has no mapping: Stripe's events need none".to_owned();
            return Err(Refusal::Conflict(message).into());
        };
        webhook.mapping = self.mapping.clone();
        let settings = unknown::rewrite(&stored, &connection.settings)?;
        tx.execute("UPDATE connections SET settings = ?2 WHERE id = ?1", params![&self.id, &settings])
            .await?;
        Ok(connection)
    }
}

/// Changes how a Paythen connection reads Stripe's events, from the next event on.
#[derive(Clone, Debug)]
pub struct Reread {
    /// The location.
    pub location_id: LocationId,
    /// The connection.
    pub id: ConnectionId,
    /// The new settings; they replace all of the old ones.
    pub settings: PaythenSettings,
    /// Opens the secrets.
    pub seal: Seal,
}

impl Procedure for Reread {
    type Output = Connection;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Connection> {
        let (mut connection, stored) = owned(tx, &self.location_id, &self.id, &self.seal).await?;
        let Settings::Paythen(paythen) = &mut connection.settings else {
            let message = "a webhook has no settings of this kind; it has a mapping".to_owned();
            return Err(Refusal::Conflict(message).into());
        };
        paythen.clone_from(&self.settings);
        let settings = unknown::rewrite(&stored, &connection.settings)?;
        tx.execute("UPDATE connections SET settings = ?2 WHERE id = ?1", params![&self.id, &settings])
            .await?;
        Ok(connection)
    }
}

/// A connection of the location and its settings as they are stored; refused if it does not exist. Secrets that
/// cannot be opened are left out.
async fn owned(
    tx: &mut Tx<'_>,
    location_id: &LocationId,
    id: &ConnectionId,
    seal: &Seal,
) -> Result<(Connection, String)> {
    let stored: Option<Stored> =
        tx.first(select!(Stored, "WHERE id = ?1 AND location_id = ?2"), params![id, location_id]).await?;
    let Stored { mut connection, settings, sealed } =
        stored.ok_or_else(|| Refusal::NotFound { what: "Connection", id: id.to_string() })?;
    if let Ok(secrets) = seal.open(id.as_str(), &sealed) {
        connection.secrets = serde_json::from_slice(&secrets)?;
    }
    Ok((connection, settings))
}

/// A connection without its secrets, and its settings and secrets as they are stored.
struct Stored {
    connection: Connection,
    settings: String,
    sealed: Vec<u8>,
}

impl Stored {
    fn open(self, seal: &Seal) -> Result<Connection> {
        let Self { mut connection, sealed, .. } = self;
        let secrets = seal.open(connection.id.as_str(), &sealed)?;
        connection.secrets = serde_json::from_slice(&secrets)?;
        Ok(connection)
    }
}

impl FromRow for Stored {
    const TABLE: &'static str = "connections";
    const COLUMNS: &'static str = "id, location_id, name, settings, secrets, created_at";

    fn from_row(row: &mut Row) -> Result<Self> {
        let settings: String = row.get("settings")?;
        let read = serde_json::from_str(&settings);
        let connection = Connection {
            id: row.get("id")?,
            location_id: row.get("location_id")?,
            name: row.get("name")?,
            settings: read.map_err(|error| row.corrupt("settings", error.to_string()))?,
            secrets: Vec::new(),
            created_at: row.get("created_at")?,
        };
        Ok(Self { connection, settings, sealed: row.get("secrets")? })
    }
}

/// Reads what a connector remembers under a key. For use inside a procedure.
///
/// # Errors
/// What the database reports.
pub async fn recall(tx: &mut Tx<'_>, connection: &ConnectionId, key: &str) -> Result<Option<String>> {
    let sql = "SELECT doc FROM connection_memory WHERE connection_id = ?1 AND memory_key = ?2";
    tx.value(sql, "doc", params![connection, key]).await
}

/// Stores a document that a connector remembers under a key. For use inside a procedure.
///
/// # Errors
/// What the database reports.
pub async fn remember(tx: &mut Tx<'_>, connection: &ConnectionId, key: &str, doc: &str) -> Result<()> {
    tx.execute(
        "INSERT INTO connection_memory (connection_id, memory_key, doc) VALUES (?1, ?2, ?3) \
         ON CONFLICT (connection_id, memory_key) DO UPDATE SET doc = excluded.doc",
        params![connection, key, doc],
    )
    .await
    .map(|_| ())
}
