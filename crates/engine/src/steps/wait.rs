//! `wait`: for a while, until a time, or for an event.

use crate::compile::Compiler;
use crate::effect::{Decision, Effect, Outcome, Sleep, Why};
use crate::program::Opcode;
use crate::state::{Phase, RunState};
use crate::steps::action::at;
use crate::steps::{Next, scope};
use crate::world::{WAIT_NAMES, World};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tieline_expr::{Condition, Data, Template};
use tieline_model::time::LONGEST_WAIT;
use tieline_model::workflow::{self, Step};
use tieline_model::{ContactId, Timestamp};

/// A compiled `wait` step.
#[derive(Debug)]
pub(crate) struct Wait {
    /// The step's id.
    pub(crate) id: Option<Arc<str>>,
    /// Whether a later expression asks for its output.
    pub(crate) keep: bool,
    unless: Option<Awaited>,
    until: Until,
}

#[derive(Debug)]
enum Until {
    Elapsed(Duration),
    Time { place: String, template: Template },
    Event { event: Awaited, within: Duration },
}

/// An event that is waited for.
#[derive(Debug)]
struct Awaited {
    kind: String,
    when: Option<Condition>,
    /// The member that says which of the person's plans or the like it is about. None where the condition
    /// reads that itself.
    identity: Option<&'static str>,
}

/// What an event means for a run that waits.
pub(crate) enum Meaning {
    /// Nothing.
    Other,
    /// It is the one that was waited for.
    Awaited,
    /// It ends the run.
    Ends,
}

/// Why the meaning of an event is not known.
pub(crate) enum Unknown {
    /// A condition asks for the contact.
    Contact(ContactId),
    /// A condition cannot be evaluated.
    Failed(tieline_expr::EvalError),
}

impl Wait {
    /// What an event means for the run.
    pub(crate) fn meaning(
        &self,
        kind: &str,
        payload: &Data,
        state: &RunState,
        world: &World<'_>,
    ) -> Result<Meaning, Unknown> {
        if let Some(unless) = &self.unless
            && unless.is_met(kind, payload, state, world)?
        {
            return Ok(Meaning::Ends);
        }
        match &self.until {
            Until::Event { event, .. } if event.is_met(kind, payload, state, world)? => Ok(Meaning::Awaited),
            Until::Event { .. } | Until::Elapsed(_) | Until::Time { .. } => Ok(Meaning::Other),
        }
    }

    /// Keeps whether the event happened, if it was waited for and a later expression asks for it.
    pub(crate) fn keep_output(&self, state: &mut RunState, event: Option<&Data>) {
        if let (true, Some(id), Until::Event { .. }) = (self.keep, &self.id, &self.until) {
            let payload = event.map(Data::as_json);
            state.outputs.insert(id, json!({ "happened": event.is_some(), "event": payload }));
        }
    }

    fn sleep(&self, until: Timestamp) -> Next {
        let awaited = match &self.until {
            Until::Event { event, .. } => Some(event),
            Until::Elapsed(_) | Until::Time { .. } => None,
        };
        let events = self.unless.iter().chain(awaited).map(|event| event.kind.clone()).collect();
        Next::Give(Effect::Sleep(Sleep { until, why: Why::Wait, events }))
    }
}

impl Awaited {
    fn is_met(
        &self,
        kind: &str,
        payload: &Data,
        state: &RunState,
        world: &World<'_>,
    ) -> Result<bool, Unknown> {
        if self.kind != kind || !self.is_about_the_same(payload, state, world) {
            return Ok(false);
        }
        let Some(when) = &self.when else { return Ok(true) };
        let scope = world.scope(state, when.references()).map_err(Unknown::Contact)?;
        when.holds(&scope.with("event", payload.clone())).map_err(Unknown::Failed)
    }

