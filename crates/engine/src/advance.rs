//! From one input to the next effect.

use crate::effect::{ActionFailure, Decision, Effect, Input, Outcome, Passed, Sleep, Why};
use crate::program::{Instruction, Opcode, Program};
use crate::retry::{PATIENCE, pause};
use crate::state::{At, Phase, RunState, Trying};
use crate::steps::wait::{Meaning, Unknown};
use crate::steps::{Next, action, branch, stop, wait};
use crate::world::World;
use tieline_expr::Data;
use tieline_model::{About, Timestamp};

/// Takes a run from one input to the next effect. Total: every input in every state gives an effect, and a
/// run ends after a number of effects that its program bounds. What it went through on the way is added to
/// `passed`.
///
/// The state is to be stored before the effect is done or, for an action that is [`Class::Local`], together
/// with it. A call that is repeated after a crash with [`Input::Resume`] gives the same effect again.
///
/// [`Class::Local`]: crate::Class::Local
pub fn advance(
    program: &Program,
    state: &mut RunState,
    input: Input,
    world: &World<'_>,
    passed: &mut Vec<Passed>,
) -> Effect {
    // The action that is done may have changed the contact, so what was loaded before it is worth nothing.
    let contact = if matches!(input, Input::Done { .. }) { None } else { world.contact };
    let world = World { contact, ..*world };
    let Some(at) = program.locate(state.at.as_ref()) else { return lost(state) };
    let mut machine = Machine { program, at, has_moved: state.at.is_none(), state, world: &world, passed };
    let effect = match input {
        Input::Begin | Input::Resume => machine.go_on(),
        Input::Done { output, about } => machine.done(output, about),
        Input::Failed(failure) => machine.failed(failure),
        Input::Elapsed => machine.elapsed(),
        Input::Happened { kind, payload } => machine.happened(&kind, &payload),
    };
    machine.mark();
    effect
}

/// Ends a run whose step the program does not have.
fn lost(state: &mut RunState) -> Effect {
    let step = state.at.as_ref().map(At::to_string).unwrap_or_default();
    let message = format!("the workflow's version has no step `{step}`");
    let outcome = state.outcome().cloned().unwrap_or(Outcome::Failed { place: "steps".to_owned(), message });
    state.phase = Phase::Finished(outcome.clone());
    Effect::Finished(outcome)
}

struct Machine<'a> {
    program: &'a Program,
    state: &'a mut RunState,
    /// The instruction where the run is. The state names its step.
    at: usize,
    /// Whether the state still names another step.
    has_moved: bool,
    world: &'a World<'a>,
    passed: &'a mut Vec<Passed>,
}

impl<'a> Machine<'a> {
    /// The effect that the run waits for, or the next one if it waits for none.
    fn go_on(&mut self) -> Effect {
        match &self.state.phase {
            Phase::Finished(outcome) => Effect::Finished(outcome.clone()),
            Phase::Acting(Trying { due: Some(due), .. }) => retry_at(*due),
            Phase::Ready | Phase::Acting(_) | Phase::Waiting(_) => self.run(),
        }
    }

    fn done(&mut self, output: serde_json::Value, about: About) -> Effect {
        if let (Phase::Acting(Trying { due: None, .. }), Some(Opcode::Do(action))) =
            (&self.state.phase, self.opcode())
        {
            action.keep_output(self.program, self.state, output);
            match about {
                About::Same => {}
                About::Contact(id) => self.state.contact_id = Some(id),
                About::Nobody => self.state.contact_id = None,
            }
            self.step_on();
        }
        self.go_on()
    }

    fn failed(&mut self, failure: ActionFailure) -> Effect {
        let Some(instruction) = self.instruction() else { return self.go_on() };
        let Opcode::Do(action) = &instruction.opcode else { return self.go_on() };
        let Phase::Acting(trying) = &mut self.state.phase else { return self.go_on() };
        if trying.due.is_some() {
            return self.go_on();
        }
        let busy = failure.busy && trying.busy < PATIENCE;
        if failure.retryable && (busy || trying.attempt < action.attempts) {
            let count = if busy { &mut trying.busy } else { &mut trying.attempt };
            // The try that is under way is counted already; a busy answer is counted here.
            let failures = if busy { *count + 1 } else { *count };
            *count += 1;
            let due = self.world.now.plus(pause(failures, self.world.random, failure.retry_after));
            trying.due = Some(due);
            return retry_at(due);
        }
        let message = match trying.attempt {
            1 => failure.message,
            tries => format!("{} (tried {tries} times)", failure.message),
        };
        self.end(Outcome::Failed { place: instruction.place.to_string(), message })
    }

