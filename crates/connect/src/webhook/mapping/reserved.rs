//! Kinds and subjects that only Tieline's own events have.

use tieline_model::connection::Mapping;
use tieline_model::event::{kinds, subjects};
use tieline_model::workflow::Problem;

/// The problems of a mapping to be saved that [`CompiledMapping::compile`](super::CompiledMapping::compile) does not find:
/// it sends a kind or a subject that a connector or a later version of Tieline sends itself. Mappings that were saved
/// earlier keep working as far as the sender has no part in it, so only warn of those.
#[must_use]
pub fn reserved_words(mapping: &Mapping) -> Vec<Problem> {
    let find = |place: &str, text: &Option<String>, taken: fn(&str) -> Option<String>| {
        let message = taken(text.as_deref()?.trim())?;
        Some(Problem { place: place.to_owned(), message })
    };
    let kind = find("mapping.event", &mapping.event, taken_kind);
    let subject = find("mapping.subject", &mapping.subject, taken_subject);
    kind.into_iter().chain(subject).collect()
}

/// The problem of a subject whose beginning is reserved.
pub(super) fn taken_subject(subject: &str) -> Option<String> {
    let prefix = subjects::reserved_in(subject)?;
    let shown: String = subject.chars().take(80).collect();
    Some(format!(
        "`{shown}`: `{prefix}` is reserved for the subjects of Tieline's own events; begin with another word, like \
         `shop:`"
    ))
}

/// The problem of a kind whose first word is reserved.
pub(super) fn taken_kind(kind: &str) -> Option<String> {
    let module = kinds::module_of(kind);
    let is_reserved = kinds::RESERVED_MODULES.contains(&module) && kind != kinds::WEBHOOK_RECEIVED;
    is_reserved.then(|| {
        format!(
            "`{kind}`: `{module}` is reserved for Tieline's own events; use another first word, like \
             `shop.{module}_…`"
        )
    })
}
