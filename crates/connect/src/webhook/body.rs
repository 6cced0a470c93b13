//! A delivery's body, read into JSON.

use super::unpack::unpack;
use super::{form, multipart};
use crate::charset::{decode, guess, of_content_type};
use crate::connector::Malformed;
use serde_json::Value;
use tieline_model::depth::{MAX_NESTING, lies_within};
use tieline_model::json;
use tieline_model::text::{strip_nul, without_bom};

/// A body and how its sender describes it. The descriptions are headers, empty if missing.
#[derive(Clone, Copy, Debug)]
pub struct Body<'a> {
    /// `Content-Type`.
    pub content_type: &'a str,
    /// `Content-Encoding`.
    pub content_encoding: &'a str,
    /// The bytes.
    pub bytes: &'a [u8],
}

/// Reads a body as its type says: a form becomes an object, anything else is read as JSON, because many
/// senders give no type or a wrong one. For the same reason, a form that is a JSON object is one.
///
/// No text in it holds U+0000.
///
/// # Errors
/// [`Malformed`], which names the problem and what is accepted, and does not quote the body.
pub fn read(body: Body<'_>) -> Result<Value, Malformed> {
    let bytes = unpack(body.content_encoding, body.bytes)?;
    let mut value = read_unpacked(body.content_type, without_bom(&bytes)).map_err(Malformed::Unreadable)?;
    strip_nul(&mut value);
    if lies_within(&value, MAX_NESTING) {
        return Ok(value);
    }
    Err(Malformed::Unreadable(format!("the body is nested more than {MAX_NESTING} deep; send a flatter one")))
}

fn read_unpacked(content_type: &str, bytes: &[u8]) -> Result<Value, String> {
    let charset = of_content_type(content_type);
    match essence(content_type).as_str() {
        "application/x-www-form-urlencoded" => {
            Ok(json_of_form(bytes).unwrap_or_else(|| Value::Object(form::read(charset, bytes))))
        }
        "multipart/form-data" => multipart::read(content_type, bytes).map(Value::Object),
        kind => {
            let text = decode(Some(charset.unwrap_or_else(|| guess(bytes))), bytes);
            if text.trim().is_empty() {
                return Err("the body is empty; send a JSON object".to_owned());
            }
            json::from_slice(text.as_bytes()).map_err(|error| unreadable(kind, &error))
        }
    }
}

/// `curl -d` labels everything a form. A form that can be read as JSON is JSON.
fn json_of_form(bytes: &[u8]) -> Option<Value> {
    let begins_like_json = bytes.trim_ascii_start().first().is_some_and(|byte| b"{[".contains(byte));
    begins_like_json.then(|| json::from_slice(bytes).ok()).flatten()
}

/// The type without its parameters, in lower case.
fn essence(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn unreadable(kind: &str, error: &serde_json::Error) -> String {
    let json = kind.is_empty() || kind.ends_with("/json") || kind.ends_with("+json");
    if json {
        format!("the body is not valid JSON: {error}")
    } else {
        "the body is neither JSON nor a form; send it as application/json, \
         application/x-www-form-urlencoded or multipart/form-data"
            .to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    const FORM: &str = "application/x-www-form-urlencoded";

    fn read(content_type: &str, bytes: &[u8]) -> Result<Value, String> {
        super::read(Body { content_type, content_encoding: "", bytes }).map_err(|error| error.to_string())
    }

    #[test]
    fn json_is_read_whatever_its_type() {
        for kind in ["", "application/json", "Application/JSON; charset=utf-8", "text/plain"] {
            assert_eq!(read(kind, br#"{"a":[1]}"#), Ok(json!({"a": [1]})), "{kind}");
        }
        assert_eq!(read("", b"[1]"), Ok(json!([1])));
    }

    /// Case W1.
    #[test]
    fn json_that_is_called_a_form_is_json() {
        assert_eq!(read(FORM, br#" {"kind":"x","n":1}"#), Ok(json!({"kind": "x", "n": 1})));
        assert_eq!(read(FORM, b"{a=1"), Ok(json!({"{a": "1"})));
        assert_eq!(read(FORM, b"1"), Ok(json!({"1": ""})));
    }

    /// Case W2.
    #[test]
    fn the_character_set_that_is_named_decides() {
        let latin = format!("{FORM}; charset=ISO-8859-1");
        assert_eq!(read(&latin, b"name=J%FCrgen"), Ok(json!({"name": "J\u{fc}rgen"})));
        let json = b"{\"name\":\"J\xfcrgen\"}";
        let jurgen = json!({"name": "J\u{fc}rgen"});
        assert_eq!(read("application/json; charset=windows-1252", json), Ok(jurgen.clone()));
        assert_eq!(read("application/json", json), Ok(jurgen));
    }

    /// Case W3.
    #[test]
    fn a_packed_form_is_unpacked_first() {
        let bytes = hex::decode("1f8b08000000000002034b4cb24d320400b4e9f9d905000000").unwrap();
        let body = Body { content_type: FORM, content_encoding: "gzip", bytes: &bytes };
        assert_eq!(super::read(body), Ok(json!({"ab": "b1"})));
    }

    /// Case W4.
    #[test]
    fn a_multipart_form_is_read() {
        let body = b"--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n--x--\r\n";
        assert_eq!(read("multipart/form-data; boundary=x", body), Ok(json!({"a": "b"})));
        assert!(read("multipart/form-data", body).unwrap_err().contains("boundary"));
    }

    /// Case W7.
    #[test]
    fn half_a_character_does_not_lose_the_delivery() {
        assert_eq!(read("", br#"{"a":"Omar \ud83c"}"#), Ok(json!({"a": "Omar \u{fffd}"})));
    }

    /// Case W8.
    #[test]
    fn a_byte_order_mark_is_taken_off_every_body() {
        for (kind, body) in
            [("", "\u{feff}{\"a\":\"1\"}"), (FORM, "\u{feff}a=1"), (FORM, "\u{feff}{\"a\":\"1\"}")]
        {
            assert_eq!(read(kind, body.as_bytes()), Ok(json!({"a": "1"})), "{kind}");
        }
    }

    /// Case D12.
    #[test]
    fn no_text_keeps_the_character_u_0000() {
        for (kind, body) in [("", r#"{"name":"A\u0000B"}"#), (FORM, "name=A%00B"), (FORM, "na%00me=AB")] {
            assert_eq!(read(kind, body.as_bytes()), Ok(json!({"name": "AB"})), "{body}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_reported() {
        assert!(read("", b" ").unwrap_err().contains("empty"));
        let error = read("application/json", b"{\"card\": 4242").unwrap_err();
        assert!(error.starts_with("the body is not valid JSON") && !error.contains("4242"), "{error}");
        assert!(read("text/xml", b"<a/>").unwrap_err().contains("application/json"));
    }

    #[test]
    fn deep_bodies_do_no_harm() {
        assert!(read("", "[".repeat(1_000_000).as_bytes()).unwrap_err().contains("recursion"));
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(read("", nested(MAX_NESTING).as_bytes()).is_ok());
        assert!(read("", nested(MAX_NESTING + 1).as_bytes()).unwrap_err().contains("64 deep"));
    }

    proptest! {
        #[test]
        fn any_body_is_read_or_refused(kind in "\\PC{0,40}", body: Vec<u8>) {
            let _ = read(&kind, &body);
            prop_assert!(read(FORM, &body).is_ok());
        }
    }
}
