//! A compiled document.

use crate::catalogue::Catalogue;
use crate::compile::Compiler;
use crate::custom_fields::CustomFields;
use crate::state::{At, RunState};
use crate::steps::{action, branch, stop, wait};
use crate::world::World;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use tieline_expr::{Condition, EvalError, References, Template};
use tieline_model::workflow::{Document, Problem};

/// A workflow document, ready to be run by any number of runs at once.
#[derive(Debug)]
pub struct Program {
    pub(crate) trigger_kind: String,
    pub(crate) when: Option<Condition>,
    pub(crate) concurrency: Option<Template>,
    pub(crate) instructions: Vec<Instruction>,
    pub(crate) references: References,
    pub(crate) listened_kinds: Vec<String>,
    /// Where each step begins, by its id.
    pub(crate) starts: HashMap<Arc<str>, usize>,
    /// What the waits match events by; see [`Catalogue::identity`].
    pub(crate) identities: BTreeSet<&'static str>,
    pub(crate) custom_fields: CustomFields,
}

/// One instruction. A run's program counter is the index of one.
#[derive(Debug)]
pub(crate) struct Instruction {
    /// Its step's id; the place where a document of before ids has none.
    pub(crate) step: Arc<str>,
    /// Where its step stands in the document.
    pub(crate) place: Arc<str>,
    /// What it does.
    pub(crate) opcode: Opcode,
}

/// What an instruction does.
#[derive(Debug)]
pub(crate) enum Opcode {
    /// Runs an action.
    Do(action::Do),
    /// An action that the catalogue does not have any more, or not yet: it fails the run that reaches it.
    Unknown(Arc<str>),
    /// Sleeps.
    Wait(Box<wait::Wait>),
    /// Leaves a branch out unless its condition holds.
    JumpUnless(branch::JumpUnless),
    /// Goes on elsewhere, which is always further down.
    Jump(usize),
    /// Ends the run.
    Stop(stop::Stop),
}

impl Program {
    /// Compiles a document against the catalogue.
    ///
    /// # Errors
    /// Every mistake: an unknown event, action or field, a field that is missing, a broken template or
    /// condition, a step that is asked for before it has run.
    pub fn compile(document: &Document, catalogue: &dyn Catalogue) -> Result<Self, Vec<Problem>> {
        Compiler::new(document, catalogue).compile()
    }

    /// Finds what its expressions read and every mistake that [`Program::compile`] reports, so that further checks can
    /// be made of a document with mistakes too.
    #[must_use]
    pub fn examine(document: &Document, catalogue: &dyn Catalogue) -> (References, Vec<Problem>) {
        Compiler::new(document, catalogue).examine()
    }

    /// Compiles a document that was published: perhaps by an older or newer version, with another catalogue. What
    /// the catalogue does not know fails the step that needs it, when a run reaches it, and not the document.
    ///
    /// # Errors
    /// A template or condition that cannot be compiled.
    pub fn load(document: &Document, catalogue: &dyn Catalogue) -> Result<Self, Vec<Problem>> {
        Compiler::new(document, catalogue).lenient().compile()
    }

    /// What its expressions read, each with its place.
    #[must_use]
    pub const fn references(&self) -> &References {
        &self.references
    }

    /// The custom fields that its expressions read as members of `contact`.
    #[must_use]
    pub const fn custom_fields(&self) -> &CustomFields {
        &self.custom_fields
    }

    /// The kind of event that starts it.
    #[must_use]
    pub fn trigger_kind(&self) -> &str {
        &self.trigger_kind
    }

    /// The kinds of events that its `wait` steps listen for.
    #[must_use]
    pub fn listened_kinds(&self) -> &[String] {
        &self.listened_kinds
    }

    /// Whether [`Program::admits`] or [`Program::concurrency_key`] looks at the contact, so that it is worth
    /// loading for them.
    #[must_use]
    pub fn trigger_uses_contact(&self) -> bool {
        let when = self.when.as_ref().is_some_and(|when| when.references().uses("contact"));
        let key = self.concurrency.as_ref().is_some_and(|key| key.references().uses("contact"));
        when || key
    }

    /// Whether the trigger's condition lets the event start a run. A contact that is not in `world` is null.
    ///
    /// # Errors
    /// The condition can't be evaluated with this event.
    pub fn admits(&self, world: &World<'_>) -> Result<bool, EvalError> {
        match &self.when {
            Some(when) => when.holds(&world.trigger_scope(when.references())),
            None => Ok(true),
        }
    }

    /// The key under which runs are to be handled one after the other, if the document gives one and it is
    /// not empty for this event. A contact that is not in `world` is null.
    ///
    /// # Errors
    /// The template can't be evaluated with this event.
    pub fn concurrency_key(&self, world: &World<'_>) -> Result<Option<String>, EvalError> {
        let Some(template) = &self.concurrency else { return Ok(None) };
        let key = template.render_text(&world.trigger_scope(template.references()))?;
        Ok(Some(key).filter(|key| !key.is_empty()))
    }

    /// The step where a run is: its id and its place in the document. None where this program does not have it.
    #[must_use]
    pub fn step_of(&self, state: &RunState) -> Option<(&Arc<str>, &Arc<str>)> {
        let instruction = self.instructions.get(self.locate(state.at.as_ref())?)?;
        Some((&instruction.step, &instruction.place))
    }

    /// The instruction that a step begins with.
    pub(crate) fn locate(&self, at: Option<&At>) -> Option<usize> {
        match at {
            None => Some(0),
            Some(At::Index(index)) => Some(*index),
            Some(At::Step(id)) => self.starts.get(id.as_str()).copied(),
        }
    }
}
