//! What is answered where a request is not carried out: HighLevel's envelope, with its statuses and words.

use crate::answer::{Answer, Object};
use crate::trace::TraceId;
use axum::response::Response;
use http::{Method, StatusCode, Uri};
use serde_json::{Value, json};
use tieline_model::form::FieldError;
use tieline_model::{Refusal, Scope};
use tieline_store::Error;

/// Why a request is not carried out.
#[derive(Debug)]
pub(crate) struct ApiError(Box<Inner>);

#[derive(Debug)]
struct Inner {
    status: StatusCode,
    /// A sentence, or a list of sentences.
    message: Value,
    /// The status in words, on the answers where HighLevel gives them.
    error: Option<&'static str>,
    /// A further field that helps clients recover.
    extra: Option<(&'static str, Value)>,
    /// The internal cause. It is logged, not sent.
    fault: Option<Error>,
}

impl ApiError {
    fn new(status: StatusCode, message: impl Into<Value>) -> Self {
        Self(Box::new(Inner { status, message: message.into(), error: None, extra: None, fault: None }))
    }

    fn in_words(mut self, error: &'static str) -> Self {
        self.0.error = Some(error);
        self
    }

    fn with(mut self, name: &'static str, value: Value) -> Self {
        self.0.extra = Some((name, value));
        self
    }

    /// 400 with a sentence alone.
    pub(crate) fn refused(sentence: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, sentence.into())
    }

    /// 400 for a request that cannot be read.
    pub(crate) fn unreadable(sentence: impl Into<String>) -> Self {
        Self::refused(sentence).in_words("Bad Request")
    }

    /// A delivery that is refused.
    pub(crate) fn rejected(status: StatusCode, sentence: String) -> Self {
        Self::new(status, sentence)
    }

    /// 401: the version or the key is missing or wrong.
    pub(crate) fn unauthorized(sentence: &'static str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, sentence)
    }

    /// The key lacks the scope. This is a 401, because clients renew their token on one.
    pub(crate) fn out_of_scope(scope: Scope) -> Self {
        Self::unauthorized("The token is not authorized for this scope.")
            .with("requiredScope", scope.as_str().into())
    }

    /// The request names another location than the key's.
    pub(crate) fn other_location() -> Self {
        Self::new(StatusCode::FORBIDDEN, "The token does not have access to this location.")
    }

    /// Nothing is served at this address, or not with this method.
    pub(crate) fn no_route(method: &Method, uri: &Uri) -> Self {
        let address = uri.path_and_query().map_or("/", |address| address.as_str());
        Self::new(StatusCode::NOT_FOUND, format!("Cannot {method} {address}")).in_words("Not Found")
    }

    /// The body is larger than `limit` bytes.
    pub(crate) fn too_large(limit: usize) -> Self {
        let sentence = format!("request entity too large; a body may have at most {limit} bytes");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, sentence).in_words("Payload Too Large")
    }

    /// 422: one sentence for each field that is wrong.
    pub(crate) fn invalid(errors: &[FieldError]) -> Self {
        let sentences: Vec<String> = errors.iter().map(|error| error.message.clone()).collect();
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, sentences).in_words("Unprocessable Entity")
    }

    #[cfg(test)]
    pub(crate) fn status(&self) -> StatusCode {
        self.0.status
    }

    /// Logs the fault, if there is one, and answers. Neither contains anything of the request's content.
    pub(crate) fn into_response(self, operation: &'static str, trace_id: &TraceId) -> Response {
        let Inner { status, message, error, extra, fault } = *self.0;
        // An outage of the database is logged once, where it is noticed.
        if let Some(fault) = fault.filter(|fault| !fault.is_away()) {
            tracing::error!(operation, %trace_id, error = %fault, "a request failed in the store");
        }
        let mut body = Object::new().raw("statusCode", status.as_str()).raw("message", &message.to_string());
        if let Some(error) = error {
            body = body.raw("error", &Value::from(error).to_string());
        }
        if let Some((name, value)) = extra {
            body = body.raw(name, &value.to_string());
        }
        Answer::with_status(status, body).into_response(trace_id)
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        let sentence = refusal.to_string();
        match refusal {
            Refusal::ContactNotFound(_) | Refusal::NotFound { .. } | Refusal::Conflict(_) => {
                Self::refused(sentence)
            }
            Refusal::Duplicate { contact_id, contact_name, field } => Self::refused(sentence).with(
                "meta",
                json!({ "contactId": contact_id, "contactName": contact_name, "matchingField": field }),
            ),
            Refusal::NothingToMatch => Self::unreadable(sentence),
            Refusal::Invalid(errors) => Self::invalid(&errors),
        }
    }
}

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(refusal) => refusal.into(),
            fault => {
                let mut problem = Self::new(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error");
                problem.0.fault = Some(fault);
                problem
            }
        }
    }
}
