//! Continuing a run inside a transaction, until it needs something other than the database.

use crate::contact::load_contact;
use crate::definitions::Definition;
use crate::history::{History, answered, begun, cut_reason, redacted_reason, redacted_text, tried};
use crate::slots::{Slot, Slots};
use serde_json::Value;
use std::sync::Arc;
use std::sync::OnceLock;
use std::time::Duration;
use tieline_engine::{Act, ActionFailure, Class, Effect, Input, Outcome, RunState, World, advance};
use tieline_expr::Data;
use tieline_model::{Cause, ContactId, Event, Location, Refusal, Timestamp};
use tieline_operations::{Answer, Perform, Rendered};
use tieline_store::contacts::Subject;
use tieline_store::runs::{self, Queue, Run, RunStatus, Step, StepOutcome, StepRecord};
use tieline_store::{Error, Result, Tx};
use tracing::Instrument;

/// How long a request that is under way keeps others from sending it again. Longer than a request can take, so
/// that only a dead node loses its lease.
pub(crate) const LEASE: Duration = Duration::from_secs(90);

/// A chain of runs, each started by what the one before did, ends here.
pub(crate) const MAX_CAUSE_DEPTH: u32 = 8;

/// How many local steps a run takes in one transaction.
const LOCAL_STEPS: u32 = 50;

/// A run with all that is needed to continue it.
pub(crate) struct Segment<'a> {
    pub(crate) definition: &'a Definition,
    pub(crate) event: &'a Event,
    pub(crate) trigger: &'a Data,
    pub(crate) run: Run,
    pub(crate) state: RunState,
    /// Whether it is known that no other run of its key is in the way.
    pub(crate) has_turn: bool,
    slots: &'a Slots,
    pub(crate) history: History,
    /// How many steps the run had at its last checkpoint.
    known_steps: i64,
    /// The person that the event is about, read from it when an action first asks.
    subject: OnceLock<Option<Subject>>,
}

/// A request that a run wants sent, once its checkpoint is durable.
#[derive(Clone, Debug)]
pub(crate) struct Remote {
    pub(crate) location: Arc<Location>,
    pub(crate) run: Run,
    pub(crate) act: Act,
    pub(crate) slot: Slot,
}

impl<'a> Segment<'a> {
    pub(crate) const fn new(
        definition: &'a Definition,
        event: &'a Event,
        trigger: &'a Data,
        run: Run,
        state: RunState,
        history: History,
        slots: &'a Slots,
    ) -> Self {
        Self {
            definition,
            event,
            trigger,
            known_steps: run.steps,
            run,
            state,
            has_turn: false,
            slots,
            history,
            subject: OnceLock::new(),
        }
    }

    /// Continues the run from `input` until it sleeps, sends a request, has taken its share of steps or ends. The
    /// caller then stores the run in this transaction.
    pub(crate) async fn go(&mut self, tx: &mut Tx<'_>, input: Input) -> Result<Option<Remote>> {
        let span = tracing::debug_span!("run", id = %self.run.id, workflow = %self.run.workflow_id);
        self.take_steps(tx, input).instrument(span).await
    }

    async fn take_steps(&mut self, tx: &mut Tx<'_>, input: Input) -> Result<Option<Remote>> {
        let mut effect = self.advance(tx, input).await?;
        let mut left = LOCAL_STEPS;
        loop {
            effect = match effect {
                Effect::Act(act) if act.class == Class::Local && left > 0 => {
                    left -= 1;
                    let input = self.act(tx, act).await?;
                    self.advance(tx, input).await?
                }
                Effect::Act(act) if act.class == Class::Local => {
                    self.pause(tx).await?;
                    return Ok(None);
                }
                Effect::Act(act) => return self.call(tx, act).await,
                Effect::Sleep(sleep) => match self.sleep(tx, sleep).await? {
                    Some(effect) => effect,
                    None => return Ok(None),
                },
                Effect::Finished(outcome) => {
                    self.end_subscriptions(tx, &outcome).await?;
                    self.finish(tx, outcome);
                    return Ok(None);
                }
                Effect::LoadContact(_) => self.advance(tx, Input::Resume).await?,
            };
        }
    }

    /// The next effect, with the contact loaded if the engine asks for it.
    pub(crate) async fn advance(&mut self, tx: &mut Tx<'_>, input: Input) -> Result<Effect> {
        let again = if matches!(input, Input::Happened { .. }) { input.clone() } else { Input::Resume };
        match self.advance_with(tx, input, None) {
            Effect::LoadContact(id) => {
                let contact = load_contact(tx, self.definition, id).await?;
                Ok(self.advance_with(tx, again, Some(&contact)))
            }
            effect => Ok(effect),
        }
    }

