//! What goes into [`advance`](crate::advance) and what comes out of it.

use crate::catalogue::Class;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::sync::Arc;
use std::time::Duration;
use tieline_expr::Data;
use tieline_model::{About, ContactId, Timestamp};

/// What has come of the last effect.
///
/// An input that does not fit, such as [`Input::Elapsed`] where nothing sleeps, changes nothing: the effect
/// that the run waits for is given once more.
#[derive(Clone, Debug)]
pub enum Input {
    /// The run starts.
    Begin,
    /// An [`Effect::Act`] was done.
    Done {
        /// What a later expression finds as `steps.<id>`.
        output: Value,
        /// Whom the run is about from now on.
        about: About,
    },
    /// An [`Effect::Act`] failed.
    Failed(ActionFailure),
    /// An [`Effect::Sleep`] is over. The engine takes the caller's word for it and looks at no clock.
    Elapsed,
    /// An event that an [`Effect::Sleep`] listens for has happened.
    Happened {
        /// Its kind.
        kind: String,
        /// Its payload.
        payload: Data,
    },
    /// Go on from where the state is: the contact was loaded, or the process was started anew.
    Resume,
}

/// Why an action failed, and what that means for trying again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ActionFailure {
    /// What went wrong, for the run's history.
    pub message: String,
    /// Whether trying again can help.
    pub retryable: bool,
    /// How long the other side wants to be left alone, at least.
    pub retry_after: Option<Duration>,
    /// Whether the other side has done nothing because it gets too many requests for now. Such a try is not
    /// counted: a limit is met by slowing down, not by failing.
    pub busy: bool,
}

/// What the caller has to do next.
#[derive(Clone, PartialEq, Debug)]
pub enum Effect {
    /// Load the contact, put it into [`World::contact`](crate::World::contact) (null if it is gone) and
    /// answer with the same [`Input::Happened`] again or, after any other input, with [`Input::Resume`].
    LoadContact(ContactId),
    /// Do this and answer with [`Input::Done`] or [`Input::Failed`].
    Act(Act),
    /// Sleep and answer with [`Input::Elapsed`] or [`Input::Happened`].
    Sleep(Sleep),
    /// The run is over.
    Finished(Outcome),
}

/// One try of an action.
#[derive(Clone, PartialEq, Debug)]
pub struct Act {
    /// The step's id.
    pub step: Arc<str>,
    /// The step's place in the document: `steps[2]`.
    pub place: Arc<str>,
    /// What makes an idempotency key of the run's id. It is the same over automatic retries, and another one each
    /// time a person has the run go on after it failed, so that a request that was put right is not taken for
    /// the old one.
    pub idempotency_key: String,
    /// The action's key.
    pub action: &'static str,
    /// The action's class.
    pub class: Class,
    /// Its input, templates rendered; with `contactId` where the action is on a contact.
    pub input: Map<String, Value>,
    /// Which try it is, from 1.
    pub attempt: u32,
    /// Whether the run needs the output; if not, [`Input::Done`] need not have it.
    pub wants_output: bool,
}

/// A pause of the run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sleep {
    /// When it ends at the latest. It may be in the past, if the run is resumed late.
    pub until: Timestamp,
    /// What it is for.
    pub why: Why,
    /// The kinds of events, about the run's person, that wake the run or end it.
    pub events: Vec<String>,
}

/// A step that a run went through without anything for the caller to do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Passed {
    /// The step's id.
    pub step: Arc<str>,
    /// The step's place in the document.
    pub place: Arc<str>,
    /// What it decided.
    pub decision: Decision,
}

/// What a step without an effect decided.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Decision {
    /// An `if` took this branch, counted from 0.
    Branch(usize),
    /// An `if` took its `else`.
    Else,
    /// None of the branches of an `if` was taken.
    NoBranch,
    /// A `wait` was until a time that had passed.
    NoWait,
}

/// What a sleep is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Why {
    /// A failed action will be tried again.
    Retry,
    /// A `wait` step.
    Wait,
}

/// How a run ended.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// It came to its end.
    Completed,
    /// A `stop` step or the `unless` of a wait ended it.
    Stopped {
        /// Why.
        reason: Option<String>,
    },
    /// A step failed for good.
    Failed {
        /// Where in the document: `steps[2]`, or `steps[2].with.body` for an expression.
        place: String,
        /// What went wrong.
        message: String,
    },
}
