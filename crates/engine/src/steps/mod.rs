//! The kinds of steps, a file for each: how it is compiled and how it is run.

pub(crate) mod action;
pub(crate) mod branch;
pub(crate) mod stop;
pub(crate) mod wait;

use crate::effect::{Decision, Effect, Outcome};
use tieline_expr::EvalError;

/// What comes after an instruction.
pub(crate) enum Next {
    /// The one behind it; with what the step decided, where it decides something.
    Step(Option<Decision>),
    /// The one at this index, further down.
    To(usize, Option<Decision>),
    /// First this, by the caller.
    Give(Effect),
    /// Nothing.
    End(Outcome),
}

impl From<EvalError> for Next {
    fn from(error: EvalError) -> Self {
        Self::End(Outcome::Failed { place: error.place.to_string(), message: error.message })
    }
}

/// Builds the scope for an expression; gives the run back to the caller where the contact has to be loaded.
macro_rules! scope {
    ($world:expr, $state:expr, $expression:expr) => {
        match $world.scope($state, $expression.references()) {
            Ok(scope) => scope,
            Err(id) => return $crate::steps::Next::Give($crate::effect::Effect::LoadContact(id)),
        }
    };
}
pub(crate) use scope;
