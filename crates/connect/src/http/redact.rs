//! Keeps secrets out of what is stored and shown: a run's history, a message, a log.

mod redactor;
mod text;

pub use redactor::Redactor;

use http::{HeaderMap, HeaderName};
use std::collections::BTreeMap;
use url::Url;

/// What replaces a secret.
pub const REDACTED: &str = "[redacted]";

/// Names of secrets, and parts of such names, without `-` and `_`.
const SECRET_NAMES: [&str; 17] = [
    "authorization",
    "proxyauthorization",
    "cookie",
    "setcookie",
    "auth",
    "xauth",
    "pass",
    "pwd",
    "pin",
    "xpin",
    "userpin",
    "pincode",
    "otp",
    "cvc",
    "cvv",
    "jwt",
    "session",
];
const SECRET_PARTS: [&str; 9] = [
    "token",
    "secret",
    "password",
    "passphrase",
    "apikey",
    "accesskey",
    "privatekey",
    "subscriptionkey",
    "credential",
];

/// Whether a header or a member of this name holds a secret.
#[must_use]
pub fn is_secret(name: &str) -> bool {
    let name: String =
        name.chars().filter(|c| !matches!(c, '-' | '_')).map(|c| c.to_ascii_lowercase()).collect();
    SECRET_NAMES.contains(&name.as_str()) || SECRET_PARTS.iter().any(|part| name.contains(part))
}

/// Headers in a form that may be stored: names in lower case, several values of a name joined by a comma,
/// secrets replaced.
#[must_use]
pub fn redact(headers: &HeaderMap) -> BTreeMap<String, String> {
    let shown = |name: &HeaderName| {
        if is_secret(name.as_str()) {
            return REDACTED.to_owned();
        }
        let values = headers.get_all(name).iter();
        let texts: Vec<_> = values.map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
        texts.join(", ")
    };
    headers.keys().map(|name| (name.as_str().to_owned(), shown(name))).collect()
}

/// An address in a form that may be stored: without user, password and fragment, and with every value of the
/// query replaced. The path stays, so that calls in a history can be distinguished.
#[must_use]
pub fn redact_url(url: &Url) -> String {
    let mut text = url.origin().ascii_serialization();
    text.push_str(url.path());
    for (n, (name, _)) in url.query_pairs().enumerate() {
        text.push(if n == 0 { '?' } else { '&' });
        text.extend(url::form_urlencoded::byte_serialize(name.as_bytes()));
        text.push('=');
        text.push_str(REDACTED);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first look at a text must not pass over a name that is in the lists.
    #[test]
    fn a_text_with_the_name_of_a_secret_is_read() {
        for name in SECRET_NAMES.iter().chain(&SECRET_PARTS) {
            assert!(Redactor::may_concern(name), "{name}");
            assert!(Redactor::may_concern(&name.replace("key", "_Key")), "{name}");
        }
    }

    #[test]
    fn secrets_in_headers_are_replaced() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("authorization", "Bearer abc"),
            ("x-api-key", "abc"),
            ("x-auth-token", "abc"),
            ("set-cookie", "a=abc"),
            ("accept", "text/html"),
            ("accept", "text/plain"),
        ] {
            headers.append(name, value.parse().unwrap());
        }
        let shown = redact(&headers);
        assert!(!format!("{shown:?}").contains("abc"));
        assert_eq!(shown["authorization"], REDACTED);
        assert_eq!(shown["accept"], "text/html, text/plain");
    }

    #[test]
    fn secrets_in_an_address_are_replaced() {
        let url: Url = "https://me:word@example.com:8443/a/b?key=abc&x%20y=1#part".parse().unwrap();
        assert_eq!(redact_url(&url), "https://example.com:8443/a/b?key=[redacted]&x+y=[redacted]");
    }
}
