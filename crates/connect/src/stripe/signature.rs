//! The `Stripe-Signature` header: `t=<unix seconds>,v1=<hex>[,v1=<hex>…]`, where each `v1` is the
//! HMAC-SHA256 of `<t>.<raw body>` under the secret of the endpoint.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::time::Duration;
use subtle::{Choice, ConstantTimeEq};
use tieline_model::Timestamp;

/// How far the time in the header may be from now, as Stripe recommends.
pub const TOLERANCE: Duration = Duration::from_secs(300);

/// Why a delivery does not count as Stripe's, and what to do about it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SignatureError {
    /// The header is empty or was not sent.
    #[error(
        "the Stripe-Signature header is missing; let Stripe post here directly, or pass its headers on unchanged"
    )]
    Missing,
    /// The header has the wrong form.
    #[error("the Stripe-Signature header is malformed; expected `t=<unix seconds>,v1=<64 hex digits>`")]
    Malformed,
    /// The delivery was signed too long ago, or in the future.
    #[error(
        "the Stripe-Signature header was signed at {signed_at}, outside the {tolerance_s} s that are allowed; \
         check this machine's clock, or let Stripe send the event again"
    )]
    Outdated {
        /// The time in the header.
        signed_at: Timestamp,
        /// The allowed distance from now, in seconds.
        tolerance_s: u64,
    },
    /// The body was signed with another secret, or changed in transit.
    #[error(
        "no signature in the Stripe-Signature header matches; check that the connection has the signing secret \
         (whsec_…) of this Stripe endpoint and that nothing rewrites the body on its way"
    )]
    NoMatch,
}

/// Checks that `body`, byte for byte as it arrived, was signed with one of `secrets` within `tolerance` of
/// `now`. Pass every live secret, so that a secret can be replaced without losing an event.
///
/// # Errors
/// [`SignatureError`], which names the problem.
pub fn verify<'a>(
    header: &str,
    body: &[u8],
    secrets: impl Iterator<Item = &'a str>,
    now: Timestamp,
    tolerance: Duration,
) -> Result<(), SignatureError> {
    let header = Header::parse(header)?;
    let signed_at = Timestamp::from_seconds(header.seconds);
    if u128::from(now.millis().abs_diff(signed_at.millis())) > tolerance.as_millis() {
        return Err(SignatureError::Outdated { signed_at, tolerance_s: tolerance.as_secs() });
    }
    let mut matches = Choice::from(0);
    // An empty secret proves nothing: anyone can sign with it.
    for secret in secrets.filter(|secret| !secret.is_empty()) {
        let expected = digest(secret, header.time, body);
        for signature in &header.signatures {
            matches |= expected.ct_eq(signature);
        }
    }
    if bool::from(matches) { Ok(()) } else { Err(SignatureError::NoMatch) }
}

/// The header that Stripe sends with `body` at the time `at`; for samples and tests.
#[must_use]
pub fn sign(body: &[u8], secret: &str, at: Timestamp) -> String {
    let time = at.millis().div_euclid(1000).to_string();
    format!("t={time},v1={}", hex::encode(digest(secret, &time, body)))
}

struct Header<'a> {
    /// The time as written, because the signature covers that text.
    time: &'a str,
    seconds: i64,
    signatures: Vec<[u8; 32]>,
}

impl<'a> Header<'a> {
    fn parse(text: &'a str) -> Result<Self, SignatureError> {
        if text.trim().is_empty() {
            return Err(SignatureError::Missing);
        }
        let mut time = None;
        let mut signatures = Vec::new();
        for part in text.split(',') {
            match part.trim().split_once('=') {
                Some(("t", value)) => time = Some(value),
                Some(("v1", value)) => signatures.extend(read_hex(value)),
                // Other schemes may come with v1 and prove nothing: v0 is for test events only.
                Some(_) => {}
                None => return Err(SignatureError::Malformed),
            }
        }
        let time = time.ok_or(SignatureError::Malformed)?;
        let seconds = time.parse().map_err(|_| SignatureError::Malformed)?;
        if signatures.is_empty() {
            return Err(SignatureError::Malformed);
        }
        Ok(Self { time, seconds, signatures })
    }
}

