//! The input of the step `http.request`, read and checked.

use super::redact::{REDACTED, is_secret, redact_url};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};
use std::fmt;
use tieline_model::form::FieldError;
use url::{Url, form_urlencoded};

/// The most headers of a request; servers accept fewer.
const MOST_HEADERS: usize = 100;

pub(super) const METHODS: [Method; 7] =
    [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::HEAD, Method::OPTIONS];
/// Headers that frame a message or route it. From a template, one of these could smuggle in a second request or
/// bypass the check of the address.
const FRAMING: [&str; 11] = [
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "keep-alive",
    "proxy-connection",
    "proxy-authorization",
    "te",
    "trailer",
    "upgrade",
    "expect",
];

/// A request that is ready to send.
///
/// It is made from the rendered input of a step: `url` (required), `method` (POST where there is a body, else
/// GET), `headers` (an object), `query` (an object, added to the address's own), `body` (an object or
/// list goes out as JSON, or as a form where the Content-Type says so; a text goes out as it is).
#[derive(Clone)]
pub struct Request {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    pub(super) body: Option<Vec<u8>>,
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, redact_url(&self.url))
    }
}

impl Request {
    /// Reads a step's rendered input.
    ///
    /// # Errors
    /// Every mistake found, each naming the field and the fix.
    pub fn read(input: &Map<String, Value>) -> Result<Self, Vec<FieldError>> {
        let mut reader = Reader::default();
        let request = reader.request(input);
        match request {
            Some(request) if reader.errors.is_empty() => Ok(request),
            _ => Err(reader.errors),
        }
    }

    /// The host, with its port if the address names one. Messages name the server by it, because the rest of an
    /// address often holds a secret.
    #[must_use]
    pub fn host(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        self.url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// Removes the secrets of this request from a text: some servers repeat them in their answers.
    pub(super) fn without_secrets(&self, text: &str) -> String {
        let mut secrets: Vec<String> = self.url.query_pairs().map(|(_, value)| value.into_owned()).collect();
        secrets.extend(self.url.query().map(str::to_owned));
        for (_, value) in self.headers.iter().filter(|(name, _)| is_secret(name.as_str())) {
            let value = String::from_utf8_lossy(value.as_bytes());
            secrets.extend(value.split_ascii_whitespace().map(str::to_owned));
        }
        // The longest first: otherwise a shorter secret inside it would be replaced and the rest left. Very short
        // values protect nothing and occur in many words.
        secrets.retain(|secret| secret.len() >= 4);
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        secrets.iter().fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), REDACTED))
    }
}

/// Reads the parts of a request and collects the problems.
#[derive(Default)]
pub(super) struct Reader {
    pub(super) errors: Vec<FieldError>,
}

impl Reader {
    fn problem(&mut self, field: &str, message: impl fmt::Display) {
        self.errors.push(FieldError::new(field, format!("{field}: {message}")));
    }

    fn request(&mut self, input: &Map<String, Value>) -> Option<Request> {
        let body = input.get("body").filter(|body| !body.is_null());
        let method = self.method(input.get("method"), body.is_some());
        let url = self.url(input.get("url"));
        let mut headers = self.headers(input.get("headers"));
        let query = self.pairs("query", input.get("query"));
        let body = body.map(|body| self.body(body, &mut headers));
        let mut url = url?;
        move_credentials(&mut url, &mut headers);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Some(Request { method: method?, url, headers, body })
    }

    pub(super) fn method(&mut self, method: Option<&Value>, has_body: bool) -> Option<Method> {
        let name = match method {
            None | Some(Value::Null) => return Some(if has_body { Method::POST } else { Method::GET }),
            Some(Value::String(name)) => name.trim().to_ascii_uppercase(),
            Some(_) => String::new(),
        };
        let found = METHODS.into_iter().find(|method| method.as_str() == name);
        if found.is_none() {
            let names: Vec<&str> = METHODS.iter().map(Method::as_str).collect();
            self.problem("method", format_args!("must be one of {}", names.join(", ")));
        }
        found
    }

