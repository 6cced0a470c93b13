//! From the document's tree to a flat list of instructions, with every mistake told.

use crate::catalogue::Catalogue;
use crate::custom_fields::CustomFields;
use crate::program::{Instruction, Opcode, Program};
use crate::steps::{action, branch, stop, wait};
use crate::world::{NAMES, TRIGGER_NAMES};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use tieline_expr::{Condition, References, Template, Tree, did_you_mean};
use tieline_model::workflow::{Document, Problem, Step, StepKind};

/// Gathers instructions and mistakes while it walks down a document.
pub(crate) struct Compiler<'d> {
    document: &'d Document,
    pub(crate) catalogue: &'d dyn Catalogue,
    /// Whether what the catalogue does not know is left to the runs.
    pub(crate) is_lenient: bool,
    instructions: Vec<Instruction>,
    problems: Vec<Problem>,
    /// The ids of the steps above the one that is being compiled.
    earlier: Vec<&'d str>,
    /// What all steps read.
    read: References,
    starts: HashMap<Arc<str>, usize>,
    identities: BTreeSet<&'static str>,
}

impl<'d> Compiler<'d> {
    pub(crate) fn new(document: &'d Document, catalogue: &'d dyn Catalogue) -> Self {
        Self {
            document,
            catalogue,
            is_lenient: false,
            instructions: Vec::new(),
            problems: Vec::new(),
            earlier: Vec::new(),
            read: References::default(),
            starts: HashMap::new(),
            identities: BTreeSet::new(),
        }
    }

    pub(crate) const fn lenient(mut self) -> Self {
        self.is_lenient = true;
        self
    }

    pub(crate) fn compile(mut self) -> Result<Program, Vec<Problem>> {
        let (when, concurrency) = self.walk();
        if !self.problems.is_empty() {
            return Err(self.problems);
        }
        self.keep_what_is_read();
        let custom_fields = CustomFields::read(&self.read, self.catalogue);
        Ok(Program {
            custom_fields,
            trigger_kind: self.document.trigger.on.clone(),
            when,
            concurrency,
            instructions: self.instructions,
            references: self.read,
            listened_kinds: self.document.listened_kinds().into_iter().map(str::to_owned).collect(),
            starts: self.starts,
            identities: self.identities,
        })
    }

    /// What the expressions read that compile, and what is wrong with the document.
    pub(crate) fn examine(mut self) -> (References, Vec<Problem>) {
        self.walk();
        (self.read, self.problems)
    }

    /// Compiles everything; the trigger's condition and the concurrency key are the result.
    fn walk(&mut self) -> (Option<Condition>, Option<Template>) {
        let trigger = &self.document.trigger;
        self.event("trigger.on", &trigger.on);
        let when = trigger.when.as_ref().map(|when| Condition::compile("trigger.when", when, TRIGGER_NAMES));
        let when = when.and_then(|when| self.take(when));
        let key = self.document.concurrency.as_ref();
        let concurrency = key.map(|key| Template::compile("concurrency", key, TRIGGER_NAMES));
        let concurrency = concurrency.and_then(|key| self.take(key));
        when.iter().for_each(|when| self.read.extend(when.references()));
        concurrency.iter().for_each(|key| self.read.extend(key.references()));
        self.steps(&self.document.steps);
        (when, concurrency)
    }

    /// Compiles steps in their order; what comes behind them is compiled next.
    pub(crate) fn steps(&mut self, steps: &'d [Step]) {
        for step in steps {
            match &step.kind {
                StepKind::Do { action, with, attempts } => {
                    action::compile(self, step, action, with, *attempts);
                }
                StepKind::Wait(wait) => wait::compile(self, step, wait),
                StepKind::If(branches) => branch::compile(self, step, branches),
                StepKind::Stop { reason } => stop::compile(self, step, reason.as_deref()),
            }
            self.earlier.extend(step.id.as_deref());
        }
    }

    /// Where the next instruction will stand.
    pub(crate) fn next(&self) -> usize {
        self.instructions.len()
    }

