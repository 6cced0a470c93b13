use super::kind::Kind;
use serde_json::{Value, json};
use std::borrow::Cow;
use std::sync::Arc;

/// Who is filling a form in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Door {
    /// A request to the HTTP API.
    Api,
    /// A step of a workflow.
    Workflow,
}

/// Where a request carries a field. A workflow has all of them in `with`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// In the path: `/contacts/{contactId}`.
    Path,
    /// In the query.
    Query,
    /// In the JSON body.
    Body,
}

/// What null, or an empty text, means for a field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Empty {
    /// It clears the field.
    Clears,
    /// It says nothing: clients that write every property send null for what they do not mean.
    Keeps,
    /// It is refused.
    Refused,
}

/// One field of a [`Form`](super::Form).
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name, as in a body or in `with`.
    pub name: Cow<'static, str>,
    /// What it holds.
    pub kind: Arc<dyn Kind>,
    /// What it is, in a few words that continue a sentence: `the tags to add`.
    pub summary: Cow<'static, str>,
    /// The same for a workflow's step, where it has more to say.
    step_summary: Option<Cow<'static, str>>,
    /// Where a request carries it.
    pub place: Place,
    pub(super) empty: Empty,
    pub(super) ignores_misfits: bool,
    /// Whether a workflow's step fails by a value that does not fit, although the field is optional.
    pub(super) is_strict: bool,
    /// What a workflow's step that leaves it out means.
    pub(super) default: Option<Value>,
    required: Vec<Door>,
    doors: Option<Door>,
    shown: bool,
    sampled: bool,
    sample: Option<Value>,
}

impl Field {
    /// An optional field of the body, for requests and workflows; null clears it.
    pub fn new(
        name: impl Into<Cow<'static, str>>,
        kind: impl Kind,
        summary: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            name: name.into(),
            kind: Arc::new(kind),
            summary: summary.into(),
            step_summary: None,
            place: Place::Body,
            empty: Empty::Clears,
            ignores_misfits: false,
            is_strict: false,
            default: None,
            required: Vec::new(),
            doors: None,
            shown: true,
            sampled: true,
            sample: None,
        }
    }

    /// Must be given, and not empty.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = vec![Door::Api, Door::Workflow];
        self.refuses_empty()
    }

    /// Must be given through this door.
    #[must_use]
    pub fn required_by(mut self, door: Door) -> Self {
        self.required = vec![door];
        self
    }

    /// May be left out but not emptied.
    #[must_use]
    pub const fn refuses_empty(mut self) -> Self {
        self.empty = Empty::Refused;
        self
    }

    /// Null says nothing.
    #[must_use]
    pub const fn ignores_null(mut self) -> Self {
        self.empty = Empty::Keeps;
        self
    }

    /// Is in the path, which always has it. A workflow's step must name it.
    #[must_use]
    pub fn in_path(mut self) -> Self {
        self.place = Place::Path;
        self.required()
    }

    /// A value that does not fit counts as left out.
    #[must_use]
    pub const fn ignores_misfits(mut self) -> Self {
        self.ignores_misfits = true;
        self
    }

    /// A workflow's step fails by a value that does not fit. Leaving it out would mean something else.
    #[must_use]
    pub const fn strict(mut self) -> Self {
        self.is_strict = true;
        self
    }

    /// Is in the query, where an empty parameter counts as left out.
    #[must_use]
    pub const fn in_query(mut self) -> Self {
        self.place = Place::Query;
        self.empty = Empty::Keeps;
        self
    }

    /// Is offered through this door alone.
    #[must_use]
    pub const fn only_for(mut self, door: Door) -> Self {
        self.doors = Some(door);
        self
    }

    /// Is accepted and left out of documents and forms: clients send it, and it means nothing here, or another
    /// field says the same better.
    #[must_use]
    pub const fn undocumented(mut self) -> Self {
        self.shown = false;
        self
    }

    /// What a workflow's step that leaves it out means.
    #[must_use]
    pub fn or_in_workflows(mut self, default: impl Into<Value>) -> Self {
        self.default = Some(default.into());
        self
    }

    /// A better sample than the kind's own.
    #[must_use]
    pub fn sampled(mut self, sample: impl Into<Value>) -> Self {
        self.sample = Some(sample.into());
        self
    }

    /// Is left out of samples: it means something only beside what an earlier answer gave.
    #[must_use]
    pub const fn unsampled(mut self) -> Self {
        self.sampled = false;
        self
    }

    /// What it is in a workflow's step, where that is more than in a request.
    #[must_use]
    pub fn or_as_step(mut self, summary: impl Into<Cow<'static, str>>) -> Self {
        self.step_summary = Some(summary.into());
        self
    }

    /// What it is, in a few words that continue a sentence, as this door shows it.
    #[must_use]
    pub fn summary_for(&self, door: Door) -> &str {
        let step = self.step_summary.as_deref().filter(|_| door == Door::Workflow);
        step.unwrap_or(&self.summary)
    }

    /// Whether samples have it.
    #[must_use]
    pub const fn is_sampled(&self) -> bool {
        self.sampled && self.shown
    }

    /// Whether this door offers it.
    #[must_use]
    pub fn is_offered(&self, door: Door) -> bool {
        self.doors.is_none_or(|only| only == door)
    }

    /// Whether it has to be given through this door.
    #[must_use]
    pub fn is_required(&self, door: Door) -> bool {
        self.required.contains(&door)
    }

    /// Whether documents and forms show it.
    #[must_use]
    pub const fn is_shown(&self) -> bool {
        self.shown
    }

    /// A value that fits.
    #[must_use]
    pub fn sample(&self) -> Value {
        self.sample.clone().unwrap_or_else(|| self.kind.sample())
    }

    /// The JSON Schema of what this door accepts. A request may send null, which clears the field or says
    /// nothing.
    #[must_use]
    pub(super) fn schema_for(&self, door: Door) -> Value {
        let mut schema = self.schema();
        schema["description"] = Value::from(self.summary_for(door));
        let takes_null = door == Door::Api && self.empty != Empty::Refused && !self.is_required(door);
        if takes_null && let Some(kind) = schema["type"].as_str() {
            schema["type"] = json!([kind, "null"]);
            if let Some(Value::Array(words)) = schema.get_mut("enum") {
                words.push(Value::Null);
            }
        }
        schema
    }

    /// The JSON Schema of its value, with its summary.
    #[must_use]
    pub fn schema(&self) -> Value {
        let mut schema = self.kind.schema();
        schema["description"] = Value::from(self.summary.as_ref());
        schema
    }
}
