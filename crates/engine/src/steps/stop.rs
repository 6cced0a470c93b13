//! `stop`: ends the run where it stands.

use crate::compile::Compiler;
use crate::effect::Outcome;
use crate::program::Opcode;
use crate::state::RunState;
use crate::steps::{Next, scope};
use crate::world::World;
use tieline_expr::Template;
use tieline_model::workflow::Step;

/// A compiled `stop` step.
#[derive(Debug)]
pub(crate) struct Stop {
    reason: Option<Template>,
}

/// Compiles the step; its reason is a template.
pub(crate) fn compile(compiler: &mut Compiler<'_>, step: &Step, reason: Option<&str>) {
    let reason = reason.and_then(|reason| compiler.template(&format!("{}.stop.reason", step.place), reason));
    compiler.push(step, &step.place, Opcode::Stop(Stop { reason }));
}

/// Ends the run, with its reason rendered.
pub(crate) fn run(stop: &Stop, state: &RunState, world: &World<'_>) -> Next {
    let Some(template) = &stop.reason else { return Next::End(Outcome::Stopped { reason: None }) };
    let scope = scope!(world, state, template);
    match template.render_text(&scope) {
        Ok(reason) => Next::End(Outcome::Stopped { reason: Some(reason) }),
        Err(error) => error.into(),
    }
}
