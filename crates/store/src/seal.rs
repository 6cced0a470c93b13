//! Sealing other people's secrets, so that a copy of the database alone does not give them away.

use crate::clock::Entropy;
use crate::error::{Error, Result};
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

    /// Seals `plain` for the row that `row` names: put into another row it does not open.
    ///
    /// # Errors
    /// [`Error::Unusable`] where the cipher refuses, which takes a text of many gigabytes.
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
    /// [`Error::Unusable`] where the key is another one or the bytes were altered.
    pub fn open(&self, row: &str, sealed: &[u8]) -> Result<Vec<u8>> {
        let wrong = || {
            Error::Unusable(
                "a stored secret cannot be opened: the server runs with another secret key than the one it was sealed with (TIELINE_SECRET_KEY, or secret.key in the data folder)".to_owned(),
            )
        };
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_LEN>().ok_or_else(wrong)?;
        let payload = Payload { msg: sealed, aad: row.as_bytes() };
        self.0.decrypt(&XNonce::from(*nonce), payload).map_err(|_| wrong())
    }
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
