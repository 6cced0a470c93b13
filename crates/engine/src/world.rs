//! What a run sees of the world while it is advanced.

use crate::state::RunState;
use tieline_expr::{Data, References, Scope};
use tieline_model::{ContactId, Timestamp};

/// The names that every expression of a document may use; `steps` is there too once steps have run.
pub(crate) const NAMES: &[&str] = &["trigger", "contact", "now", "location", "vars", "steps"];

/// The names that the condition of a wait may use.
pub(crate) const WAIT_NAMES: &[&str] = &["trigger", "contact", "now", "location", "vars", "steps", "event"];

/// The names that a trigger's expressions may use: no step has run yet.
pub(crate) const TRIGGER_NAMES: &[&str] = &["trigger", "contact", "now", "location", "vars"];

/// Everything that comes from outside of the run.
#[derive(Clone, Copy, Debug)]
pub struct World<'a> {
    /// The time.
    pub now: Timestamp,
    /// A fresh random number, which spreads retries out.
    pub random: u64,
    /// The payload of the event that started the run.
    pub trigger: &'a Data,
    /// The location, as expressions see it.
    pub location: &'a Data,
    /// The run's contact as it is now, in answer to an [`Effect::LoadContact`](crate::Effect::LoadContact);
    /// null ([`Data::default`]) if it is gone, none where it was not loaded. With
    /// [`Input::Done`](crate::Input::Done) it is not looked at, because the action may have changed it.
    pub contact: Option<&'a Data>,
}

impl World<'_> {
    /// The names for a trigger's expressions. A contact that was not loaded is null.
    pub(crate) fn trigger_scope(&self, references: &References) -> Scope {
        let scope = self.common_scope(references);
        self.contact.map_or(scope.clone(), |contact| scope.with("contact", contact.clone()))
    }

    /// The names for a step's expressions, or the contact that has to be loaded before.
    pub(crate) fn scope(&self, state: &RunState, references: &References) -> Result<Scope, ContactId> {
        let mut scope = self.common_scope(references);
        if references.uses("steps") {
            scope = scope.with("steps", state.outputs.clone());
        }
        if !references.uses("contact") {
            return Ok(scope);
        }
        match (&state.contact_id, self.contact) {
            (None, _) => Ok(scope),
            (Some(_), Some(contact)) => Ok(scope.with("contact", contact.clone())),
            (Some(id), None) => Err(id.clone()),
        }
    }

    fn common_scope(&self, references: &References) -> Scope {
        let mut scope = Scope::new().with("trigger", self.trigger.clone());
        if references.uses("location") {
            scope = scope.with("location", self.location.clone());
        }
        if references.uses("now") {
            scope = scope.with("now", Data::timestamp(self.now));
        }
        if references.uses("vars") {
            scope = scope.with("vars", Data::empty());
        }
        scope
    }
}
