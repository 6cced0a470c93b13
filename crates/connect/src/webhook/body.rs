//! A delivery's body, read into JSON.

use serde_json::{Map, Value};
use tieline_model::depth::{MAX_NESTING, lies_within};
use url::form_urlencoded;

/// The most brackets that a form's key may nest; a deeper key is kept as it is written.
const DEEPEST: usize = 16;

/// Reads a body as its type says: a form becomes an object, anything else is tried as JSON, because many
/// senders give no type or a wrong one.
///
/// In a form a key that comes several times becomes a list, as does `a[]`, and `a[b]` becomes an object. All
/// its values are texts.
///
/// # Errors
/// A sentence that says what is wrong and what can be read. It quotes nothing of the body.
pub fn read(content_type: Option<&str>, body: &[u8]) -> Result<Value, String> {
    let kind = essence(content_type);
    if kind == "application/x-www-form-urlencoded" {
        return Ok(Value::Object(read_form(body)));
    }
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    if body.trim_ascii().is_empty() {
        return Err("the body is empty; send a JSON object".to_owned());
    }
    let value = serde_json::from_slice(body).map_err(|error| unreadable(&kind, &error))?;
    if lies_within(&value, MAX_NESTING) {
        return Ok(value);
    }
    Err(format!("the body is nested more than {MAX_NESTING} deep; send a flatter one"))
}

/// The type without its parameters, in lower case.
fn essence(content_type: Option<&str>) -> String {
    let kind = content_type.unwrap_or_default().split(';').next().unwrap_or_default();
    kind.trim().to_ascii_lowercase()
}

fn unreadable(kind: &str, error: &serde_json::Error) -> String {
    let json = kind.is_empty() || kind.ends_with("/json") || kind.ends_with("+json");
    if json {
        format!("the body is not valid JSON: {error}")
    } else {
        "the body is neither JSON nor a form; send it as application/json or as \
         application/x-www-form-urlencoded"
            .to_owned()
    }
}

/// Reads a form, or a query, which is written the same way.
pub(super) fn read_form(body: &[u8]) -> Map<String, Value> {
    let mut form = Map::new();
    for (key, value) in form_urlencoded::parse(body) {
        let value = Value::String(value.into_owned());
        if let Err(value) = insert(&mut form, &path(&key), value) {
            // Keys that contradict each other, as in `a=1&a[b]=2`: the later one keeps its full name.
            push(form.entry(key).or_insert_with(|| Value::Array(Vec::new())), value);
        }
    }
    form
}

/// The parts of `a[b][c]`; a key that is not written like this is one part.
fn path(key: &str) -> Vec<&str> {
    let whole = || vec![key];
    let Some((head, rest)) = key.split_once('[') else { return whole() };
    let Some(inner) = rest.strip_suffix(']') else { return whole() };
    let parts: Vec<&str> = inner.split("][").collect();
    let names = parts.split_last().map_or(&[][..], |(_, names)| names);
    let odd = parts.iter().any(|part| part.contains(['[', ']'])) || names.iter().any(|name| name.is_empty());
    if head.is_empty() || odd || parts.len() > DEEPEST {
        return whole();
    }
    std::iter::once(head).chain(parts).collect()
}

/// Puts a value at its path, or gives it back where the path leads through a text or a list.
fn insert(map: &mut Map<String, Value>, path: &[&str], value: Value) -> Result<(), Value> {
    match path {
        [] => return Err(value),
        [name] => match map.get_mut(*name) {
            Some(there) => push(there, value),
            None => drop(map.insert((*name).to_owned(), value)),
        },
        [name, ""] => push(map.entry(*name).or_insert_with(|| Value::Array(Vec::new())), value),
        [name, rest @ ..] => match map.entry(*name).or_insert_with(|| Value::Object(Map::new())) {
            Value::Object(inner) => return insert(inner, rest, value),
            _ => return Err(value),
        },
    }
    Ok(())
}

