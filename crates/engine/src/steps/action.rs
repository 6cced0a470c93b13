//! `do`: an action of the catalogue.

use crate::catalogue::{ActionSpec, Class};
use crate::compile::Compiler;
use crate::effect::{Act, Effect, Outcome};
use crate::program::{Instruction, Opcode, Program};
use crate::state::{At, Phase, RunState, Trying};
use crate::steps::{Next, scope};
use crate::world::World;
use serde_json::{Map, Value};
use std::sync::Arc;
use tieline_expr::{Tree, did_you_mean};
use tieline_model::workflow::Step;

/// The field that names the contact that an action is on.
const CONTACT_ID: &str = "contactId";

/// A compiled `do` step.
#[derive(Debug)]
pub(crate) struct Do {
    /// The step's id.
    pub(crate) id: Option<Arc<str>>,
    /// Whether a later expression asks for its output.
    pub(crate) keep: bool,
    /// How often it is tried.
    pub(crate) attempts: u32,
    action: &'static str,
    class: Class,
    is_reading: bool,
    on_contact: bool,
    with: Tree,
}

impl Do {
    /// Keeps the output, if a later expression asks for it, and what it names, if a wait asks for that.
    pub(crate) fn keep_output(&self, program: &Program, state: &mut RunState, output: Value) {
        for identity in &program.identities {
            let handled = self.handled(&output, identity);
            if !handled.is_empty() {
                state.handled.entry((*identity).to_owned()).or_default().extend(handled);
            }
        }
        if let (true, Some(id)) = (self.keep, &self.id) {
            state.outputs.insert(id, output);
        }
    }

    /// The ids of the things that the action created, changed or got by its id: for `task.id`, that of the `task` in
    /// its output, and of all its `tasks` if it changed them.
    fn handled(&self, output: &Value, identity: &str) -> Vec<String> {
        let mut ids: Vec<&Value> = at(output, identity).into_iter().collect();
        if let (false, Some((thing, member))) = (self.is_reading, identity.split_once('.'))
            && let Some(Value::Array(items)) = output.get(format!("{thing}s"))
        {
            ids.extend(items.iter().filter_map(|item| at(item, member)));
        }
        ids.into_iter().filter_map(Value::as_str).map(str::to_owned).collect()
    }
}

/// The value at a dotted path.
pub(crate) fn at<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.').try_fold(value, |value, name| value.get(name))
}

/// Compiles the step and reports what is wrong with its action and fields.
pub(crate) fn compile(
    compiler: &mut Compiler<'_>,
    step: &Step,
    action: &str,
    with: &Map<String, Value>,
    attempts: Option<u32>,
) {
    let catalogue = compiler.catalogue;
    let place = format!("{}.with", step.place);
    let with_tree = compiler.tree(&place, &Value::Object(with.clone()));
    let Some(spec) = catalogue.action(action) else {
        if compiler.is_lenient {
            compiler.push(step, &step.place, Opcode::Unknown(Arc::from(action)));
            return;
        }
        let hint = did_you_mean(action, catalogue.keys());
        compiler.problem(
            format!("{}.do", step.place),
            format!("`{action}` is not an action that is known{hint}"),
        );
        return;
    };
    check_fields(compiler, &place, &spec, with);
    if let Some(with) = with_tree {
        let action = Do {
            id: step.id.as_deref().map(Arc::from),
            keep: false,
            attempts: attempts.unwrap_or(spec.attempts).max(1),
            action: spec.key,
            class: spec.class,
            is_reading: spec.is_reading,
            on_contact: spec.on_contact,
            with,
        };
        compiler.push(step, &step.place, Opcode::Do(action));
    }
}

fn check_fields(compiler: &mut Compiler<'_>, place: &str, spec: &ActionSpec, with: &Map<String, Value>) {
    let mut known: Vec<&str> = spec.fields.iter().map(|field| field.name.as_str()).collect();
    if spec.on_contact && !known.contains(&CONTACT_ID) {
        known.push(CONTACT_ID);
    }
    for name in with.keys().filter(|name| !known.contains(&name.as_str())) {
        let hint = did_you_mean(name, known.iter().copied());
        compiler.drifted(format!("{place}.{name}"), format!("is not a field of `{}`{hint}", spec.key));
    }
    let given = |name: &str| with.get(name).is_some_and(|value| !value.is_null());
    for field in spec.fields.iter().filter(|field| field.required && !given(&field.name)) {
        if spec.on_contact && field.name == CONTACT_ID {
            continue;
        }
        compiler.drifted(format!("{place}.{}", field.name), format!("is missing; give {}", field.summary));
    }
}

/// Hands the action out, with its input rendered or, where an earlier try has sent it, as it was.
pub(crate) fn run(
    action: &Do,
    program: &Program,
    instruction: &Instruction,
    state: &mut RunState,
    world: &World<'_>,
) -> Next {
    let (attempt, busy, kept) = match &state.phase {
        Phase::Acting(trying) => (trying.attempt, trying.busy, trying.input.clone()),
        Phase::Ready | Phase::Waiting(_) | Phase::Finished(_) => (1, 0, None),
    };
    let input = match kept {
        Some(input) => input,
        None => {
            let scope = scope!(world, state, action.with);
            match action.with.render_object(&scope) {
                Ok(input) => input,
                Err(error) => return error.into(),
            }
        }
    };
    let input = match with_contact(action, input, state) {
        Ok(input) => input,
        Err(message) => return Next::End(Outcome::Failed { place: instruction.place.to_string(), message }),
    };
    let sent = (action.class == Class::Remote).then(|| input.clone());
    state.phase = Phase::Acting(Trying { attempt, busy, due: None, input: sent });
    Next::Give(Effect::Act(Act {
        step: Arc::clone(&instruction.step),
        place: Arc::clone(&instruction.place),
        idempotency_key: idempotency_key(instruction, state),
        action: action.action,
        class: action.class,
        input,
        attempt,
        wants_output: action.keep || !program.identities.is_empty(),
    }))
}

/// The key behind the run's id: the step's, as the run knows it, and the group of tries.
fn idempotency_key(instruction: &Instruction, state: &RunState) -> String {
    let step = state.at.as_ref().map_or_else(|| instruction.step.to_string(), At::to_string);
    match state.group {
        0 => step,
        group => format!("{step}-{group}"),
    }
}

/// Adds the run's contact where the action is on one and the step gives none. A `contactId` that turns out
/// empty is refused rather than replaced: it was meant to be someone else.
fn with_contact(
    action: &Do,
    mut input: Map<String, Value>,
    state: &RunState,
) -> Result<Map<String, Value>, String> {
    if !action.on_contact {
        return Ok(input);
    }
    match (input.get(CONTACT_ID), &state.contact_id) {
        (Some(Value::String(id)), _) if !id.is_empty() => {}
        (Some(_), _) => {
            return Err("`contactId` is empty or no text; give a contact's id or leave it out".to_owned());
        }
        (None, Some(id)) => {
            input.insert(CONTACT_ID.to_owned(), Value::from(id.as_str()));
        }
        (None, None) => {
            return Err(format!(
                "`{}` needs a contact and the run has none: no step before it has found or created one; put a \
                 `contacts.upsert-contact` step before it, or give `contactId`",
                action.action
            ));
        }
    }
    Ok(input)
}
