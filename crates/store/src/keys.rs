//! API keys. The token is shown once, when it is made; the store keeps its SHA-256.
//!
//! A plain hash is enough here, and fast: a token is 122 random bits, which nobody can guess.

use crate::error::Result;
use crate::param::params;
use crate::row::{FromRow, Row, select};
use crate::store::Procedure;
use crate::tx::Tx;
use sha2::{Digest, Sha256};
use tieline_model::key::Key;
use tieline_model::{KeyId, LocationId, Refusal, Scopes};
use uuid::Builder;

/// The form in which the store knows a token.
#[must_use]
pub fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// Creates a key for a location.
#[derive(Clone, Debug)]
pub struct Create {
    /// The location that it opens.
    pub location_id: LocationId,
    /// What its owner calls it.
    pub name: String,
    /// What it may do.
    pub scopes: Scopes,
}

impl Procedure for Create {
    /// The key and its token, which cannot be read again.
    type Output = (Key, String);

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Self::Output> {
        if crate::locations::Get(self.location_id.clone()).run(tx).await?.is_none() {
            return Err(Refusal::NotFound { what: "Location", id: self.location_id.to_string() }.into());
        }
        let token = token(tx);
        let key = Key {
            id: KeyId::mint(tx.now(), tx.id_part()),
            location_id: self.location_id.clone(),
            name: self.name.clone(),
            scopes: self.scopes,
            hint: token[token.len() - 4..].to_owned(),
            created_at: tx.now(),
            revoked_at: None,
        };
        tx.execute(
            "INSERT INTO api_keys (id, location_id, name, token_hash, hint, scopes, created_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                &key.id,
                &key.location_id,
                &key.name,
                &hash(&token),
                &key.hint,
                &key.scopes.to_string(),
                key.created_at
            ],
        )
        .await?;
        Ok((key, token))
    }
}

/// `pit-` and a random UUID (version 4), like HighLevel's private integration tokens.
fn token(tx: &Tx<'_>) -> String {
    let mut bytes = [0; 16];
    tx.entropy().fill(&mut bytes);
    format!("pit-{}", Builder::from_random_bytes(bytes).into_uuid())
}

/// Finds a key that is not revoked by the hash of its token.
#[derive(Clone, Copy, Debug)]
pub struct Find(
    /// See [`hash`].
    pub [u8; 32],
);

impl Procedure for Find {
    type Output = Option<Key>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Option<Key>> {
        let sql = select!(Key, "WHERE token_hash = ?1 AND revoked_at IS NULL");
        tx.first(sql, params![&self.0]).await
    }
}

/// Lists a location's keys, oldest first, revoked ones included.
#[derive(Clone, Debug)]
pub struct List(
    /// The location.
    pub LocationId,
);

impl Procedure for List {
    type Output = Vec<Key>;
    const SCANS: bool = true;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<Key>> {
        tx.all(select!(Key, "WHERE location_id = ?1 ORDER BY id"), params![&self.0]).await
    }
}

/// Revokes a key, at once and for good.
#[derive(Clone, Debug)]
pub struct Revoke {
    /// The location that the key belongs to.
    pub location_id: LocationId,
    /// The key.
    pub id: KeyId,
}

impl Procedure for Revoke {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<()> {
        let revoked = tx
            .execute(
                "UPDATE api_keys SET revoked_at = ?3 WHERE location_id = ?1 AND id = ?2 AND revoked_at IS NULL",
                params![&self.location_id, &self.id, tx.now()],
            )
            .await?;
        if revoked == 0 {
            return Err(Refusal::NotFound { what: "Key", id: self.id.to_string() }.into());
        }
        Ok(())
    }
}

impl FromRow for Key {
    const TABLE: &'static str = "api_keys";
    const COLUMNS: &'static str = "id, location_id, name, hint, scopes, created_at, revoked_at";

    fn from_row(row: &mut Row) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            location_id: row.get("location_id")?,
            name: row.get("name")?,
            // A scope that this version does not know grants nothing.
            scopes: row.get::<String>("scopes")?.split(' ').filter_map(|scope| scope.parse().ok()).collect(),
            hint: row.get("hint")?,
            created_at: row.get("created_at")?,
            revoked_at: row.get("revoked_at")?,
        })
    }
}
