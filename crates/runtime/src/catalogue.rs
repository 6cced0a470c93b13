//! The catalogue, as the engine asks for it.

use std::collections::BTreeSet;
use tieline_engine::{ActionSpec, Class, FieldSpec};
use tieline_model::form::Door;
use tieline_operations::{Catalogue, Operation, Perform};

/// The actions and events that a workflow may name.
pub(crate) struct Actions<'c>(pub(crate) &'c Catalogue);

impl tieline_engine::Catalogue for Actions<'_> {
    fn action(&self, key: &str) -> Option<ActionSpec> {
        self.0.operation(key).filter(|operation| operation.is_action).map(|operation| spec(operation))
    }

    fn keys(&self) -> Vec<&str> {
        self.0.actions().map(|operation| operation.key).collect()
    }

    fn is_event(&self, kind: &str) -> bool {
        // A webhook connection may name kinds of its own; one that begins like ours is a mistake.
        self.0.event(kind).is_some() || self.0.may_be_sent(kind)
    }

    fn events(&self) -> Vec<&str> {
        self.0.events().iter().map(|event| event.key).collect()
    }

    fn identity(&self, kind: &str) -> Option<&'static str> {
        self.0.event(kind)?.identity
    }

    fn contact_members(&self) -> BTreeSet<String> {
        let schema = self.0.contact_schema().unwrap_or_default();
        schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect()
    }
}

fn spec(operation: &Operation) -> ActionSpec {
    let class = match operation.perform {
        Perform::Here(_) => Class::Local,
        Perform::Outside(_) => Class::Remote,
    };
    let fields = operation.step_fields().map(|field| FieldSpec {
        name: field.name.to_string(),
        required: field.is_required(Door::Workflow),
        summary: field.summary_for(Door::Workflow).to_owned(),
    });
    ActionSpec {
        key: operation.key,
        class,
        is_reading: operation.class == tieline_operations::Class::Reads,
        on_contact: operation.is_on_contact(),
        fields: fields.collect(),
        attempts: operation.attempts,
    }
}
