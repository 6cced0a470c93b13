//! Proof that a delivery comes from the connection's sender.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use http::header::AUTHORIZATION;
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};
use tieline_model::connection::{Encoding, WebhookAuth};

/// Some senders leave out the padding, which carries no information.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Why a delivery is refused. The sender and the connection's owner read the texts: they say what was expected,
/// and quote neither what was sent nor the secret.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AuthError {
    /// The connection has nothing to check against.
    #[error("the connection has no secret that is still valid; give it a new one")]
    NoSecret,
    /// The place where the proof belongs is empty.
    #[error("{place} is missing; expected {expected}")]
    Missing {
        /// A header or the query.
        place: String,
        /// What belongs there.
        expected: String,
    },
    /// It is not in the form of a proof.
    #[error("{place} has the wrong form; expected {expected}")]
    Malformed {
        /// A header or the query.
        place: String,
        /// What belongs there.
        expected: String,
    },
    /// It proves another secret or another body.
    #[error(
        "{place} does not match; expected {expected}; check that the sender has this connection's secret"
    )]
    Mismatch {
        /// A header or the query.
        place: String,
        /// What belongs there.
        expected: String,
    },
}

/// Checks a delivery against the connection's secrets, any of which may match. `body` is the body byte for byte;
/// `query` is the part of the address after the `?`.
///
/// All secrets are compared, each in constant time, so that the answer's timing reveals nothing. An empty secret
/// never matches.
///
/// # Errors
/// [`AuthError`], which says what was expected.
pub fn authenticate<'s>(
    auth: &WebhookAuth,
    secrets: impl Iterator<Item = &'s str> + Clone,
    headers: &HeaderMap,
    query: Option<&str>,
    body: &[u8],
) -> Result<(), AuthError> {
    let secrets = secrets.filter(|secret| !secret.is_empty());
    if secrets.clone().next().is_none() {
        return Err(AuthError::NoSecret);
    }
    let claim = Claim::new(auth);
    let proof = claim.proof(auth, headers, query)?;
    let fits = |secret: &str| match auth {
        WebhookAuth::Hmac { .. } => sign(secret, body).as_slice().ct_eq(&proof),
        WebhookAuth::Bearer | WebhookAuth::Url => same(secret.as_bytes(), &proof),
        WebhookAuth::Basic { user } => same(format!("{user}:{secret}").as_bytes(), &proof),
    };
    if secrets.fold(Choice::from(0), |found, secret| found | fits(secret)).into() {
        return Ok(());
    }
    Err(AuthError::Mismatch { place: claim.place, expected: claim.expected })
}

/// Where a proof is expected, and what it must be.
struct Claim {
    place: String,
    expected: String,
}

impl Claim {
    fn new(auth: &WebhookAuth) -> Self {
        let (place, expected) = match auth {
            WebhookAuth::Hmac { header, encoding, prefix } => {
                (format!("the header {header}"), signature_form(*encoding, prefix))
            }
            WebhookAuth::Bearer => {
                ("the header Authorization".to_owned(), "`Bearer` and the connection's secret".to_owned())
            }
            WebhookAuth::Basic { .. } => (
                "the header Authorization".to_owned(),
                "`Basic` with the connection's user and its secret as the password".to_owned(),
            ),
            WebhookAuth::Url => {
                ("`secret` in the query".to_owned(), "`?secret=` and the connection's secret".to_owned())
            }
        };
        Self { place, expected }
    }

    /// The bytes of the request to compare.
    fn proof(
        &self,
        auth: &WebhookAuth,
        headers: &HeaderMap,
        query: Option<&str>,
    ) -> Result<Vec<u8>, AuthError> {
        let header = |name: &str| {
            let value = headers.get(name).map(|value| value.as_bytes().trim_ascii());
            value.filter(|value| !value.is_empty()).ok_or_else(|| self.missing())
        };
        let authorization = || header(AUTHORIZATION.as_str());
        let found = match auth {
            WebhookAuth::Hmac { header: name, encoding, prefix } => {
                signature(header(name)?, *encoding, prefix)
            }
            WebhookAuth::Bearer => credentials(authorization()?, b"bearer").map(<[u8]>::to_vec),
            WebhookAuth::Basic { .. } => {
                credentials(authorization()?, b"basic").and_then(|encoded| BASE64.decode(encoded).ok())
            }
            WebhookAuth::Url => return secret_of(query).ok_or_else(|| self.missing()),
        };
        found.ok_or_else(|| self.malformed())
    }

    fn missing(&self) -> AuthError {
        AuthError::Missing { place: self.place.clone(), expected: self.expected.clone() }
    }

    fn malformed(&self) -> AuthError {
        AuthError::Malformed { place: self.place.clone(), expected: self.expected.clone() }
    }
}

fn signature_form(encoding: Encoding, prefix: &str) -> String {
    let encoding = match encoding {
        Encoding::Hex => "hexadecimal",
        Encoding::Base64 => "base64",
    };
    let prefix = if prefix.is_empty() { String::new() } else { format!(" after `{prefix}`") };
    format!("the HMAC-SHA256 of the raw body in {encoding}{prefix}")
}

fn signature(value: &[u8], encoding: Encoding, prefix: &str) -> Option<Vec<u8>> {
    let value = value.strip_prefix(prefix.as_bytes())?;
    let bytes = match encoding {
        Encoding::Hex => hex::decode(value).ok()?,
        Encoding::Base64 => BASE64.decode(value).ok()?,
    };
    (bytes.len() == Sha256::output_size()).then_some(bytes)
}

/// The part after the scheme's name, which may be in either case.
fn credentials<'v>(value: &'v [u8], scheme: &[u8]) -> Option<&'v [u8]> {
    let (name, rest) = value.split_at_checked(scheme.len())?;
    let fits = name.eq_ignore_ascii_case(scheme) && rest.starts_with(b" ");
    Some(rest.trim_ascii()).filter(|rest| fits && !rest.is_empty())
}

fn secret_of(query: Option<&str>) -> Option<Vec<u8>> {
    let mut pairs = url::form_urlencoded::parse(query?.as_bytes());
    let secret = pairs.find(|(name, _)| name == "secret").map(|(_, value)| value.into_owned().into_bytes());
    secret.filter(|secret| !secret.is_empty())
}

fn sign(secret: &str, body: &[u8]) -> Vec<u8> {
    // HMAC accepts a key of any length; the error exists for other algorithms.
    Hmac::<Sha256>::new_from_slice(secret.as_bytes())
        .map(|mac| mac.chain_update(body).finalize().into_bytes().to_vec())
        .unwrap_or_default()
}

/// Compares digests. Comparing the bytes themselves ends early if the lengths differ, which reveals the secret's
/// length.
fn same(secret: &[u8], given: &[u8]) -> Choice {
    Sha256::digest(secret).as_slice().ct_eq(Sha256::digest(given).as_slice())
}

#[cfg(test)]
mod tests;
