//! Replaces secrets in what a history shows.

use serde_json::{Map, Value};
use tieline_connect::http::redact::{REDACTED, is_secret, redact_url};
use url::Url;

/// How tokens of Tieline, HighLevel and Stripe begin.
const TOKENS: [&str; 6] = ["pit-", "sk_live_", "sk_test_", "rk_live_", "rk_test_", "whsec_"];

/// The value without secrets: what a member has whose name says that it is one, what looks like a token, and the
/// user, password and query of an address.
pub(super) fn redacted(value: Value) -> Value {
    match value {
        Value::Object(map) => Value::Object(map.into_iter().map(member).collect::<Map<_, _>>()),
        Value::Array(items) => Value::Array(items.into_iter().map(redacted).collect()),
        Value::String(text) => Value::String(redacted_text(text)),
        value => value,
    }
}

fn member((name, value): (String, Value)) -> (String, Value) {
    let value = match value {
        Value::String(_) | Value::Number(_) if is_secret(&name) => Value::from(REDACTED),
        value => redacted(value),
    };
    (name, value)
}

fn redacted_text(text: String) -> String {
    if let Some(url) = address(&text) {
        return redact_url(&url);
    }
    if !TOKENS.iter().any(|token| text.contains(token)) && !text.contains("Bearer ") {
        return text;
    }
    let mut after_bearer = false;
    let word = |word: &str| {
        let bare = word.trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
        let is_token = after_bearer || TOKENS.iter().any(|token| bare.starts_with(token));
        after_bearer = word == "Bearer";
        if is_token { REDACTED.to_owned() } else { word.to_owned() }
    };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// The text as an address that may hold a secret.
fn address(text: &str) -> Option<Url> {
    let url = text.starts_with("http").then(|| Url::parse(text).ok())??;
    let has_secret = url.password().is_some() || !url.username().is_empty() || url.query().is_some();
    (has_secret && url.has_host()).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn secrets_are_replaced_wherever_they_are() {
        let shown = redacted(json!({
            "url": "https://me:pass@shop.example/orders?key=abc",
            "headers": { "Authorization": "Bearer abc", "X-Api-Key": "abc", "accept": "text/plain" },
            "body": { "client_secret": "abc", "items": [{ "password": "abc" }], "note": "use sk_live_abc please" },
            "line": "Bearer abc is the key",
        }));
        assert!(!shown.to_string().contains("abc"), "{shown}");
        assert_eq!(shown["url"], "https://shop.example/orders?key=[redacted]");
        assert_eq!(shown["body"]["note"], "use [redacted] please");
        assert_eq!(shown["headers"]["accept"], "text/plain");
    }

    #[test]
    fn other_values_stay_as_they_are() {
        let value =
            json!({ "email": "ada@example.com", "tags": ["a b"], "n": 1, "at": "https://a.example/x" });
        assert_eq!(redacted(value.clone()), value);
    }
}