/// Adds a value to what is there: a list grows, a text becomes a list, an object takes it without a name.
fn push(there: &mut Value, value: Value) {
    match there {
        Value::Array(items) => items.push(value),
        Value::Object(inner) => match inner.get_mut("") {
            Some(there) => push(there, value),
            None => drop(inner.insert(String::new(), value)),
        },
        _ => *there = Value::Array(vec![there.take(), value]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    const FORM: Option<&str> = Some("application/x-www-form-urlencoded; charset=utf-8");

    fn form(body: &str) -> Value {
        read(FORM, body.as_bytes()).unwrap()
    }

    #[test]
    fn json_is_read_whatever_its_type() {
        for kind in
            [None, Some("application/json"), Some("Application/JSON; charset=utf-8"), Some("text/plain")]
        {
            assert_eq!(read(kind, br#"{"a":[1]}"#), Ok(json!({"a": [1]})), "{kind:?}");
        }
        assert_eq!(read(None, b"[1]"), Ok(json!([1])));
        assert_eq!(read(None, b"\xef\xbb\xbf{}"), Ok(json!({})));
    }

    #[test]
    fn a_form_becomes_an_object() {
        assert_eq!(
            form("name=Ada+L&mail=a%40b.co&tag=x&tag=y&tag=z"),
            json!({
                "name": "Ada L", "mail": "a@b.co", "tag": ["x", "y", "z"],
            })
        );
        assert_eq!(
            form("ids[]=1&card[brand]=visa&card[last4]=4242&card[a][b]=c"),
            json!({
                "ids": ["1"], "card": {"brand": "visa", "last4": "4242", "a": {"b": "c"}},
            })
        );
        assert_eq!(form(""), json!({}));
    }

    #[test]
    fn odd_keys_of_a_form_lose_nothing() {
        assert_eq!(form("a=1&a[b]=2&a[b]=3"), json!({"a": "1", "a[b]": ["2", "3"]}));
        assert_eq!(form("a[b]=1&a=2"), json!({"a": {"b": "1", "": "2"}}));
        assert_eq!(
            form("a[b=1&[c]=2&d]=3&e[][f]=4"),
            json!({"a[b": "1", "[c]": "2", "d]": "3", "e[][f]": "4"})
        );
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        assert!(read(None, b" ").unwrap_err().contains("empty"));
        let error = read(Some("application/json"), b"{\"card\": 4242").unwrap_err();
        assert!(error.starts_with("the body is not valid JSON") && !error.contains("4242"), "{error}");
        for kind in ["text/xml", "multipart/form-data; boundary=x"] {
            assert!(read(Some(kind), b"<a/>").unwrap_err().contains("application/json"));
        }
    }

    #[test]
    fn deep_bodies_do_no_harm() {
        assert!(read(None, "[".repeat(1_000_000).as_bytes()).unwrap_err().contains("recursion"));
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(read(None, nested(MAX_NESTING).as_bytes()).is_ok());
        assert!(read(None, nested(MAX_NESTING + 1).as_bytes()).unwrap_err().contains("64 deep"));
        let key = format!("a{}=1", "[b]".repeat(100_000));
        assert_eq!(form(&key).as_object().unwrap().len(), 1);
    }

    proptest! {
        #[test]
        fn any_body_is_read_or_refused(kind in proptest::option::of("\\PC{0,40}"), body: Vec<u8>) {
            let _ = read(kind.as_deref(), &body);
            prop_assert!(read(FORM, &body).is_ok());
        }

        #[test]
        fn a_form_keeps_every_value(keys in proptest::collection::vec("[ab\\[\\]]{1,7}", 0..12)) {
            let body: String = keys.iter().map(|key| format!("{key}=value&")).collect();
            let kept = form(&body).to_string().matches("value").count();
            prop_assert_eq!(kept, keys.len());
        }
    }
}