    fn advance_with(&mut self, tx: &Tx<'_>, input: Input, contact: Option<&Data>) -> Effect {
        let world = World {
            now: tx.now(),
            random: tx.random_number(),
            trigger: self.trigger,
            location: &self.definition.place.data,
            contact,
        };
        let mut passed = Vec::new();
        let effect = advance(&self.definition.program, &mut self.state, input, &world, &mut passed);
        self.history.passed(&mut self.run, passed, tx.now());
        effect
    }

    /// Leaves the rest of a long series of local steps to another transaction, so that no run blocks the writer.
    async fn pause(&mut self, tx: &mut Tx<'_>) -> Result<()> {
        self.subscribe(tx, &[]).await?;
        self.park(tx, RunStatus::Ready, Some(tx.now()), "has more steps to take".to_owned());
        Ok(())
    }

    /// Has a request sent once it is the run's turn and a slot is free.
    async fn call(&mut self, tx: &mut Tx<'_>, act: Act) -> Result<Option<Remote>> {
        self.subscribe(tx, &[]).await?;
        if !self.has_turn && runs::must_queue(tx, &self.run).await? {
            self.queue_for_turn(tx);
            return Ok(None);
        }
        let Some(slot) = self.slots.take() else {
            self.park(tx, RunStatus::Ready, None, format!("waits for a free slot to call {}", act.action));
            self.run.queue = Queue::Slot;
            return Ok(None);
        };
        self.history.end(StepOutcome::Failed, tx.now(), |record| {
            record.reason = "no answer was recorded; the request is sent again".to_owned();
        });
        let step = Step { outcome: StepOutcome::Calling, ended_at: None, ..tried(&self.run, &act, tx.now()) };
        self.history.add_open(&mut self.run, step);
        self.park(tx, RunStatus::Calling, Some(tx.now().plus(LEASE)), format!("calls {}", act.action));
        let location = Arc::clone(&self.definition.place.location);
        Ok(Some(Remote { location, run: self.run.clone(), act, slot }))
    }

    /// Puts the run into the queue behind those of its key.
    pub(crate) fn queue_for_turn(&mut self, tx: &Tx<'_>) {
        let detail = waits_for_turn(&self.run);
        self.park(tx, RunStatus::Ready, None, detail);
        self.run.queue = Queue::Turn;
    }

    /// Performs a local action and reports the result to the engine. What a refused action has written is undone.
    async fn act(&mut self, tx: &mut Tx<'_>, act: Act) -> Result<Input> {
        let wants_output = act.wants_output;
        let mut step = tried(&self.run, &act, tx.now());
        let (undo, events) = (tx.begin_step().await?, tx.appended().len());
        let performed = self.perform(tx, act).await;
        tx.end_step(undo, matches!(performed, Err(Error::Refused(_)))).await?;
        let input = match performed {
            Ok(answer) => {
                let json = answer.to_json();
                let output = if wants_output { serde_json::from_str(&json)? } else { Value::Null };
                answered(&mut step.record, &answer, json, tx.appended().get(events..).unwrap_or_default());
                Input::Done { output, about: answer.about }
            }
            Err(Error::Refused(refusal)) => {
                let message = match &step.record.input {
                    Value::Object(input) => redacted_reason(&refusal.to_string(), input),
                    _ => redacted_text(refusal.to_string()),
                };
                step.outcome = StepOutcome::Failed;
                step.record.reason.clone_from(&message);
                Input::Failed(ActionFailure { message, retryable: false, retry_after: None, busy: false })
            }
            Err(error) => return Err(error),
        };
        self.history.add(&mut self.run, step);
        Ok(input)
    }

    async fn perform(&self, tx: &mut Tx<'_>, act: Act) -> Result<Answer> {
        let operation = self.definition.catalogue.operation(act.action);
        let Some((operation, Perform::Here(perform))) =
            operation.map(|operation| (operation, operation.perform))
        else {
            return Err(Refusal::NotFound { what: "Action", id: act.action.to_owned() }.into());
        };
        let call = operation.read_rendered(Rendered {
            catalogue: self.definition.catalogue.clone(),
            location: Arc::clone(&self.definition.place.location),
            cause: Cause::run(self.run.id.clone(), self.event.cause.depth + 1),
            with: act.input,
            subject: self.subject.get_or_init(|| Subject::of(self.event, self.trigger.as_json())).clone(),
        })?;
        let answer = operation.answer_to_step(perform(tx, &call).await)?;
        Ok(answer.warnings(call.input.warnings().iter().cloned()))
    }

