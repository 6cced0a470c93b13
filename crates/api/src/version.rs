//! The `Version` header, by which a request chooses the shapes of its answer.

use crate::error::ApiError;
use http::HeaderMap;
use tieline_operations::Version;

/// The version that a request asks for, or `default` if it asks for none.
pub(crate) fn of(headers: &HeaderMap, default: Option<Version>) -> Result<Version, ApiError> {
    let header = headers.get("version").map(|value| String::from_utf8_lossy(value.as_bytes()));
    let name = header.as_deref().map(str::trim).unwrap_or_default();
    if name.is_empty() {
        return default.ok_or_else(|| ApiError::unauthorized("version header was not found."));
    }
    Version::named(name).ok_or_else(|| match is_date(name) {
        true => ApiError::unauthorized("version header is invalid"),
        false => ApiError::refused(format!("Invalid API version segment '{name}' at position 0")),
    })
}

/// Whether a text is shaped like `2021-07-28`.
fn is_date(text: &str) -> bool {
    text.len() == 10
        && text.bytes().enumerate().all(|(n, byte)| match n {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderValue, StatusCode};

    fn version(header: &'static str) -> Result<Version, StatusCode> {
        let mut headers = HeaderMap::new();
        headers.insert("version", HeaderValue::from_static(header));
        of(&headers, None).map_err(|problem| problem.status())
    }

    #[test]
    fn published_versions_are_known() {
        for date in ["2021-04-15", "2021-07-28", "2023-02-21", "legacy"] {
            assert_eq!(version(date), Ok(Version::V2), "{date}");
        }
        assert_eq!(version("v3"), Ok(Version::V3));
        assert_eq!(version("V3"), Ok(Version::V3));
    }

    #[test]
    fn other_dates_and_other_words_differ() {
        assert_eq!(version("2024-01-01"), Err(StatusCode::UNAUTHORIZED));
        assert_eq!(version("bogus-version"), Err(StatusCode::BAD_REQUEST));
        assert_eq!(version("2021-7-28x"), Err(StatusCode::BAD_REQUEST));
    }

    #[test]
    fn the_default_stands_in_for_a_missing_header_only() {
        let none = HeaderMap::new();
        assert_eq!(of(&none, Some(Version::V2)).ok(), Some(Version::V2));
        assert_eq!(of(&none, None).map_err(|problem| problem.status()), Err(StatusCode::UNAUTHORIZED));
    }
}