    /// The message does not quote the text: a wrong address may still hold a secret.
    pub(super) fn url(&mut self, url: Option<&Value>) -> Option<Url> {
        let text = match url {
            Some(Value::String(text)) if !text.trim().is_empty() => text.trim(),
            None | Some(Value::Null | Value::String(_)) => {
                self.problem("url", "is missing; give the address to call, like https://example.com/hook");
                return None;
            }
            Some(_) => {
                self.problem("url", "must be a text, like https://example.com/hook");
                return None;
            }
        };
        match Url::parse(text) {
            Ok(url) if matches!(url.scheme(), "http" | "https") => Some(url),
            Ok(_) => {
                self.problem("url", "must begin with https:// or http://");
                None
            }
            Err(error) => {
                self.problem("url", format_args!("is not an address like https://example.com/hook: {error}"));
                None
            }
        }
    }

    pub(super) fn headers(&mut self, headers: Option<&Value>) -> HeaderMap {
        let mut read = HeaderMap::new();
        let Some(map) = self.object("headers", headers) else { return read };
        for (name, value) in map.iter().filter(|(_, value)| !value.is_null()) {
            if read.len() >= MOST_HEADERS {
                self.problem("headers", format!("are more than {MOST_HEADERS}; send fewer"));
                break;
            }
            if let Some((name, value)) = self.header(name, value) {
                read.insert(name, value);
            }
        }
        read
    }

    fn header(&mut self, name: &str, value: &Value) -> Option<(HeaderName, HeaderValue)> {
        let field = format!("headers.{name}");
        let Ok(name) = HeaderName::from_bytes(name.trim().as_bytes()) else {
            self.problem(&field, "is not a header's name; take letters, digits and -");
            return None;
        };
        if FRAMING.contains(&name.as_str()) {
            self.problem(&field, "is set by Tieline itself; leave it out");
            return None;
        }
        let Some(text) = scalar(value) else {
            self.problem(&field, "must be a text, a number, true or false");
            return None;
        };
        let Ok(mut value) = HeaderValue::from_bytes(text.trim().as_bytes()) else {
            self.problem(&field, "must be one line without control characters");
            return None;
        };
        value.set_sensitive(is_secret(name.as_str()));
        Some((name, value))
    }

    fn body(&mut self, body: &Value, headers: &mut HeaderMap) -> Vec<u8> {
        if let Value::String(text) = body {
            headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static("text/plain; charset=utf-8"));
            return text.clone().into_bytes();
        }
        let kind = headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static("application/json"));
        let form = kind.as_bytes().to_ascii_lowercase().starts_with(b"application/x-www-form-urlencoded");
        if form && body.is_object() {
            let pairs = self.pairs("body", Some(body));
            return form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish().into_bytes();
        }
        body.to_string().into_bytes()
    }

    /// The pairs of a query or a form. A list repeats its name for each item.
    pub(super) fn pairs(&mut self, field: &str, object: Option<&Value>) -> Vec<(String, String)> {
        let mut pairs = Vec::new();
        let Some(map) = self.object(field, object) else { return pairs };
        for (name, value) in map.iter().filter(|(_, value)| !value.is_null()) {
            let items = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
            let texts: Option<Vec<String>> = items.iter().map(scalar).collect();
            match texts {
                Some(texts) => pairs.extend(texts.into_iter().map(|text| (name.clone(), text))),
                None => self.problem(
                    &format!("{field}.{name}"),
                    "must be a text, a number, true, false or a list of these",
                ),
            }
        }
        pairs
    }

    fn object<'v>(&mut self, field: &str, value: Option<&'v Value>) -> Option<&'v Map<String, Value>> {
        match value? {
            Value::Object(map) => Some(map),
            Value::Null => None,
            _ => {
                self.problem(field, "must be an object of names and values");
                None
            }
        }
    }
}

/// Moves `user:password@` from the address into the header that carries it, which is treated as a secret. A header
/// that the author gave wins.
fn move_credentials(url: &mut Url, headers: &mut HeaderMap) {
    if url.username().is_empty() && url.password().is_none() {
        return;
    }
    let mut pair = percent_decode_str(url.username()).collect::<Vec<u8>>();
    pair.push(b':');
    pair.extend(percent_decode_str(url.password().unwrap_or_default()));
    if let Ok(mut value) = HeaderValue::try_from(format!("Basic {}", STANDARD.encode(pair))) {
        value.set_sensitive(true);
        headers.entry(AUTHORIZATION).or_insert(value);
    }
    // Both can fail only for an address without a host, which http and https do not have.
    let _ = url.set_username("");
    let _ = url.set_password(None);
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests;
