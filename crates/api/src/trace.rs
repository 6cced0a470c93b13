//! The id of a request in its answer, in the `x-request-id` header and in the log.

use axum::response::Response;
use http::HeaderValue;
use std::fmt;
use std::future::Future;
use tieline_store::clock::Entropy;
use tracing::Instrument;
use uuid::Builder;
use uuid::fmt::Hyphenated;

/// A random UUID (version 4) as text. It is written into every answer, so it is formatted only once.
#[derive(Clone, Copy)]
pub(crate) struct TraceId([u8; Hyphenated::LENGTH]);

impl TraceId {
    pub(crate) fn draw(entropy: &dyn Entropy) -> Self {
        let mut bytes = [0; 16];
        entropy.fill(&mut bytes);
        let mut text = [0; Hyphenated::LENGTH];
        Builder::from_random_bytes(bytes).into_uuid().hyphenated().encode_lower(&mut text);
        Self(text)
    }

    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    pub(crate) fn header(&self) -> HeaderValue {
        HeaderValue::from_bytes(&self.0).unwrap_or_else(|_| HeaderValue::from_static(""))
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Answers a request inside a span, so that every log line of it names the request. Span and end are at level `debug`:
/// errors name the request themselves, and a span that is kept costs as much as a twentieth of a short request.
pub(crate) async fn traced(
    operation: &'static str,
    trace_id: &TraceId,
    answer: impl Future<Output = Response>,
) -> Response {
    let span = tracing::debug_span!("request", operation, %trace_id, status = tracing::field::Empty);
    async {
        let response = answer.await;
        tracing::Span::current().record("status", response.status().as_u16());
        tracing::debug!("answered a request");
        response
    }
    .instrument(span)
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use tieline_store::clock::SeededEntropy;

    #[test]
    fn is_a_uuid_of_version_4() {
        let entropy = SeededEntropy::new(1);
        let (first, second) = (TraceId::draw(&entropy).to_string(), TraceId::draw(&entropy).to_string());
        assert_ne!(first, second);
        let parts: Vec<usize> = first.split('-').map(str::len).collect();
        assert_eq!(parts, [8, 4, 4, 4, 12]);
        assert_eq!(&first[14..15], "4");
        assert!("89ab".contains(&first[19..20]));
    }
}
