//! A server's answer, as the step's output.

use super::redact::redact;
use crate::charset;
use http::{HeaderMap, StatusCode, header};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use tieline_model::depth::{MAX_NESTING, lies_within};
use tieline_model::json;
use tieline_model::text::strip_nul;

/// A successful answer; serialised, it is the output of the step `http.request`.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Response {
    /// The status, from 200 to 299.
    pub status: u16,
    /// The headers, names in lower case. Cookies and tokens are replaced, because the output is stored.
    pub headers: BTreeMap<String, String>,
    /// The body: JSON as JSON, null if there is none, else text. JSON that is nested too deep to be stored is text
    /// too.
    pub body: Value,
    /// Whether the body was longer than the limit. A JSON body that was cut stays text.
    pub truncated: bool,
}

impl Response {
    pub(super) fn new(status: StatusCode, headers: &HeaderMap, body: &[u8], truncated: bool) -> Self {
        let text = text(headers, body);
        let json = !truncated && may_be_json(headers);
        let parsed = json.then(|| json::from_slice(text.as_bytes()).ok()).flatten();
        let parsed = parsed.filter(|value| lies_within(value, MAX_NESTING));
        let as_text = || if text.is_empty() { Value::Null } else { Value::String(text.clone()) };
        let mut body = parsed.unwrap_or_else(as_text);
        strip_nul(&mut body);
        Self { status: status.as_u16(), headers: redact(headers), body, truncated }
    }
}

/// A body as text, in the character set that the answer names.
pub(super) fn text(headers: &HeaderMap, body: &[u8]) -> String {
    let kind = headers.get(header::CONTENT_TYPE).map(|kind| String::from_utf8_lossy(kind.as_bytes()));
    let charset = kind.and_then(|kind| charset::of_content_type(&kind));
    charset::decode(charset, body).into_owned()
}

/// Whether the type says JSON; a body without a type is tried, because small servers forget it.
fn may_be_json(headers: &HeaderMap) -> bool {
    let Some(kind) = headers.get(header::CONTENT_TYPE) else { return true };
    let kind = String::from_utf8_lossy(kind.as_bytes()).to_ascii_lowercase();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    essence.ends_with("/json") || essence.ends_with("+json")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn body(kind: &str, body: &str) -> Value {
        let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, kind.parse().unwrap())]);
        Response::new(StatusCode::OK, &headers, body.as_bytes(), false).body
    }

    #[test]
    fn the_type_decides_how_a_body_is_read() {
        assert_eq!(body("application/json; charset=utf-8", r#"{"a":1}"#), json!({"a": 1}));
        assert_eq!(body("application/problem+JSON", "[1]"), json!([1]));
        assert_eq!(body("application/json", "<html>"), json!("<html>"));
        assert_eq!(body("text/plain", "1"), json!("1"));
        assert_eq!(body("application/json", ""), Value::Null);
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(body("application/json", &nested(MAX_NESTING)).is_array());
        assert_eq!(body("application/json", &nested(MAX_NESTING + 1)), json!(nested(MAX_NESTING + 1)));
    }

    /// Cases W2, W7 and W8.
    #[test]
    fn a_body_is_read_as_its_sender_wrote_it() {
        let answered = |kind: &str, body: &[u8]| {
            let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, kind.parse().unwrap())]);
            Response::new(StatusCode::OK, &headers, body, false).body
        };
        assert_eq!(answered("text/plain; charset=ISO-8859-1", b"J\xfcrgen"), json!("J\u{fc}rgen"));
        assert_eq!(answered("application/json; charset=latin1", b"[\"\xfc\"]"), json!(["\u{fc}"]));
        assert_eq!(answered("application/json", "\u{feff}[1]".as_bytes()), json!([1]));
        assert_eq!(answered("text/plain", "\u{feff}a".as_bytes()), json!("a"));
        assert_eq!(answered("application/json", br#"["\ud83c"]"#), json!(["\u{fffd}"]));
        assert_eq!(answered("application/json", br#"["a\u0000b"]"#), json!(["ab"]));
    }

    #[test]
    fn a_body_that_was_cut_stays_text() {
        let cut = Response::new(StatusCode::OK, &HeaderMap::new(), b"12", true);
        assert_eq!((cut.body, cut.truncated), (json!("12"), true));
    }

    proptest! {
        #[test]
        fn any_body_becomes_an_output(body: Vec<u8>) {
            let response = Response::new(StatusCode::OK, &HeaderMap::new(), &body, false);
            prop_assert!(serde_json::to_string(&response).is_ok());
        }
    }
}
