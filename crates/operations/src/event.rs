use crate::shape::Shape;
use crate::version::Version;
use serde_json::Value;

/// A kind of event: what starts a workflow or ends a wait.
#[derive(Clone, Debug)]
pub struct EventKind {
    /// Its key: `contact.created`.
    pub key: &'static str,
    /// What people see in a list.
    pub title: &'static str,
    /// When it happens, in a sentence.
    pub summary: &'static str,
    /// What a workflow sees as `trigger`.
    pub payload: Shape,
    /// Whether the payload may hold more than is described: what a sender's own mapping put there.
    pub open: bool,
    /// Whether it names a contact, which a run that it starts is about.
    pub is_about_contact: bool,
    /// The member that says which of a person's plans, tasks or the like it is about: `plan.id`. A wait for the
    /// event takes only those about the one that its run is about.
    pub identity: Option<&'static str>,
    /// A payload.
    pub sample: Value,
}

impl EventKind {
    /// A kind whose payload is described by its sample.
    #[must_use]
    pub fn like(key: &'static str, title: &'static str, summary: &'static str, sample: Value) -> Self {
        Self {
            key,
            title,
            summary,
            payload: Shape::like(&sample),
            open: false,
            is_about_contact: false,
            identity: None,
            sample,
        }
    }

    /// A kind whose payload has this shape.
    #[must_use]
    pub fn new(key: &'static str, title: &'static str, summary: &'static str, payload: Shape) -> Self {
        let sample = payload.sample();
        Self { key, title, summary, payload, open: false, is_about_contact: false, identity: None, sample }
    }

    /// A kind that names a contact.
    #[must_use]
    pub fn about_contact(self) -> Self {
        Self { is_about_contact: true, ..self }
    }

    /// A kind that says which thing of a person it is about.
    #[must_use]
    pub fn identified_by(self, member: &'static str) -> Self {
        Self { identity: Some(member), ..self }
    }

    /// The JSON Schema of the payload.
    #[must_use]
    pub fn payload_schema(&self) -> Value {
        self.payload.schema(Version::V2, None)
    }
}
