//! The workflow document: a tree of a trigger and steps, as people write it and as it is stored.
//!
//! [`Document::parse`] checks the shape and reports every mistake with its place (`steps[2].if[0].when`) and
//! the fix. What takes the catalogue or the expression language (unknown actions, broken templates) is
//! checked when the engine compiles the document.

mod fields;
mod ids;
mod parser;
mod steps;

pub use ids::give_ids;

use crate::notation;
use serde_json::{Map, Value};
use std::fmt;
use std::time::Duration;

/// The most steps that a document may hold, over all branches.
pub const MAX_STEPS: usize = 500;
/// The most branches that may lie inside one another.
pub const MAX_BRANCH_DEPTH: usize = 16;

/// A workflow as its author wrote it.
#[derive(Clone, PartialEq, Debug)]
pub struct Document {
    /// Its name, unique in its location: applying a document saves it by this.
    pub name: String,
    /// What starts it.
    pub trigger: Trigger,
    /// What it does.
    pub steps: Vec<Step>,
    /// A template for the key under which runs are handled one after the other; the run's contact, or whom
    /// the event is about, where it is left out.
    pub concurrency: Option<String>,
}

/// What starts a workflow.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Trigger {
    /// The kind of event, such as `paythen.payment.failed`.
    pub on: String,
    /// A condition on the event; none means always.
    pub when: Option<String>,
}

/// One step of a workflow.
#[derive(Clone, PartialEq, Debug)]
pub struct Step {
    /// The name under which later steps find its output, as `steps.<id>`.
    pub id: Option<String>,
    /// Its place in the document: `steps[2].if[0].steps[1]`.
    pub place: String,
    /// What it does.
    pub kind: StepKind,
}

/// What a step does.
#[derive(Clone, PartialEq, Debug)]
pub enum StepKind {
    /// `do`: runs an action of the catalogue.
    Do {
        /// `module.operation-id`, as in the API.
        action: String,
        /// Its input; the texts in it are templates.
        with: Map<String, Value>,
        /// How often it is tried; the action's own default where it is left out.
        attempts: Option<u32>,
    },
    /// `wait`: sleeps.
    Wait(Wait),
    /// `if`: takes the first branch whose condition holds.
    If(Vec<Branch>),
    /// `stop`: ends the run here.
    Stop {
        /// Why, for the run's history.
        reason: Option<String>,
    },
}

/// What a `wait` step waits for.
#[derive(Clone, PartialEq, Debug)]
pub struct Wait {
    /// Until when.
    pub until: Until,
    /// An event about the same person that ends the run while it waits.
    pub unless: Option<Awaited>,
}

/// An event that a `wait` step waits for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Awaited {
    /// The kind of event.
    pub kind: String,
    /// A condition on it, in which `event` is its payload; none means any.
    pub when: Option<String>,
    /// Where it is in the document: `steps[2].wait.unless`.
    pub place: String,
}

/// Until when a `wait` step waits.
#[derive(Clone, PartialEq, Debug)]
pub enum Until {
    /// `for`: this long.
    Elapsed(Duration),
    /// `until`: the time that this template gives, in ISO 8601.
    Time(String),
    /// `event`: an event about the same person; after `within` at the latest.
    Event {
        /// The event.
        event: Awaited,
        /// How long at most.
        within: Duration,
    },
}

/// One branch of an `if` step.
#[derive(Clone, PartialEq, Debug)]
pub struct Branch {
    /// The condition; none for `else`.
    pub when: Option<String>,
    /// What is done if it holds.
    pub steps: Vec<Step>,
}

/// A mistake in a document: where it is, what is wrong and how to put it right.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// The place: `trigger.when`, `steps[2].with.body`.
    pub place: String,
    /// What is wrong and what to do about it, in a sentence.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

/// Reads a document's text, YAML or JSON, into a JSON value that [`Document::parse`] takes; see [`notation`].
///
/// # Errors
/// The first mistake in the text; its place is the line and the column.
pub fn read_text(text: &str) -> Result<Value, Problem> {
    notation::read(text).map_err(|mistake| Problem {
        place: format!("line {}, column {}", mistake.line, mistake.column),
        message: mistake.message,
    })
}

impl Document {
    /// The events that its `wait` steps wait for, over all branches.
    #[must_use]
    pub fn awaited(&self) -> Vec<&Awaited> {
        let mut awaited = Vec::new();
        let mut left: Vec<&Step> = self.steps.iter().collect();
        while let Some(step) = left.pop() {
            match &step.kind {
                StepKind::Wait(wait) => {
                    awaited.extend(&wait.unless);
                    if let Until::Event { event, .. } = &wait.until {
                        awaited.push(event);
                    }
                }
                StepKind::If(branches) => left.extend(branches.iter().flat_map(|branch| &branch.steps)),
                StepKind::Do { .. } | StepKind::Stop { .. } => {}
            }
        }
        awaited
    }

    /// The kinds of those events.
    #[must_use]
    pub fn listened_kinds(&self) -> Vec<&str> {
        self.awaited().into_iter().map(|event| event.kind.as_str()).collect()
    }

    /// Reads a document and checks its shape.
    ///
    /// # Errors
    /// Every mistake found, in the order of the document.
    pub fn parse(document: &Value) -> Result<Self, Vec<Problem>> {
        match Self::parse_some(document) {
            (Some(document), problems) if problems.is_empty() => Ok(document),
            (_, problems) => Err(problems),
        }
    }

    /// Reads what can be read of a document, for further checks, and every mistake in its shape. A step that cannot
    /// be read is an `if` without branches, so that later steps can name it.
    #[must_use]
    pub fn parse_some(document: &Value) -> (Option<Self>, Vec<Problem>) {
        parser::parse(document)
    }
}

#[cfg(test)]
mod tests;
