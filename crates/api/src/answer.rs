//! Answers: a status and a JSON object, which the pipeline closes with the trace id.

use crate::error::ApiError;
use crate::trace::TraceId;
use axum::body::Body;
use axum::response::Response;
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, StatusCode};
use serde::Serialize;
use std::borrow::Cow;
use tieline_operations::{Operation, Part, Shape, Version};

const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The bytes that the trace id and the closing brace take.
const TAIL: usize = 52;

/// A JSON object that is written field by field, and left open at its end.
///
/// Stored documents go in as they are: an answer that holds one is built by copying, not by parsing.
#[derive(Debug)]
pub(crate) struct Object(Vec<u8>);

impl Object {
    pub(crate) fn new() -> Self {
        Self::with_room_for(128)
    }

    /// An object whose fields will take about this many bytes.
    pub(crate) fn with_room_for(bytes: usize) -> Self {
        let mut json = Vec::with_capacity(bytes + TAIL);
        json.push(b'{');
        Self(json)
    }

    /// The object with a field whose value is JSON already.
    pub(crate) fn raw(mut self, name: &str, json: &str) -> Self {
        self.name(name);
        self.0.extend_from_slice(json.as_bytes());
        self
    }

    /// The object with a field.
    pub(crate) fn field(mut self, name: &str, value: &(impl Serialize + ?Sized)) -> Result<Self, ApiError> {
        self.name(name);
        serde_json::to_writer(&mut self.0, value).map_err(tieline_store::Error::Json)?;
        Ok(self)
    }

    /// The object with a part of an operation's answer. Stored documents are shown as their entity says.
    fn part(
        self,
        name: &str,
        part: &Part,
        shape: Option<&Shape>,
        version: Version,
    ) -> Result<Self, ApiError> {
        match part {
            Part::Value(value) => self.field(name, value),
            Part::Stored(document) => Ok(self.raw(name, &shown(document, shape, version)?)),
            Part::StoredList(documents) => {
                let mut list = String::with_capacity(part.size() + 2);
                list.push('[');
                for (n, document) in documents.iter().enumerate() {
                    list.push_str(if n > 0 { "," } else { "" });
                    list.push_str(&shown(document, shape, version)?);
                }
                list.push(']');
                Ok(self.raw(name, &list))
            }
        }
    }

    /// The object with what was left out of a write, where there is anything.
    pub(crate) fn warnings(self, warnings: &[String]) -> Result<Self, ApiError> {
        if warnings.is_empty() { Ok(self) } else { self.field("warnings", warnings) }
    }

    /// Field names are ours, and hold nothing that would have to be escaped.
    fn name(&mut self, name: &str) {
        if self.0.len() > 1 {
            self.0.push(b',');
        }
        self.0.push(b'"');
        self.0.extend_from_slice(name.as_bytes());
        self.0.extend_from_slice(b"\":");
    }

    fn close(mut self, trace_id: &TraceId) -> Vec<u8> {
        self.name("traceId");
        self.0.push(b'"');
        self.0.extend_from_slice(trace_id.as_str().as_bytes());
        self.0.extend_from_slice(b"\"}");
        self.0
    }
}

/// A stored document as a version shows it.
fn shown<'d>(document: &'d str, shape: Option<&Shape>, version: Version) -> Result<Cow<'d, str>, ApiError> {
    match shape {
        Some(Shape::Entity(entity)) => Ok((entity.show)(document, version)?),
        Some(Shape::List(item) | Shape::Nullable(item)) => shown(document, Some(item), version),
        _ => Ok(Cow::Borrowed(document)),
    }
}

/// A status and what is said with it.
#[derive(Debug)]
pub(crate) struct Answer {
    status: StatusCode,
    body: Object,
}

impl Answer {
    /// What an operation gave, as a version shows it.
    pub(crate) fn of(
        operation: &Operation,
        answer: &tieline_operations::Answer,
        version: Version,
    ) -> Result<Self, ApiError> {
        let room = answer.parts.iter().map(|(_, part)| part.size() + 16).sum();
        let mut body = Object::with_room_for(room);
        for (name, part) in &answer.parts {
            body = body.part(name, part, operation.part(name), version)?;
        }
        let status = StatusCode::from_u16(operation.status).unwrap_or(StatusCode::OK);
        Ok(Self { status, body: body.warnings(&answer.warnings)? })
    }

    pub(crate) const fn with_status(status: StatusCode, body: Object) -> Self {
        Self { status, body }
    }

    pub(crate) fn into_response(self, trace_id: &TraceId) -> Response {
        let mut response = Response::new(Body::from(self.body.close(trace_id)));
        *response.status_mut() = self.status;
        response.headers_mut().insert(CONTENT_TYPE, JSON);
        response.headers_mut().insert(REQUEST_ID, trace_id.header());
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};
    use tieline_store::clock::SeededEntropy;

    fn closed(object: Object) -> Value {
        let trace_id = TraceId::draw(&SeededEntropy::new(1));
        let mut value: Value = serde_json::from_slice(&object.close(&trace_id)).unwrap();
        assert_eq!(value["traceId"], trace_id.as_str());
        value.as_object_mut().unwrap().remove("traceId");
        value
    }

    #[test]
    fn an_object_is_closed_with_the_trace_id() {
        assert_eq!(closed(Object::new()), json!({}));
        let object = Object::new().raw("contact", "{\"id\":\"a\"}").field("n", &[1, 2]).unwrap();
        assert_eq!(closed(object), json!({"contact": {"id": "a"}, "n": [1, 2]}));
    }

    #[test]
    fn warnings_appear_only_where_there_are_any() {
        assert_eq!(closed(Object::new().warnings(&[]).unwrap()), json!({}));
        let object = Object::new().warnings(&["phone: left out".to_owned()]).unwrap();
        assert_eq!(closed(object), json!({"warnings": ["phone: left out"]}));
    }

    #[test]
    fn the_tail_fits_the_room_that_is_kept_for_it() {
        let object = Object::with_room_for(0);
        let room = object.0.capacity();
        let json = object.raw("a", "1").close(&TraceId::draw(&SeededEntropy::new(1)));
        assert!(json.len() <= room + "\"a\":1".len(), "{} bytes in {room}", json.len());
    }
}