fn read_hex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(text, &mut bytes).ok()?;
    Some(bytes)
}

fn digest(secret: &str, time: &str, body: &[u8]) -> [u8; 32] {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key of any length");
    for part in [time.as_bytes(), b".", body] {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: i64 = 1_795_435_200;

    fn check(header: &str, body: &[u8], secrets: &[&str]) -> Result<(), SignatureError> {
        verify(header, body, secrets.iter().copied(), Timestamp::from_seconds(NOW), TOLERANCE)
    }

    #[test]
    fn agrees_with_an_hmac_computed_elsewhere() {
        // printf '1795435200.{"id":"evt_1"}' | openssl dgst -sha256 -hmac whsec_known
        let header = sign(br#"{"id":"evt_1"}"#, "whsec_known", Timestamp::from_seconds(NOW));
        assert_eq!(header, KNOWN);
    }

    const KNOWN: &str = "t=1795435200,v1=fa7e6c43659bb23b8970b083f5f322c790b3e565d4a54cb1d2889d9a15a84a25";

    #[test]
    fn an_empty_secret_proves_nothing() {
        let forged = sign(b"{}", "", Timestamp::from_seconds(NOW));
        assert_eq!(check(&forged, b"{}", &["", "whsec_real"]), Err(SignatureError::NoMatch));
    }

    #[test]
    fn takes_any_live_secret_and_any_v1() {
        let at = Timestamp::from_seconds(NOW - 10);
        let old = sign(b"{}", "whsec_old", at);
        let new = sign(b"{}", "whsec_new", at);
        let both = format!("{old},{},v0=00", new.split_once(',').unwrap().1);
        assert_eq!(check(&old, b"{}", &["whsec_new", "whsec_old"]), Ok(()));
        assert_eq!(check(&both, b"{}", &["whsec_new"]), Ok(()));
        assert_eq!(check(&old, b"{}", &["whsec_new"]), Err(SignatureError::NoMatch));
        assert_eq!(check(&old, b"{}", &[]), Err(SignatureError::NoMatch));
    }

    #[test]
    fn old_and_future_deliveries_are_refused() {
        for (seconds, taken) in [(300, true), (301, false), (-300, true), (-301, false)] {
            let header = sign(b"{}", "whsec_x", Timestamp::from_seconds(NOW - seconds));
            assert_eq!(check(&header, b"{}", &["whsec_x"]).is_ok(), taken, "{seconds}");
        }
    }

    #[test]
    fn what_is_wrong_is_told() {
        let error = |header: &str| check(header, b"{}", &["whsec_x"]).unwrap_err();
        assert_eq!(error("  "), SignatureError::Missing);
        for header in ["nonsense", "t=1795435200", "v1=00", "t=x,v1=00", "t=1795435200,v1=zz"] {
            assert_eq!(error(header), SignatureError::Malformed, "{header}");
        }
        assert!(SignatureError::NoMatch.to_string().contains("signing secret"));
    }

    proptest! {
        #[test]
        fn no_header_and_no_body_make_it_panic(
            header in ".*", time in any::<i64>(), rest in "[ -~]*", body: Vec<u8>
        ) {
            let _ = check(&header, &body, &["whsec_x"]);
            let _ = check(&format!("t={time},v1={rest}"), &body, &[""]);
        }

        #[test]
        fn what_was_signed_holds_and_one_flipped_byte_breaks_it(
            mut body in prop::collection::vec(any::<u8>(), 1..200), secret in ".+",
            place: prop::sample::Index, flip in 1..=255u8,
        ) {
            let header = sign(&body, &secret, Timestamp::from_seconds(NOW));
            prop_assert_eq!(check(&header, &body, &[&secret]), Ok(()));
            let place = place.index(body.len());
            body[place] ^= flip;
            prop_assert_eq!(check(&header, &body, &[&secret]), Err(SignatureError::NoMatch));
        }
    }
}
