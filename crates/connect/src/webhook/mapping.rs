//! Which event a delivery becomes.

mod read;
mod reserved;

pub use read::read_mapping;
pub use reserved::reserved_words;

use super::form;
use crate::http::redact::{Redactor, is_secret};
use http::HeaderMap;
use reserved::{taken_kind, taken_subject};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};
use tieline_expr::{Data, Scope, Template, Tree, is_template};
use tieline_model::connection::Mapping;
use tieline_model::depth::{MAX_NESTING, lies_within};
use tieline_model::event::kinds;
use tieline_model::text::strip_nul;
use tieline_model::workflow::Problem;

/// What the templates of a mapping read.
const NAMES: [&str; 3] = ["body", "headers", "query"];
/// The most bytes of a kind, an id or a subject; they are index columns.
const LONGEST: usize = 256;

/// A connection's mapping, compiled once and applied to many deliveries.
#[derive(Debug)]
pub struct CompiledMapping {
    event: Option<Template>,
    /// Whether the sender's values have a part in the kind.
    sender_names_kind: bool,
    id: Option<Template>,
    subject: Option<Template>,
    /// Whether the sender's values have a part in the subject.
    sender_names_subject: bool,
    fields: Option<Tree>,
}

/// The event that a delivery becomes.
#[derive(Clone, Debug)]
pub struct Mapped {
    /// What happened; `webhook.received` where the mapping does not say.
    pub kind: String,
    /// The sender's id of the delivery. A second delivery with the same id is a duplicate.
    pub external_id: Option<String>,
    /// Whom it is about.
    pub subject: Option<String>,
    /// What a workflow sees as `trigger`: `body`, `headers` and `query`, or the mapping's fields and `body`.
    pub payload: Box<RawValue>,
}

#[derive(Serialize)]
struct AsItCame<'a> {
    body: &'a Value,
    headers: &'a Value,
    query: &'a Value,
}

impl CompiledMapping {
    /// Compiles a mapping.
    ///
    /// # Errors
    /// Every mistake, with its place (`mapping.event`, `mapping.fields.email`) and the fix.
    pub fn compile(mapping: &Mapping) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut template = |place: &str, text: &Option<String>| match text {
            Some(text) => {
                Template::compile(place, text, &NAMES).map_err(|problem| problems.push(problem)).ok()
            }
            None => None,
        };
        let event = template("mapping.event", &mapping.event);
        let id = template("mapping.id", &mapping.id);
        let subject = template("mapping.subject", &mapping.subject);
        problems.extend(constant_kind(mapping.event.as_deref()));
        let fields = compile_fields(mapping.fields.as_ref()).map_err(|found| problems.extend(found));
        if problems.is_empty() {
            Ok(Self {
                event,
                sender_names_kind: mapping.event.as_deref().is_some_and(is_template),
                id,
                subject,
                sender_names_subject: mapping.subject.as_deref().is_some_and(is_template),
                fields: fields.unwrap_or_default(),
            })
        } else {
            Err(problems)
        }
    }

    /// Makes the event of one delivery. `headers` and `query` are objects as [`headers_as_json`] and
    /// [`query_as_json`] make them; no secret in them reaches a template or the payload.
    ///
    /// # Errors
    /// A sentence that names the part of the mapping that does not fit the delivery.
    pub fn apply(&self, body: Value, headers: Value, query: Value) -> Result<Mapped, String> {
        let (body, headers, query) =
            (Data::new(body), Data::new(without_secrets(headers)), Data::new(without_secrets(query)));
        let payload = AsItCame { body: body.as_json(), headers: headers.as_json(), query: query.as_json() };
        let scope = Scope::new()
            .with("body", body.clone())
            .with("headers", headers.clone())
            .with("query", query.clone());
        let payload = match &self.fields {
            Some(fields) => with_fields(fields, &scope, body.as_json())?,
            None => raw(&payload)?,
        };
        Ok(Mapped {
            kind: self.kind(&scope)?,
            external_id: text("mapping.id", self.id.as_ref(), &scope)?,
            subject: self.subject(&scope)?,
            payload,
        })
    }

    fn kind(&self, scope: &Scope) -> Result<String, String> {
        if self.event.is_none() {
            return Ok(kinds::WEBHOOK_RECEIVED.to_owned());
        }
        let kind = text("mapping.event", self.event.as_ref(), scope)?.unwrap_or_default();
        // A literal kind is the choice of the mapping's author. One that a sender has a part in could be any, even
        // a payment that never happened.
        let reserved = || taken_kind(&kind).filter(|_| self.sender_names_kind);
        match wrong_kind(&kind).or_else(reserved) {
            None => Ok(kind),
            Some(wrong) => Err(format!("mapping.event: {wrong}")),
        }
    }

    /// A subject that the sender has a part in could be any customer of Stripe, whose runs and contact are matched by
    /// it.
    fn subject(&self, scope: &Scope) -> Result<Option<String>, String> {
        let subject = text("mapping.subject", self.subject.as_ref(), scope)?;
        match subject.as_deref().filter(|_| self.sender_names_subject).and_then(taken_subject) {
            None => Ok(subject),
            Some(wrong) => Err(format!("mapping.subject: {wrong}")),
        }
    }
}

