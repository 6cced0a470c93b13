//! What a run has done, step by step: written with each checkpoint, so that people can see why a run did what it did.

mod cut;
mod redact;

pub(crate) use cut::cut_reason;
pub(crate) use redact::{redacted_reason, redacted_text};

use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};
use tieline_engine::{Act, Decision, Passed};
use tieline_model::{EventId, Timestamp};
use tieline_operations::Answer;
use tieline_store::runs::{self, Run, Step, StepOutcome, StepRecord};
use tieline_store::{Result, Tx};

/// The steps of a run since its last checkpoint.
#[derive(Debug, Default)]
pub(crate) struct History {
    /// The step that an earlier checkpoint recorded before it ended: a wait, or a request under way.
    open: Option<Step>,
    new: Vec<Step>,
}

impl History {
    /// The history of a run that continues.
    pub(crate) async fn of(tx: &mut Tx<'_>, run: &Run) -> Result<Self> {
        let open = if run.steps == 0 { None } else { runs::open_step(tx, &run.id, run.steps).await? };
        Ok(Self { open, new: Vec::new() })
    }

    /// Adds a step that began since the last checkpoint.
    pub(crate) fn add(&mut self, run: &mut Run, mut step: Step) {
        run.steps += 1;
        run.warnings += i64::from(!step.record.warnings.is_empty());
        step.n = run.steps;
        self.new.push(step);
    }

    /// Adds a step that has begun and ends later.
    pub(crate) fn add_open(&mut self, run: &mut Run, step: Step) {
        self.add(run, step);
        self.open = self.new.pop();
    }

    /// Records what a step without an effect decided.
    pub(crate) fn passed(&mut self, run: &mut Run, passed: Vec<Passed>, at: Timestamp) {
        for Passed { step, place, decision } in passed {
            let mut step = begun(run, &step, &place, at);
            step.record.reason = match decision {
                Decision::Branch(n) => format!("took branch {}", n + 1),
                Decision::Else => "took the else branch".to_owned(),
                Decision::NoBranch => "took no branch".to_owned(),
                Decision::NoWait => "the time had passed".to_owned(),
            };
            self.add(run, step);
        }
    }

    /// The step that has begun and not ended, if any.
    pub(crate) const fn open(&mut self) -> Option<&mut Step> {
        self.open.as_mut()
    }

    /// Ends the open step, if any.
    pub(crate) fn end(&mut self, outcome: StepOutcome, at: Timestamp, change: impl FnOnce(&mut StepRecord)) {
        let Some(mut step) = self.open.take() else { return };
        (step.outcome, step.ended_at) = (outcome, Some(at));
        change(&mut step.record);
        self.new.push(step);
    }

    /// The step that was recorded last since the last checkpoint.
    pub(crate) fn last(&mut self) -> Option<&mut Step> {
        self.new.last_mut()
    }

    /// Writes what is new. `known` is how many steps the run had at its last checkpoint.
    pub(crate) async fn write(&mut self, tx: &mut Tx<'_>, known: i64) -> Result<()> {
        let unwritten = self.open.iter().filter(|open| open.n > known).cloned();
        for mut step in self.new.drain(..).chain(unwritten) {
            let record = shown(&mut step.record)?;
            if step.n > known {
                runs::record_step(tx, &step, &record).await?;
            } else {
                runs::update_step(tx, &step, &record).await?;
            }
        }
        Ok(())
    }
}

/// The record as JSON, without secrets and shortened. Most records need neither, which one reading of the text shows.
fn shown(record: &mut StepRecord) -> Result<String> {
    let json = serde_json::to_string(record)?;
    if json.len() <= cut::VALUE && !redact::may_concern(&json) {
        return Ok(json);
    }
    redact::redact(record);
    cut::cut(record);
    Ok(serde_json::to_string(record)?)
}

/// A step that begins now and ends at once, unless it is changed.
pub(crate) fn begun(run: &Run, step: &str, place: &str, at: Timestamp) -> Step {
    Step {
        run_id: run.id.clone(),
        n: 0,
        step: step.to_owned(),
        frame: String::new(),
        attempt: 1,
        outcome: StepOutcome::Done,
        began_at: at,
        ended_at: Some(at),
        record: StepRecord { place: place.to_owned(), ..StepRecord::default() },
    }
}

/// One try of an action, which begins now.
pub(crate) fn tried(run: &Run, act: &Act, at: Timestamp) -> Step {
    let mut step = begun(run, &act.step, &act.place, at);
    step.attempt = i64::from(act.attempt);
    step.record.action = Some(act.action.to_owned());
    step.record.input = Value::Object(act.input.clone());
    step
}

/// What a local action returned, wrote and left out.
pub(crate) fn answered(
    record: &mut StepRecord,
    answer: &Answer,
    output: String,
    events: &[(String, EventId)],
) {
    record.reason.clone_from(&answer.did);
    record.warnings.clone_from(&answer.warnings);
    record.output = RawValue::from_string(output).ok();
    record.effects = events.iter().map(|(kind, id)| json!({ "event": kind, "id": id })).collect();
}

/// What a request returned.
pub(crate) fn received(record: &mut StepRecord, output: &Value, effects: &[Value]) {
    record.output = to_raw_value(output).ok();
    record.effects = effects.to_vec();
}
