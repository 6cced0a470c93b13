use crate::event::EventKind;
use crate::operation::Operation;
use crate::{contacts, custom_fields, events, http, notes, tasks, tieline};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;
use tieline_model::event::kinds;
use tieline_model::form::Door;

/// All operations and kinds of events. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Catalogue(Arc<Tables>);

#[derive(Clone, Debug, Default)]
struct Tables {
    operations: Vec<Arc<Operation>>,
    events: Vec<Arc<EventKind>>,
    by_key: HashMap<&'static str, usize>,
    event_by_key: HashMap<&'static str, usize>,
}

impl Default for Catalogue {
    /// What Tieline has.
    fn default() -> Self {
        let operations =
            [contacts::all(), notes::all(), tasks::all(), custom_fields::all(), http::all(), tieline::all()];
        Self(Arc::default()).with_operations(operations.into_iter().flatten()).with_events(events::all())
    }
}

impl Catalogue {
    /// The catalogue with further operations. One whose key is taken replaces the other.
    #[must_use]
    pub fn with_operations(mut self, operations: impl IntoIterator<Item = Operation>) -> Self {
        let tables = Arc::make_mut(&mut self.0);
        for operation in operations {
            put(&mut tables.operations, &mut tables.by_key, operation.key, operation);
        }
        self
    }

    /// The catalogue with further kinds of events. One whose key is taken replaces the other.
    #[must_use]
    pub fn with_events(mut self, events: impl IntoIterator<Item = EventKind>) -> Self {
        let tables = Arc::make_mut(&mut self.0);
        for event in events {
            put(&mut tables.events, &mut tables.event_by_key, event.key, event);
        }
        self
    }

    /// All operations.
    #[must_use]
    pub fn operations(&self) -> &[Arc<Operation>] {
        &self.0.operations
    }

    /// The operations that a workflow's step can do.
    pub fn actions(&self) -> impl Iterator<Item = &Arc<Operation>> {
        self.operations().iter().filter(|operation| operation.is_action)
    }

    /// The operation of this key.
    #[must_use]
    pub fn operation(&self, key: &str) -> Option<&Arc<Operation>> {
        self.0.by_key.get(key).and_then(|at| self.0.operations.get(*at))
    }

    /// All kinds of events that are known by name.
    #[must_use]
    pub fn events(&self) -> &[Arc<EventKind>] {
        &self.0.events
    }

    /// The kind of event of this key.
    #[must_use]
    pub fn event(&self, key: &str) -> Option<&Arc<EventKind>> {
        self.0.event_by_key.get(key).and_then(|at| self.0.events.get(*at))
    }

    /// The JSON Schema of a contact, as expressions see one; none where no kind of event holds one.
    #[must_use]
    pub fn contact_schema(&self) -> Option<Value> {
        self.event(kinds::CONTACT_CREATED).map(|event| event.payload_schema()["properties"]["contact"].take())
    }

    /// Whether a sender's mapping may report events of this kind: a name in the form of a kind, of a module
    /// that no kind of Tieline's own has.
    #[must_use]
    pub fn may_be_sent(&self, key: &str) -> bool {
        let module = kinds::module_of(key);
        kinds::is_kind(key)
            && !kinds::OWN_MODULES.contains(&module)
            && !self
                .events()
                .iter()
                .any(|event| event.key != kinds::WEBHOOK_RECEIVED && kinds::module_of(event.key) == module)
    }

    /// The catalogue as `tieline catalog --json` prints it: an entry for each action and each trigger.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let actions = self.actions().map(|operation| {
            json!({
                "key": operation.key,
                "kind": "action",
                "title": operation.title,
                "sentence": operation.sentence,
                "summary": operation.summary,
                "class": operation.class.as_str(),
                "inputSchema": operation.input.schema(Door::Workflow, |field| field.is_shown()),
                "outputSchema": operation.step_output_schema(),
                "sample": operation.input.sample(Door::Workflow, |_| true),
            })
        });
        let triggers = self.events().iter().map(|event| {
            json!({
                "key": event.key,
                "kind": "trigger",
                "title": event.title,
                "summary": event.summary,
                "payloadSchema": event.payload_schema(),
                "sample": event.sample,
            })
        });
        actions.chain(triggers).collect()
    }
}

fn put<T>(all: &mut Vec<Arc<T>>, places: &mut HashMap<&'static str, usize>, key: &'static str, one: T) {
    match places.get(key).and_then(|at| all.get_mut(*at)) {
        Some(known) => *known = Arc::new(one),
        None => {
            places.insert(key, all.len());
            all.push(Arc::new(one));
        }
    }
}