    /// Whether the event is about the plan, task or the like that the run's trigger named or an earlier step
    /// handled. Where either names none, it is.
    fn is_about_the_same(&self, payload: &Data, state: &RunState, world: &World<'_>) -> bool {
        let Some(identity) = self.identity else { return true };
        let Some(id) = at(payload.as_json(), identity).and_then(Value::as_str) else { return true };
        let triggered = at(world.trigger.as_json(), identity).and_then(Value::as_str);
        let handled = state.handled.get(identity);
        triggered == Some(id)
            || handled.is_some_and(|handled| handled.contains(id))
            || (triggered.is_none() && handled.is_none())
    }
}

/// Compiles the step and reports what is wrong with its events and its time.
pub(crate) fn compile(compiler: &mut Compiler<'_>, step: &Step, wait: &workflow::Wait) {
    let place = format!("{}.wait", step.place);
    let unless = wait.unless.as_ref().map(|unless| awaited(compiler, &format!("{place}.unless"), unless));
    let until = match &wait.until {
        workflow::Until::Elapsed(duration) => Some(Until::Elapsed(*duration)),
        workflow::Until::Time(text) => time(compiler, format!("{place}.until"), text),
        workflow::Until::Event { event, within } => {
            let event = awaited(compiler, &format!("{place}.event"), event);
            Some(Until::Event { event, within: *within })
        }
    };
    if let Some(until) = until {
        let id = step.id.as_deref().map(Arc::from);
        let wait = Wait { id, keep: false, unless, until };
        compiler.push(step, &step.place, Opcode::Wait(Box::new(wait)));
    }
}

fn awaited(compiler: &mut Compiler<'_>, place: &str, event: &workflow::Awaited) -> Awaited {
    compiler.event(place, &event.kind);
    let when = event.when.as_ref();
    let when = when.and_then(|when| compiler.condition(&format!("{}.when", event.place), when, WAIT_NAMES));
    let identity = compiler.identity(&event.kind).filter(|identity| {
        let thing = identity.split('.').next();
        !when.as_ref().is_some_and(|when| when.references().members("event").any(|read| read == thing))
    });
    Awaited { kind: event.kind.clone(), when, identity }
}

fn time(compiler: &mut Compiler<'_>, place: String, text: &str) -> Option<Until> {
    let template = compiler.template(&place, text)?;
    let wrong =
        template.constant().filter(|time| Timestamp::parse(time.as_str().unwrap_or_default()).is_err());
    if wrong.is_some() {
        let message = "is not a time; write it like 2026-11-23T12:00:00Z, or a template that gives one, like \
                       \"{{ now | next('monday 09:00') }}\"";
        compiler.problem(place, message);
        return None;
    }
    Some(Until::Time { place, template })
}

/// Sleeps, or continues at once if the time has come already. With an `unless` it sleeps all the same, so that the
/// caller can offer an event that came in time.
pub(crate) fn run(wait: &Wait, state: &mut RunState, world: &World<'_>) -> Next {
    if let Phase::Waiting(until) = &state.phase {
        return wait.sleep(*until);
    }
    let until = match &wait.until {
        Until::Elapsed(duration) | Until::Event { within: duration, .. } => world.now.plus(*duration),
        Until::Time { place, template } => {
            let scope = scope!(world, state, template);
            let text = match template.render_text(&scope) {
                Ok(text) => text,
                Err(error) => return error.into(),
            };
            match read_time(&text, world) {
                Ok(time) => time,
                Err(message) => return Next::End(Outcome::Failed { place: place.clone(), message }),
            }
        }
    };
    if until <= world.now && wait.unless.is_none() {
        wait.keep_output(state, None);
        return Next::Step(Some(Decision::NoWait));
    }
    state.phase = Phase::Waiting(until);
    wait.sleep(until)
}

/// The time of an `until`. One without a zone is in the location's.
fn read_time(text: &str, world: &World<'_>) -> Result<Timestamp, String> {
    let zone = at(world.location.as_json(), "timezone").and_then(Value::as_str).unwrap_or("UTC");
    let shown = || text.chars().take(60).collect::<String>();
    let time =
        Timestamp::parse_in(text, zone).map_err(|message| format!("{message}; it is `{}`", shown()))?;
    if time > world.now.plus(LONGEST_WAIT) {
        return Err(format!("`{}` is more than ten years away", shown()));
    }
    Ok(time)
}
