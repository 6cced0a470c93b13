//! What a run knows between two calls.

use crate::effect::Outcome;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use tieline_expr::Data;
use tieline_model::{ContactId, Timestamp};

/// Everything that a run knows between steps. As JSON it is the run's checkpoint.
///
/// Outputs are kept only of steps that a later expression asks for.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunState {
    /// Whom the run is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact_id: Option<ContactId>,
    /// The step where the run is; none at the beginning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) at: Option<At>,
    pub(crate) phase: Phase,
    /// Until when the run was waiting, if it failed in a wait: a retry does not begin the time anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) waited_until: Option<Timestamp>,
    /// How often a person has had the run go on after it failed. What a step sends after that is a new request
    /// to the other side; automatic tries belong to one group.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) group: u32,
    #[serde(default = "Data::empty")]
    pub(crate) outputs: Data,
    /// The tasks and other things that the run has handled, by the path that names them in an output and in an
    /// event (`task.id`). Kept where a wait asks for it: it takes only events about the same thing.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) handled: BTreeMap<String, BTreeSet<String>>,
}

/// The step where a run is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum At {
    /// By its id, which an edit of the program does not change.
    Step(String),
    /// By its index in the program, as version 0.1.0 wrote it.
    Index(usize),
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Step(id) => f.write_str(id),
            Self::Index(index) => write!(f, "{index}"),
        }
    }
}

/// What a run is in the middle of, at the instruction where it stands.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Phase {
    /// Nothing: the instruction is yet to be run.
    Ready,
    /// An action was handed out, or waits for its next try.
    Acting(Trying),
    /// A `wait` step sleeps until then.
    Waiting(Timestamp),
    /// The run is over.
    Finished(Outcome),
}

/// Where an action stands with its tries.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Trying {
    /// The number of the try, from 1.
    pub(crate) attempt: u32,
    /// How many tries were not counted because the other side was busy.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) busy: u32,
    /// When that try is due, while the run sleeps before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) due: Option<Timestamp>,
    /// The input of an action that reaches outside. It is kept so that every try sends the same: the other
    /// side knows them as one by their idempotency key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) input: Option<Map<String, Value>>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
const fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl RunState {
    /// The state of a run that has not begun. `contact_id` is whom the event is about, where that is known.
    #[must_use]
    pub fn new(contact_id: Option<ContactId>) -> Self {
        Self {
            contact_id,
            at: None,
            phase: Phase::Ready,
            waited_until: None,
            group: 0,
            outputs: Data::empty(),
            handled: BTreeMap::new(),
        }
    }

    /// Makes a run that failed go on from the step that failed, as if that had not been tried yet. A wait keeps the
    /// time at which it ends. A run that did not fail stays as it is.
    pub fn retry(&mut self) {
        if matches!(self.phase, Phase::Finished(Outcome::Failed { .. })) {
            self.phase = self.waited_until.take().map_or(Phase::Ready, Phase::Waiting);
            self.group = self.group.saturating_add(1);
        }
    }

    /// Until when the run sleeps, while it does.
    #[must_use]
    pub const fn sleeps_until(&self) -> Option<Timestamp> {
        match &self.phase {
            Phase::Waiting(until) => Some(*until),
            Phase::Acting(trying) => trying.due,
            Phase::Ready | Phase::Finished(_) => None,
        }
    }

    /// How the run ended, once it has.
    #[must_use]
    pub fn outcome(&self) -> Option<&Outcome> {
        match &self.phase {
            Phase::Finished(outcome) => Some(outcome),
            Phase::Ready | Phase::Acting(_) | Phase::Waiting(_) => None,
        }
    }
}
