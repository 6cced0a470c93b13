//! Why a request brought no success, and whether trying again may help.

use super::guard::Refused;
use super::retry_after;
use http::{HeaderMap, StatusCode, header};
use std::error::Error;
use std::time::Duration;
use tieline_model::Timestamp;
use url::Url;

/// The most characters of an answer's body that a message quotes.
const QUOTED: usize = 300;

/// A request that brought no success.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{message}")]
pub struct RequestFailure {
    /// What happened and, if there is one, the fix. Without secrets, so it may be stored and shown.
    pub message: String,
    /// Whether the same request may succeed later.
    pub retryable: bool,
    /// How long the other side asks to wait before that; at most a day.
    pub retry_after: Option<Duration>,
    /// Whether the other side turned the request away unread because it gets too many for now: status 429, or 503
    /// with a `Retry-After`.
    pub busy: bool,
    /// The status of the answer, if there was one.
    pub status: Option<u16>,
}

impl RequestFailure {
    /// A failure that trying again does not solve.
    pub fn lasting(message: impl Into<String>) -> Self {
        Self { message: message.into(), retryable: false, retry_after: None, busy: false, status: None }
    }

    /// A failure that may be gone at the next try.
    pub(super) fn passing(message: impl Into<String>) -> Self {
        Self { message: message.into(), retryable: true, retry_after: None, busy: false, status: None }
    }

    /// The other side answered, but not with success. `body` has been cleared of secrets.
    pub(super) fn answered(
        host: &str,
        status: StatusCode,
        headers: &HeaderMap,
        body: &str,
        now: Timestamp,
    ) -> Self {
        let retryable = status.is_server_error() || matches!(status.as_u16(), 408 | 425 | 429);
        let retry_after = retryable.then(|| retry_after::pause(status, headers, now)).flatten();
        let detail = if status.is_redirection() { redirect(headers) } else { quote(body) };
        Self {
            message: format!("{host} answered {status}{detail}"),
            retryable,
            retry_after,
            busy: status == StatusCode::TOO_MANY_REQUESTS
                || (status == StatusCode::SERVICE_UNAVAILABLE && retry_after.is_some()),
            status: Some(status.as_u16()),
        }
    }

    /// The request did not get as far as an answer. The library's own message would hold the address with
    /// its query, so the message names only the innermost cause.
    pub(super) fn unanswered(host: &str, error: &reqwest::Error, timeout: Duration) -> Self {
        if let Some(refused) = causes(error).find_map(|cause| cause.downcast_ref::<Refused>()) {
            return Self::lasting(refused.to_string());
        }
        if error.is_builder() {
            return Self::lasting("the request cannot be sent in this form; check `url` and `headers`");
        }
        if error.is_timeout() && !error.is_connect() {
            return Self::passing(format!("{host} did not answer within {} s", timeout.as_secs_f32()));
        }
        let did = if error.is_connect() { "could not connect to" } else { "lost the connection to" };
        match causes(error).skip(1).last() {
            Some(cause) => Self::passing(format!("{did} {host}: {cause}")),
            None => Self::passing(format!("{did} {host}")),
        }
    }
}

fn causes<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

/// Names only the origin of the new address: its path and query often hold a login ticket.
fn redirect(headers: &HeaderMap) -> String {
    let location = headers.get(header::LOCATION).and_then(|value| value.to_str().ok());
    let origin = location.and_then(|location| Url::parse(location).ok()).map(|url| url.origin());
    let to = origin.map(|origin| format!(" to {}", origin.ascii_serialization())).unwrap_or_default();
    format!(": a redirect{to}, which is not followed; put the final address into `url`")
}

fn quote(body: &str) -> String {
    let words: Vec<&str> = body.split_whitespace().collect();
    let line = words.join(" ");
    let short: String = line.chars().filter(|c| !c.is_control()).take(QUOTED).collect();
    match short.len() {
        0 => String::new(),
        len if len < line.len() => format!(": {short}…"),
        _ => format!(": {short}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16, body: &str) -> RequestFailure {
        let mut headers = HeaderMap::new();
        headers.insert("retry-after", "5".parse().unwrap());
        headers.insert("location", "https://other.example/login?ticket=abc".parse().unwrap());
        let now = Timestamp::from_millis(0);
        RequestFailure::answered("example.com", StatusCode::from_u16(status).unwrap(), &headers, body, now)
    }

    #[test]
    fn the_status_decides_whether_to_try_again() {
        for status in [408, 425, 429, 500, 502, 503, 504] {
            let failure = answered(status, "");
            assert!(failure.retryable, "{status}");
            assert_eq!(failure.retry_after, Some(Duration::from_secs(5)), "{status}");
            assert_eq!(failure.busy, matches!(status, 429 | 503), "{status}");
        }
        for status in [300, 301, 304, 400, 401, 403, 404, 409, 422] {
            let failure = answered(status, "");
            assert!(!failure.retryable, "{status}");
            assert_eq!(failure.retry_after, None, "{status}");
        }
    }

    #[test]
    fn the_message_says_what_was_answered() {
        assert_eq!(
            answered(422, "{\n  \"error\": \"no e-mail\"\n}").message,
            "example.com answered 422 Unprocessable Entity: { \"error\": \"no e-mail\" }"
        );
        assert_eq!(
            answered(302, "moved").message,
            "example.com answered 302 Found: a redirect to https://other.example, which is not followed; \
             put the final address into `url`"
        );
        assert!(answered(500, &"x".repeat(10_000)).message.chars().count() < 400);
    }
}
