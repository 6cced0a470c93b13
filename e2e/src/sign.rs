//! Signing what is posted to a connection.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tieline_connect::stripe::signature;
use tieline_model::Timestamp;
use tieline_store::clock::{Clock, SystemClock};

/// The time by the machine's clock.
#[must_use]
pub fn now() -> Timestamp {
    SystemClock.now()
}

/// The `Stripe-Signature` header of a body that is sent now.
#[must_use]
pub fn stripe(body: &str, secret: &str) -> String {
    signature::sign(body.as_bytes(), secret, now())
}

/// The HMAC-SHA256 of a body.
///
/// # Panics
/// Never: a key may have any length.
#[must_use]
pub fn hmac(body: &str, secret: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key of any length");
    mac.update(body.as_bytes());
    mac.finalize().into_bytes().to_vec()
}
