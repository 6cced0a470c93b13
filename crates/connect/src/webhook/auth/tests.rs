//! Each way to prove a delivery, the right one and the wrong ones.

use super::*;
use proptest::prelude::*;

const SECRET: &str = "whsec_current";
const BODY: &[u8] = br#"{"event":"paid"}"#;

fn hmac(encoding: Encoding, prefix: &str) -> WebhookAuth {
    WebhookAuth::Hmac { header: "X-Signature".to_owned(), encoding, prefix: prefix.to_owned() }
}

fn basic() -> WebhookAuth {
    WebhookAuth::Basic { user: "stripe".to_owned() }
}

fn with(name: &'static str, value: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(name, value.parse().unwrap());
    headers
}

fn check(auth: &WebhookAuth, headers: &HeaderMap) -> Result<(), AuthError> {
    authenticate(auth, [SECRET].into_iter(), headers, None, BODY)
}

fn by_url(query: Option<&str>) -> Result<(), AuthError> {
    authenticate(&WebhookAuth::Url, [SECRET].into_iter(), &HeaderMap::new(), query, BODY)
}

#[test]
fn a_signature_is_taken_in_the_form_that_is_set() {
    let signature = sign(SECRET, BODY);
    let lower = hex::encode(&signature);
    let base64 = BASE64.encode(&signature);
    assert_eq!(check(&hmac(Encoding::Hex, ""), &with("x-signature", &lower)), Ok(()));
    assert_eq!(check(&hmac(Encoding::Hex, ""), &with("x-signature", &lower.to_uppercase())), Ok(()));
    assert_eq!(
        check(&hmac(Encoding::Hex, "sha256="), &with("x-signature", &format!("sha256={lower}"))),
        Ok(())
    );
    assert_eq!(check(&hmac(Encoding::Base64, ""), &with("x-signature", &base64)), Ok(()));
    let bare = base64.trim_end_matches('=');
    assert_eq!(check(&hmac(Encoding::Base64, ""), &with("x-signature", bare)), Ok(()));
}

#[test]
fn the_signature_is_the_known_one() {
    // RFC 4231, test case 2.
    let signature = sign("Jefe", b"what do ya want for nothing?");
    let known = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    assert_eq!(hex::encode(signature), known);
}

#[test]
fn a_signature_of_something_else_is_refused() {
    let auth = hmac(Encoding::Hex, "sha256=");
    let of = |secret: &str, body: &[u8]| format!("sha256={}", hex::encode(sign(secret, body)));
    for wrong in [of("other", BODY), of(SECRET, b"{}")] {
        let error = check(&auth, &with("x-signature", &wrong)).unwrap_err();
        assert!(matches!(error, AuthError::Mismatch { .. }), "{error}");
    }
    for malformed in ["sha256=", "sha256=zz", "sha256=abcd", &hex::encode(sign(SECRET, BODY))] {
        let error = check(&auth, &with("x-signature", malformed)).unwrap_err();
        assert!(matches!(error, AuthError::Malformed { .. }), "{malformed}: {error}");
    }
    assert_eq!(
        check(&auth, &HeaderMap::new()).unwrap_err().to_string(),
        "the header X-Signature is missing; expected the HMAC-SHA256 of the raw body in hexadecimal after \
         `sha256=`"
    );
}

#[test]
fn a_bearer_token_is_the_secret() {
    for right in ["Bearer whsec_current", "bearer  whsec_current "] {
        assert_eq!(check(&WebhookAuth::Bearer, &with("authorization", right)), Ok(()), "{right}");
    }
    for wrong in
        ["Bearer", "Bearer whsec_curren", "Bearer whsec_current1", "Basic whsec_current", "whsec_current"]
    {
        assert!(check(&WebhookAuth::Bearer, &with("authorization", wrong)).is_err(), "{wrong}");
    }
}

#[test]
fn a_password_is_the_secret() {
    let header = |text: &str| with("authorization", &format!("Basic {}", BASE64.encode(text)));
    assert_eq!(check(&basic(), &header("stripe:whsec_current")), Ok(()));
    for wrong in ["stripe:other", "other:whsec_current", "whsec_current", "stripe:", ":"] {
        assert!(check(&basic(), &header(wrong)).is_err(), "{wrong}");
    }
    let error = check(&basic(), &with("authorization", "Basic ???")).unwrap_err();
    assert!(matches!(error, AuthError::Malformed { .. }), "{error}");
}

#[test]
fn the_address_may_hold_the_secret() {
    assert_eq!(by_url(Some("a=1&secret=whsec%5Fcurrent")), Ok(()));
    assert!(matches!(by_url(Some("secret=other")), Err(AuthError::Mismatch { .. })));
    for missing in [None, Some(""), Some("secret="), Some("Secret=whsec_current")] {
        assert!(matches!(by_url(missing), Err(AuthError::Missing { .. })), "{missing:?}");
    }
}

#[test]
fn while_a_secret_is_replaced_both_are_taken() {
    let headers = with("authorization", "Bearer old");
    let secrets = ["new", "old"];
    let result = authenticate(&WebhookAuth::Bearer, secrets.into_iter(), &headers, None, BODY);
    assert_eq!(result, Ok(()));
}

#[test]
fn without_a_secret_nothing_is_taken() {
    for secrets in [vec![], vec![""]] {
        let result = authenticate(&WebhookAuth::Bearer, secrets.into_iter(), &HeaderMap::new(), None, BODY);
        assert_eq!(result, Err(AuthError::NoSecret));
    }
    let signed_with_nothing = with("x-signature", &hex::encode(sign("", BODY)));
    let secrets = ["", SECRET].into_iter();
    assert!(authenticate(&hmac(Encoding::Hex, ""), secrets, &signed_with_nothing, None, BODY).is_err());
}

proptest! {
    #[test]
    fn a_wrong_secret_never_passes(
        value: Vec<u8>, query in "\\PC{0,40}", body: Vec<u8>, secret in "[!-~]{1,20}", other in "[!-~]{1,20}",
    ) {
        prop_assume!(secret != other);
        let header = http::HeaderValue::from_bytes(&value);
        let mut headers = HeaderMap::new();
        if let Ok(header) = header {
            headers.insert("x-signature", header.clone());
            headers.insert("authorization", header);
        }
        let secrets = [secret.as_str()].into_iter();
        let forms = [hmac(Encoding::Hex, ""), hmac(Encoding::Base64, ""), WebhookAuth::Bearer, basic()];
        for auth in forms.into_iter().chain([WebhookAuth::Url]) {
            prop_assert!(authenticate(&auth, secrets.clone(), &headers, Some(&query), &body).is_err());
        }
        let signed = with("x-signature", &hex::encode(sign(&other, &body)));
        prop_assert!(authenticate(&hmac(Encoding::Hex, ""), secrets.clone(), &signed, None, &body).is_err());
        let bearer = with("authorization", &format!("Bearer {other}"));
        prop_assert!(authenticate(&WebhookAuth::Bearer, secrets.clone(), &bearer, None, &body).is_err());
        let right = with("authorization", &format!("Bearer {secret}"));
        prop_assert!(authenticate(&WebhookAuth::Bearer, secrets, &right, None, &body).is_ok());
    }
}