    /// Appends an instruction of a step and gives its index.
    pub(crate) fn push(&mut self, step: &Step, place: &str, opcode: Opcode) -> usize {
        let index = self.next();
        let step: Arc<str> = Arc::from(step.id.as_deref().unwrap_or(&step.place));
        self.starts.entry(Arc::clone(&step)).or_insert(index);
        self.instructions.push(Instruction { step, place: Arc::from(place), opcode });
        index
    }

    /// The member by which events of this kind are matched; actions keep what they handle under it.
    pub(crate) fn identity(&mut self, kind: &str) -> Option<&'static str> {
        let identity = self.catalogue.identity(kind)?;
        self.identities.insert(identity);
        Some(identity)
    }

    /// Lets the jump at `from` lead to the next instruction.
    pub(crate) fn land(&mut self, from: usize) {
        let to = self.next();
        match self.instructions.get_mut(from).map(|instruction| &mut instruction.opcode) {
            Some(Opcode::Jump(target)) => *target = to,
            Some(Opcode::JumpUnless(jump)) => jump.to = to,
            Some(Opcode::Do(_) | Opcode::Unknown(_) | Opcode::Wait(_) | Opcode::Stop(_)) | None => {}
        }
    }

    pub(crate) fn problem(&mut self, place: String, message: impl Into<String>) {
        self.problems.push(Problem { place, message: message.into() });
    }

    /// Reports what does not fit the catalogue, unless that is left to the runs.
    pub(crate) fn drifted(&mut self, place: String, message: impl Into<String>) {
        if !self.is_lenient {
            self.problem(place, message);
        }
    }

    /// Refuses a kind of event that nothing sends.
    pub(crate) fn event(&mut self, place: &str, kind: &str) {
        if !self.catalogue.is_event(kind) {
            let hint = did_you_mean(kind, self.catalogue.events());
            self.drifted(place.to_owned(), format!("`{kind}` is not an event that is known{hint}"));
        }
    }

    pub(crate) fn condition(&mut self, place: &str, text: &str, names: &[&str]) -> Option<Condition> {
        let condition = self.take(Condition::compile(place, text, names))?;
        self.reads(place, condition.references());
        Some(condition)
    }

    pub(crate) fn template(&mut self, place: &str, text: &str) -> Option<Template> {
        let template = self.take(Template::compile(place, text, NAMES))?;
        self.reads(place, template.references());
        Some(template)
    }

    pub(crate) fn tree(&mut self, place: &str, value: &serde_json::Value) -> Option<Tree> {
        match Tree::compile(place, value, NAMES) {
            Ok(tree) => {
                self.reads(place, tree.references());
                Some(tree)
            }
            Err(problems) => {
                self.problems.extend(problems);
                None
            }
        }
    }

    fn take<T>(&mut self, result: Result<T, Problem>) -> Option<T> {
        result.map_err(|problem| self.problems.push(problem)).ok()
    }

    /// Notes what an expression reads and refuses outputs of steps that have not run before it.
    fn reads(&mut self, place: &str, references: &References) {
        for id in references.members("steps").flatten() {
            if !self.earlier.contains(&id) {
                let hint = did_you_mean(id, self.earlier.iter().copied());
                let message = format!("`steps.{id}` is not there yet: no step above has `id: {id}`{hint}");
                self.problem(place.to_owned(), message);
            }
        }
        self.read.extend(references);
    }

    /// Marks the actions whose output has to be kept, now that all expressions are known.
    fn keep_what_is_read(&mut self) {
        let read: BTreeSet<Option<&str>> = self.read.members("steps").collect();
        for instruction in &mut self.instructions {
            let (id, keep) = match &mut instruction.opcode {
                Opcode::Do(action) => (&action.id, &mut action.keep),
                Opcode::Wait(wait) => (&wait.id, &mut wait.keep),
                Opcode::Unknown(_) | Opcode::JumpUnless(_) | Opcode::Jump(_) | Opcode::Stop(_) => {
                    continue;
                }
            };
            *keep = id.is_some() && (read.contains(&None) || read.contains(&id.as_deref()));
        }
    }
}
