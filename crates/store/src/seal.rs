//! Sealing other people's secrets, so that a copy of the database alone does not give them away.

use crate::clock::Entropy;
use crate::error::{Error, Result};
use crate::param::params;
use crate::store::Procedure;
use crate::tx::Tx;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};

const NONCE_LEN: usize = 24;

/// Seals and opens with one key, which is kept outside the database.
#[derive(Clone)]
pub struct Seal(XChaCha20Poly1305);

impl std::fmt::Debug for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seal")
    }
}

impl Seal {
    /// Seals with this key.
    #[must_use]
    pub fn new(key: &[u8; 32]) -> Self {
        Self(XChaCha20Poly1305::new(key.into()))
    }

    /// Seals `plain` for the row that `row` names: copied into another row, it does not open.
    ///
    /// # Errors
    /// [`Error::Unusable`] if the cipher refuses, which takes a text of many gigabytes.
    pub fn close(&self, row: &str, plain: &[u8], entropy: &dyn Entropy) -> Result<Vec<u8>> {
        let mut nonce = [0; NONCE_LEN];
        entropy.fill(&mut nonce);
        let payload = Payload { msg: plain, aad: row.as_bytes() };
        let sealed = self.0.encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.map_err(|_| Error::Unusable("a secret cannot be sealed".to_owned()))?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Opens what was sealed for the same row with the same key.
    ///
    /// # Errors
    /// [`Error::Unusable`] if the key is a different one or the bytes were altered.
    pub fn open(&self, row: &str, sealed: &[u8]) -> Result<Vec<u8>> {
        let wrong = || {
            Error::Unusable(
                "a stored secret cannot be opened: it was sealed with another secret key, or altered. If the key was replaced, `tieline connections rotate` gives the connection a new secret".to_owned(),
            )
        };
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_LEN>().ok_or_else(wrong)?;
        let payload = Payload { msg: sealed, aad: row.as_bytes() };
        self.0.decrypt(&XNonce::from(*nonce), payload).map_err(|_| wrong())
    }
}

/// The setting that holds the check value.
const CHECK: &str = "secret-key-check";
/// What the check value holds, sealed.
const CHECKED: &[u8] = b"this is the key";

/// Checks that a key is the one that the database's secrets are sealed with. The first key that is checked
/// becomes that one.
#[derive(Clone, Debug)]
pub struct Check {
    /// The key.
    pub seal: Seal,
}

impl Procedure for Check {
    /// Whether it is.
    type Output = bool;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<bool> {
        if let Some(value) = check_value(tx).await? {
            let sealed = hex::decode(value).unwrap_or_default();
            return Ok(self.seal.open(CHECK, &sealed).is_ok());
        }
        // A database from before the check value may hold secrets without one.
        let row = tx.query_first("SELECT id, secrets FROM connections ORDER BY id LIMIT 1", &[]).await?;
        if let Some(mut row) = row
            && self.seal.open(&row.get::<String>("id")?, &row.get::<Vec<u8>>("secrets")?).is_err()
        {
            return Ok(false);
        }
        accept(tx, &self.seal).await?;
        Ok(true)
    }
}

/// Whether the database has a key already, so that a new one would be wrong.
#[derive(Clone, Copy, Debug)]
pub struct HasKey;

impl Procedure for HasKey {
    type Output = bool;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<bool> {
        let has_connection = tx.exists("SELECT 1 FROM connections LIMIT 1", &[]).await?;
        Ok(has_connection || check_value(tx).await?.is_some())
    }
}

/// Makes this key the database's own. What was sealed with the previous key can no longer be opened.
#[derive(Clone, Debug)]
pub struct Accept {
    /// The key.
    pub seal: Seal,
}

impl Procedure for Accept {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<()> {
        accept(tx, &self.seal).await
    }
}

async fn check_value(tx: &mut Tx<'_>) -> Result<Option<String>> {
    tx.value("SELECT value FROM settings WHERE name = ?1", "value", params![CHECK]).await
}

async fn accept(tx: &mut Tx<'_>, seal: &Seal) -> Result<()> {
    let value = hex::encode(seal.close(CHECK, CHECKED, tx.entropy())?);
    tx.execute(
        "INSERT INTO settings (name, value) VALUES (?1, ?2) \
         ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        params![CHECK, &value],
    )
    .await
    .map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SeededEntropy;

    #[test]
    fn opens_only_with_the_same_key_for_the_same_row() {
        let (seal, other) = (Seal::new(&[1; 32]), Seal::new(&[2; 32]));
        let sealed = seal.close("row", b"whsec_x", &SeededEntropy::new(1)).unwrap();
        assert_eq!(seal.open("row", &sealed).unwrap(), b"whsec_x");
        assert!(seal.open("other row", &sealed).is_err());
        assert!(other.open("row", &sealed).is_err());
        assert!(seal.open("row", &sealed[..10]).is_err());
        assert!(!sealed.windows(7).any(|window| window == b"whsec_x"));
    }
}
