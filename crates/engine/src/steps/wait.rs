//! `wait`: for a while, until a time, or for an event.

use crate::compile::Compiler;
use crate::effect::{Effect, Outcome, Sleep, Why};
use crate::program::Opcode;
use crate::state::{Phase, RunState};
use crate::steps::{Next, scope};
use crate::world::World;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tieline_expr::{Data, Template};
use tieline_model::Timestamp;
use tieline_model::workflow::{self, Step};

/// A compiled `wait` step.
#[derive(Debug)]
pub(crate) struct Wait {
    /// The step's id.
    pub(crate) id: Option<Arc<str>>,
    /// Whether a later expression asks for its output.
    pub(crate) keep: bool,
    /// The kind of event that ends the run.
    pub(crate) unless: Option<String>,
    until: Until,
}

#[derive(Debug)]
enum Until {
    Elapsed(Duration),
    Time { place: String, template: Template },
    Event { kind: String, within: Duration },
}

impl Wait {
    /// The kind of event that it waits for.
    pub(crate) fn event(&self) -> Option<&str> {
        match &self.until {
            Until::Event { kind, .. } => Some(kind),
            Until::Elapsed(_) | Until::Time { .. } => None,
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
        let events = self.unless.as_deref().into_iter().chain(self.event()).map(str::to_owned).collect();
        Next::Give(Effect::Sleep(Sleep { until, why: Why::Wait, events }))
    }
}

/// Compiles the step and tells what is wrong with its events and its time.
pub(crate) fn compile(compiler: &mut Compiler<'_>, step: &Step, wait: &workflow::Wait) {
    let place = format!("{}.wait", step.place);
    if let Some(kind) = &wait.unless {
        compiler.event(&format!("{place}.unless"), kind);
    }
    let until = match &wait.until {
        workflow::Until::Elapsed(duration) => Some(Until::Elapsed(*duration)),
        workflow::Until::Time(text) => time(compiler, format!("{place}.until"), text),
        workflow::Until::Event { kind, within } => {
            compiler.event(&format!("{place}.event"), kind);
            Some(Until::Event { kind: kind.clone(), within: *within })
        }
    };
    if let Some(until) = until {
        let id = step.id.as_deref().map(Arc::from);
        let wait = Wait { id, keep: false, unless: wait.unless.clone(), until };
        compiler.push(&step.place, Opcode::Wait(wait));
    }
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

/// Sleeps, or goes on at once where the time has come already.
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
            match Timestamp::parse(&text) {
                Ok(time) => time,
                Err(message) => {
                    return Next::End(Outcome::Failed {
                        place: place.clone(),
                        message: format!("{message}; it is `{}`", text.chars().take(60).collect::<String>()),
                    });
                }
            }
        }
    };
    if until <= world.now {
        wait.keep_output(state, None);
        return Next::Step;
    }
    state.phase = Phase::Waiting(until);
    wait.sleep(until)
}