/// A request's headers as templates see them: names in lower case, several values joined by a comma,
/// secrets left out.
#[must_use]
pub fn headers_as_json(headers: &HeaderMap) -> Value {
    let shown = headers.keys().filter(|name| !is_secret(name.as_str()));
    let pair = |name: &http::HeaderName| {
        let values = headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
        (name.as_str().to_owned(), Value::String(values.collect::<Vec<_>>().join(", ")))
    };
    Value::Object(shown.map(pair).collect())
}

/// A request's query as templates see it: read like a form, secrets left out, by name, at every depth. A token under
/// another name is replaced.
#[must_use]
pub fn query_as_json(query: Option<&str>) -> Value {
    let mut query = Value::Object(form::read(None, query.unwrap_or_default().as_bytes()));
    strip_nul(&mut query);
    Redactor::default().value(without_secrets(query))
}

fn without_secrets(mut value: Value) -> Value {
    drop_secrets(&mut value);
    value
}

fn drop_secrets(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|name, _| !is_secret(name));
            map.values_mut().for_each(drop_secrets);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_secrets),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn compile_fields(fields: Option<&Value>) -> Result<Option<Tree>, Vec<Problem>> {
    match fields {
        None | Some(Value::Null) => Ok(None),
        Some(fields @ Value::Object(_)) => Tree::compile("mapping.fields", fields, &NAMES).map(Some),
        Some(_) => Err(vec![Problem {
            place: "mapping.fields".to_owned(),
            message: "must be an object, like { email: \"{{ body.email }}\" }".to_owned(),
        }]),
    }
}

/// A kind without templates is checked when the mapping is saved.
fn constant_kind(event: Option<&str>) -> Option<Problem> {
    let kind = event?.trim();
    let message = wrong_kind(kind).filter(|_| !is_template(kind))?;
    Some(Problem { place: "mapping.event".to_owned(), message })
}

/// The problem of a kind, if it has one.
fn wrong_kind(kind: &str) -> Option<String> {
    let module = kinds::module_of(kind);
    if !kinds::is_kind(kind) {
        let shown: String = kind.chars().take(80).collect();
        return Some(format!(
            "`{shown}` is not a kind of event; write it as words of a-z, 0-9 and _ with dots between them, like \
             shop.order_paid"
        ));
    }
    kinds::OWN_MODULES.contains(&module).then(|| {
        format!(
            "`{kind}`: only Tieline itself sends events that begin with `{module}`; use another first word"
        )
    })
}

/// A template's text without blanks around it; none if it is empty.
fn text(place: &str, template: Option<&Template>, scope: &Scope) -> Result<Option<String>, String> {
    let Some(template) = template else { return Ok(None) };
    let text = template.render_text(scope).map_err(|error| error.to_string())?;
    match text.trim() {
        "" => Ok(None),
        text if text.len() > LONGEST => Err(format!("{place}: gave more than {LONGEST} bytes; take less")),
        text => Ok(Some(text.to_owned())),
    }
}

fn with_fields(fields: &Tree, scope: &Scope, body: &Value) -> Result<Box<RawValue>, String> {
    let rendered = fields.render_object(scope).map_err(|error| error.to_string())?;
    let mut payload = Map::with_capacity(rendered.len() + 1);
    payload.insert("body".to_owned(), body.clone());
    payload.extend(rendered);
    let payload = Value::Object(payload);
    if lies_within(&payload, MAX_NESTING + 1) {
        raw(&payload)
    } else {
        Err(format!("mapping.fields: gave something nested more than {MAX_NESTING} deep; flatten it"))
    }
}

fn raw(payload: &impl Serialize) -> Result<Box<RawValue>, String> {
    to_raw_value(payload).map_err(|error| format!("the payload cannot be written as JSON: {error}"))
}

#[cfg(test)]
mod tests;
