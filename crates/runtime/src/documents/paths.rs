//! Names that expressions read but that never exist.

use serde_json::Value;
use tieline_expr::{Path, PathStep, References, camel_case, did_you_mean};
use tieline_model::workflow::{Document, Problem};
use tieline_operations::Catalogue;

/// The paths under `trigger` and `contact` that no event and no contact has.
pub(super) fn mistakes(document: &Document, references: &References, catalogue: &Catalogue) -> Vec<Problem> {
    let event = catalogue.event(&document.trigger.on);
    let payload = event.filter(|event| !event.open).map(|event| event.payload_schema());
    let contact = catalogue.contact_schema();
    let mut problems = awaited(document, references, catalogue);
    for (root, schema, aliased) in [("trigger", payload, false), ("contact", contact, true)] {
        let Some(schema) = schema else { continue };
        for (path, place) in references.paths(root) {
            let wrong = unknown(path, &schema, aliased);
            problems.extend(wrong.map(|message| Problem { place: place.to_owned(), message }));
        }
    }
    problems
}

/// The paths under `event`, in the conditions of waits, that the awaited event does not have.
fn awaited(document: &Document, references: &References, catalogue: &Catalogue) -> Vec<Problem> {
    let mut problems = Vec::new();
    for event in document.awaited() {
        let Some(kind) = catalogue.event(&event.kind).filter(|kind| !kind.open) else { continue };
        let schema = kind.payload_schema();
        let condition = format!("{}.when", event.place);
        for (path, place) in references.paths("event").filter(|(_, place)| *place == condition) {
            let wrong = unknown(path, &schema, false);
            problems.extend(wrong.map(|message| Problem { place: place.to_owned(), message }));
        }
    }
    problems
}

/// Reports where a path leaves what the schema describes, if it does.
fn unknown(path: &Path, schema: &Value, aliased: bool) -> Option<String> {
    let mut schema = schema;
    for (depth, step) in path.steps().iter().enumerate() {
        schema = match step {
            PathStep::Item(_) => schema.get("items")?,
            PathStep::Member(name) => {
                let properties = schema.get("properties")?.as_object()?;
                let alias = camel_case(name);
                let found = properties.get(name.as_ref());
                let found =
                    found.or_else(|| properties.get(alias.as_ref()).filter(|_| aliased && depth == 0));
                match found {
                    Some(found) => found,
                    // Described by example: other members are possible.
                    None if schema.get("additionalProperties").is_some_and(|more| more != false) => {
                        return None;
                    }
                    None => {
                        let hint = did_you_mean(name, properties.keys().map(String::as_str));
                        return Some(format!("`{path}` never exists: nothing has `{name}`{hint}"));
                    }
                }
            }
        };
    }
    None
}