    fn elapsed(&mut self) -> Effect {
        match &mut self.state.phase {
            Phase::Acting(trying) => trying.due = None,
            Phase::Waiting(_) => self.waited(None),
            Phase::Ready | Phase::Finished(_) => {}
        }
        self.go_on()
    }

    fn happened(&mut self, kind: &str, payload: &Data) -> Effect {
        let (Phase::Waiting(_), Some(Opcode::Wait(wait))) = (&self.state.phase, self.opcode()) else {
            return self.go_on();
        };
        match wait.meaning(kind, payload, self.state, self.world) {
            Ok(Meaning::Other) => self.go_on(),
            Ok(Meaning::Awaited) => {
                self.waited(Some(payload));
                self.go_on()
            }
            Ok(Meaning::Ends) => {
                let reason = Some(format!("{kind} happened while the run was waiting"));
                self.end(Outcome::Stopped { reason })
            }
            Err(Unknown::Contact(id)) => Effect::LoadContact(id),
            Err(Unknown::Failed(error)) => {
                self.state.waited_until = self.state.sleeps_until();
                self.end(Outcome::Failed { place: error.place.to_string(), message: error.message })
            }
        }
    }

    /// Ends the wait where the run is, with the event that ended it.
    fn waited(&mut self, event: Option<&Data>) {
        if let Some(Opcode::Wait(wait)) = self.opcode() {
            wait.keep_output(self.state, event);
        }
        self.step_on();
    }

    /// Runs instructions until there is something for the caller to do. Jumps only lead down, so this ends.
    fn run(&mut self) -> Effect {
        while let Some(instruction) = self.instruction() {
            self.mark();
            let next = match &instruction.opcode {
                Opcode::Do(action) => action::run(action, self.program, instruction, self.state, self.world),
                Opcode::Unknown(action) => Next::End(Outcome::Failed {
                    place: instruction.place.to_string(),
                    message: format!("`{action}` is not an action that this version of Tieline has"),
                }),
                Opcode::Wait(wait) => wait::run(wait, self.state, self.world),
                Opcode::JumpUnless(jump) => branch::run(jump, self.state, self.world),
                Opcode::Jump(to) => Next::To(*to, None),
                Opcode::Stop(stop) => stop::run(stop, self.state, self.world),
            };
            match next {
                Next::Step(decision) => {
                    self.pass(instruction, decision);
                    self.step_on();
                }
                Next::To(to, decision) => {
                    self.pass(instruction, decision);
                    self.go_to(to.max(self.at + 1));
                }
                Next::Give(effect) => return effect,
                Next::End(outcome) => return self.end(outcome),
            }
        }
        self.end(Outcome::Completed)
    }

    fn pass(&mut self, instruction: &Instruction, decision: Option<Decision>) {
        let (step, place) = (&instruction.step, &instruction.place);
        self.passed.extend(decision.map(|decision| Passed {
            step: step.clone(),
            place: place.clone(),
            decision,
        }));
    }

    fn instruction(&self) -> Option<&'a Instruction> {
        self.program.instructions.get(self.at)
    }

    fn opcode(&self) -> Option<&'a Opcode> {
        self.instruction().map(|instruction| &instruction.opcode)
    }

    fn step_on(&mut self) {
        self.go_to(self.at.saturating_add(1));
        self.state.phase = Phase::Ready;
    }

    const fn go_to(&mut self, at: usize) {
        self.at = at;
        self.has_moved = true;
    }

    /// Has the state name the step where the run is. Behind the last step it goes on naming that.
    fn mark(&mut self) {
        if self.has_moved
            && let Some(instruction) = self.instruction()
        {
            self.state.at = Some(At::Step(instruction.step.to_string()));
            self.has_moved = false;
        }
    }

    fn end(&mut self, outcome: Outcome) -> Effect {
        self.state.phase = Phase::Finished(outcome.clone());
        Effect::Finished(outcome)
    }
}

fn retry_at(due: Timestamp) -> Effect {
    Effect::Sleep(Sleep { until: due, why: Why::Retry, events: Vec::new() })
}
