//! Names that expressions read but that never exist.

use super::all;
use super::known::Known;
use super::walk::unknown;
use serde_json::{Value, json};
use tieline_expr::{Path, PathStep, References};
use tieline_model::Location;
use tieline_model::workflow::{Document, Problem, Step, StepKind, Until};
use tieline_operations::{Catalogue, Shape, Version};

/// What a name may hold.
pub(super) struct Described {
    /// The schemas that it may have; none where anything is possible.
    pub(super) schemas: Vec<Value>,
    /// Whether it always has one of them. Otherwise a path that leaves them is only probably a mistake.
    pub(super) is_certain: bool,
}

/// The paths that leave what is described.
#[derive(Default)]
pub(super) struct Paths<'k> {
    /// The keys of the location's custom fields.
    keys: Vec<&'k str>,
    pub(super) mistakes: Vec<Problem>,
    pub(super) warnings: Vec<Problem>,
}

/// Checks every path that the document's expressions read.
pub(super) fn check<'k>(
    document: &Document,
    read: &References,
    catalogue: &Catalogue,
    known: &'k Known,
) -> Paths<'k> {
    let mut found = Paths { keys: known.keys(), ..Paths::default() };
    let contact = known.contact(catalogue.contact_schema());
    let location = serde_json::to_value(Location::anywhere()).map(|location| Shape::like(&location));
    let names = [
        ("trigger", payload(&document.trigger.on, catalogue, known)),
        ("contact", contact),
        ("location", Described::certain(location.ok().map(|shape| shape.schema(Version::V2, None)))),
    ];
    for (name, described) in names {
        for (path, place) in read.paths(name) {
            found.judge(path, 0, place, &described);
        }
    }
    for step in all(&document.steps) {
        let Some(id) = step.id.as_deref() else { continue };
        let described = output(step, catalogue, known);
        let is_of_step =
            |path: &Path| matches!(path.steps().first(), Some(PathStep::Member(name)) if **name == *id);
        for (path, place) in read.paths("steps").filter(|(path, _)| is_of_step(path)) {
            found.judge(path, 1, place, &described);
        }
    }
    for event in document.awaited() {
        let described = payload(&event.kind, catalogue, known);
        let condition = format!("{}.when", event.place);
        for (path, place) in read.paths("event").filter(|(_, place)| *place == condition) {
            found.judge(path, 0, place, &described);
        }
    }
    found
}

/// What an event of this kind may hold.
fn payload(kind: &str, catalogue: &Catalogue, known: &Known) -> Described {
    match catalogue.event(kind).filter(|event| !event.open) {
        Some(event) => Described::certain(Some(event.payload_schema())),
        None => Described { schemas: known.payloads(kind, catalogue), is_certain: false },
    }
}

/// What `steps.<id>` may hold.
fn output(step: &Step, catalogue: &Catalogue, known: &Known) -> Described {
    match &step.kind {
        StepKind::Do { action, .. } => {
            Described::certain(catalogue.operation(action).map(|operation| operation.step_output_schema()))
        }
        StepKind::Wait(wait) => match &wait.until {
            Until::Event { event, .. } => payload(&event.kind, catalogue, known).within(|payload| {
                json!({ "type": "object", "properties": { "happened": { "type": "boolean" }, "event": payload } })
            }),
            Until::Elapsed(_) | Until::Time(_) => Described::certain(Some(json!({ "properties": {} }))),
        },
        StepKind::If(_) | StepKind::Stop { .. } => Described::certain(None),
    }
}

impl Described {
    fn certain(schema: Option<Value>) -> Self {
        Self { schemas: schema.into_iter().collect(), is_certain: true }
    }

    /// Something that holds this.
    fn within(mut self, outer: impl Fn(Value) -> Value) -> Self {
        if self.schemas.is_empty() {
            self.schemas.push(json!({}));
        }
        self.schemas = self.schemas.into_iter().map(outer).collect();
        self
    }
}

impl Paths<'_> {
    /// Reports a path that none of the schemas has. Its first steps, `from` of them, lead to what is described.
    fn judge(&mut self, path: &Path, from: usize, place: &str, described: &Described) {
        let wrong: Option<Vec<String>> =
            described.schemas.iter().map(|schema| unknown(path, from, schema, &self.keys)).collect();
        let Some(message) = wrong.and_then(|found| found.into_iter().next()) else { return };
        let found = if described.is_certain { &mut self.mistakes } else { &mut self.warnings };
        found.push(Problem { place: place.to_owned(), message });
    }
}
