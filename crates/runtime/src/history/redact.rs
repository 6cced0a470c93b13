//! Replaces secrets in what a history shows.

use serde_json::{Map, Value};
use tieline_connect::http::redact::{REDACTED, is_secret, redact_url};
use url::Url;

/// How tokens of Tieline, HighLevel and Stripe begin.
const TOKENS: [&str; 6] = ["pit-", "sk_live_", "sk_test_", "rk_live_", "rk_test_", "whsec_"];
/// The word before a token in a header.
const BEARER: &str = "bearer";
/// A token has so many characters behind its beginning, at least.
const SHORTEST_TOKEN: usize = 8;

/// The value without secrets: what a member has whose name says that it is one, the values of a query, what looks
/// like a token, and the user, password and query of an address.
pub(crate) fn redacted(value: Value) -> Value {
    match value {
        Value::Object(map) => Value::Object(map.into_iter().map(member).collect::<Map<_, _>>()),
        Value::Array(items) => Value::Array(items.into_iter().map(redacted).collect()),
        Value::String(text) => Value::String(redacted_text(text)),
        value => value,
    }
}

fn member((name, value): (String, Value)) -> (String, Value) {
    let value = match value {
        Value::Null | Value::Bool(_) => value,
        _ if is_secret(&name) => Value::from(REDACTED),
        // What is added to an address, as in the address itself.
        Value::Object(query) if name == "query" => {
            query.into_iter().map(|(name, _)| (name, Value::from(REDACTED))).collect()
        }
        value => redacted(value),
    };
    (name, value)
}

fn redacted_text(text: String) -> String {
    let may_hold_one = text.contains("://")
        || TOKENS.iter().any(|token| text.contains(token))
        || text.as_bytes().windows(BEARER.len()).any(|word| word.eq_ignore_ascii_case(BEARER.as_bytes()));
    if !may_hold_one {
        return text;
    }
    let (mut shown, mut is_after_bearer) = (String::with_capacity(text.len()), false);
    for part in text.split_inclusive(char::is_whitespace) {
        let word = part.trim_end();
        let space = &part[word.len()..];
        match address(word) {
            _ if is_after_bearer && !word.is_empty() => shown.push_str(REDACTED),
            Some(url) => shown.push_str(&redact_url(&url)),
            None if has_token(word) => shown.push_str(REDACTED),
            None => shown.push_str(word),
        }
        shown.push_str(space);
        is_after_bearer =
            word.trim_end_matches(':').eq_ignore_ascii_case(BEARER) || (is_after_bearer && word.is_empty());
    }
    shown
}

/// The word as an address that may hold a secret.
fn address(word: &str) -> Option<Url> {
    let url = word.contains("://").then(|| Url::parse(word).ok())??;
    let has_secret = url.password().is_some() || !url.username().is_empty() || url.query().is_some();
    (has_secret && url.has_host()).then_some(url)
}

fn has_token(word: &str) -> bool {
    TOKENS.iter().any(|token| {
        let behind = word.split_once(token).map_or("", |(_, behind)| behind);
        let length = behind.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'-').count();
        length >= SHORTEST_TOKEN && behind.bytes().take(length).any(|byte| byte.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn secrets_are_replaced_wherever_they_are() {
        let shown = redacted(json!({
            "url": "HTTPS://me:p4ss@shop.example/orders?key=s3cret",
            "query": { "key": "s3cret", "list": ["s3cret"] },
            "headers": { "Authorization": "Bearer s3cret", "X-Api-Key": "s3cret", "accept": "text/plain" },
            "body": {
                "client_secret": "s3cret", "items": [{ "password": { "value": "s3cret" } }], "access_key": 5,
                "note": "use sk_live_0123456789s3cret please", "privateKey": ["s3cret"],
            },
            "line": "bearer\ts3cret is the key of https://shop.example/?token=s3cret now",
            "pair": "token=pit-01234567-s3cret",
        }));
        assert!(!shown.to_string().contains("s3cret"), "{shown}");
        assert_eq!(shown["url"], "https://shop.example/orders?key=[redacted]");
        assert_eq!(shown["body"]["note"], "use [redacted] please");
        assert_eq!(
            shown["line"],
            "bearer\t[redacted] is the key of https://shop.example/?token=[redacted] now"
        );
        assert_eq!(shown["headers"]["accept"], "text/plain");
    }

    #[test]
    fn other_values_stay_as_they_are() {
        let value = json!({
            "email": "ada@example.com", "tags": ["a b"], "n": 1, "at": "https://a.example/x", "author": "Ada",
            "note": "a pit-stop\n and  a cockpit-view", "token": null,
        });
        assert_eq!(redacted(value.clone()), value);
    }
}
