//! `if`: the first branch whose condition holds; none where none does and there is no `else`.

use crate::compile::Compiler;
use crate::effect::Decision;
use crate::program::Opcode;
use crate::state::RunState;
use crate::steps::{Next, scope};
use crate::world::{NAMES, World};
use tieline_expr::Condition;
use tieline_model::workflow::{Branch, Step};

/// Stands before a branch and leaves it out unless its condition holds.
#[derive(Debug)]
pub(crate) struct JumpUnless {
    condition: Condition,
    /// Behind the branch.
    pub(crate) to: usize,
    branch: usize,
    /// What it means for the step if the condition does not hold; none where another condition follows.
    otherwise: Option<Decision>,
}

/// Compiles the branches one after the other, each with a jump behind the last one at its end.
pub(crate) fn compile<'d>(compiler: &mut Compiler<'d>, step: &'d Step, branches: &'d [Branch]) {
    let mut ends = Vec::with_capacity(branches.len());
    for (n, branch) in branches.iter().enumerate() {
        let place = format!("{}.if[{n}]", step.place);
        let condition = match &branch.when {
            Some(when) => compiler.condition(&format!("{place}.when"), when, NAMES),
            None => None,
        };
        let otherwise = match branches.get(n + 1) {
            Some(Branch { when: Some(_), .. }) => None,
            Some(Branch { when: None, .. }) => Some(Decision::Else),
            None => Some(Decision::NoBranch),
        };
        let past = condition.map(|condition| {
            let jump = JumpUnless { condition, to: 0, branch: n, otherwise };
            compiler.push(step, &place, Opcode::JumpUnless(jump))
        });
        compiler.steps(&branch.steps);
        if n + 1 < branches.len() {
            ends.push(compiler.push(step, &place, Opcode::Jump(0)));
        }
        past.into_iter().for_each(|jump| compiler.land(jump));
    }
    ends.into_iter().for_each(|jump| compiler.land(jump));
}

/// Goes on into the branch or behind it.
pub(crate) fn run(jump: &JumpUnless, state: &RunState, world: &World<'_>) -> Next {
    let scope = scope!(world, state, jump.condition);
    match jump.condition.holds(&scope) {
        Ok(true) => Next::Step(Some(Decision::Branch(jump.branch))),
        Ok(false) => Next::To(jump.to, jump.otherwise),
        Err(error) => error.into(),
    }
}