    /// Records the result of a request.
    pub(crate) fn called(
        &mut self,
        now: Timestamp,
        act: &Act,
        outcome: StepOutcome,
        change: impl FnOnce(&mut StepRecord),
    ) {
        if self.history.open().is_some() {
            return self.history.end(outcome, now, |record| {
                // The checkpoint has it without its secrets, and these are to be found in what came back.
                record.input = Value::Object(act.input.clone());
                change(record);
            });
        }
        // A version from before these records sent it.
        let mut step = Step { outcome, ..tried(&self.run, act, now) };
        change(&mut step.record);
        self.history.add(&mut self.run, step);
    }

    fn finish(&mut self, tx: &Tx<'_>, outcome: Outcome) {
        let (status, detail) = match outcome {
            Outcome::Completed => (RunStatus::Completed, String::new()),
            Outcome::Stopped { reason } => {
                let place = self.definition.program.step_of(&self.state).map(|(_, place)| place.to_string());
                let reason = redacted_text(reason.unwrap_or_default());
                self.record_end(tx.now(), &place.unwrap_or_default(), StepOutcome::Stopped, reason.clone());
                (RunStatus::Stopped, reason)
            }
            Outcome::Failed { place, message } => {
                // The message itself may quote personal data.
                tracing::warn!(run = %self.run.id, workflow = %self.run.workflow_id, place, "a run failed");
                let message = redacted_text(message);
                let detail = format!("{place}: {message}");
                self.record_end(tx.now(), &place, StepOutcome::Failed, message);
                (RunStatus::Failed, detail)
            }
        };
        self.park(tx, status, None, detail);
    }

    /// Ends the history with how the run ended and why, unless its last step says so.
    fn record_end(&mut self, now: Timestamp, place: &str, outcome: StepOutcome, reason: String) {
        let at = self.definition.program.step_of(&self.state);
        let at = at.map_or_else(|| "trigger".to_owned(), |(step, _)| step.to_string());
        if self.history.last().is_some_and(|last| last.outcome == outcome && last.step == at) {
            return;
        }
        let mut step = begun(&self.run, &at, place, now);
        (step.outcome, step.record.reason) = (outcome, reason);
        self.history.add(&mut self.run, step);
    }

    /// Writes the run as failed before its first step. It has no state, unlike a run that failed at a step.
    pub(crate) async fn refuse(mut self, tx: &mut Tx<'_>, reason: String) -> Result<()> {
        tracing::warn!(run = %self.run.id, workflow = %self.run.workflow_id, place = "trigger", "a run failed");
        record_refusal(&mut self.history, &mut self.run, tx.now(), &reason);
        (self.run.status, self.run.due_at, self.run.detail) = (RunStatus::Failed, None, reason);
        self.write(tx, true).await
    }

    pub(crate) fn park(
        &mut self,
        tx: &Tx<'_>,
        status: RunStatus,
        due_at: Option<Timestamp>,
        mut detail: String,
    ) {
        cut_reason(&mut detail);
        self.run.status = status;
        self.run.queue = Queue::None;
        self.run.due_at = due_at;
        self.run.detail = detail;
        self.run.updated_at = tx.now();
        self.run.contact_id.clone_from(&self.state.contact_id);
    }

    /// Writes the run's current state, and the history since its last checkpoint.
    pub(crate) async fn store(&mut self, tx: &mut Tx<'_>, is_new: bool) -> Result<()> {
        self.run.state = serde_json::to_string(&self.state)?;
        self.write(tx, is_new).await
    }

    async fn write(&mut self, tx: &mut Tx<'_>, is_new: bool) -> Result<()> {
        if is_new {
            runs::insert(tx, &self.run).await?;
        } else {
            runs::save(tx, &mut self.run).await?;
        }
        self.history.write(tx, self.known_steps).await
    }
}

/// Ends the history of a run that cannot be continued at all.
pub(crate) fn record_refusal(history: &mut History, run: &mut Run, now: Timestamp, reason: &str) {
    let mut step = begun(run, "trigger", "trigger", now);
    (step.outcome, step.record.reason) = (StepOutcome::Failed, reason.to_owned());
    history.add(run, step);
}

/// The sentence that says what a run in the queue of its key waits for.
pub(crate) fn waits_for_turn(run: &Run) -> String {
    let key = run.concurrency_key.as_deref().unwrap_or_default();
    format!("waits for another run with the key `{key}`")
}

/// The name by which events and runs refer to a contact.
pub(crate) fn contact_key(id: &ContactId) -> String {
    format!("contact:{id}")
}
