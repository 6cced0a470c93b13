//! Taking a run on inside a transaction, up to where something other than the database has to happen.

use crate::definitions::Definition;
use crate::slots::{Slot, Slots};
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;
use std::sync::OnceLock;
use std::time::Duration;
use tieline_engine::{
    Act, ActionFailure, Class, Effect, Input, Outcome, RunState, Sleep, Why, World, advance,
};
use tieline_expr::Data;
use tieline_model::{Cause, ContactId, Event, Location, Refusal, RunId, Timestamp};
use tieline_operations::{Answer, Perform, Rendered};
use tieline_store::contacts::Subject;
use tieline_store::runs::{self, Queue, Run, RunStatus};
use tieline_store::{Error, Procedure, Result, Tx, contacts};

/// For how long a request that is under way keeps others from sending it again. Longer than a request can
/// take, so that only a node that died loses its lease.
pub(crate) const LEASE: Duration = Duration::from_secs(90);

/// A chain of runs, each started by what the one before did, ends here.
pub(crate) const MAX_CAUSE_DEPTH: u32 = 8;

/// A run with all that is needed to take it on.
pub(crate) struct Segment<'a> {
    pub(crate) definition: &'a Definition,
    pub(crate) event: &'a Event,
    pub(crate) trigger: &'a Data,
    pub(crate) run: Run,
    pub(crate) state: RunState,
    /// Whether it is known that no other run of its key is in the way.
    pub(crate) has_turn: bool,
    slots: &'a Slots,
    history: Vec<Record>,
    /// The person that the event is about, read from it when an action first asks.
    subject: OnceLock<Option<Subject>>,
}

/// A step in a run's history.
#[derive(Serialize)]
struct Record {
    at: Timestamp,
    place: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<&'static str>,
    status: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    detail: String,
    #[serde(skip_serializing_if = "is_first")]
    attempt: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
fn is_first(attempt: &u32) -> bool {
    *attempt <= 1
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
        slots: &'a Slots,
    ) -> Self {
        Self {
            definition,
            event,
            trigger,
            run,
            state,
            has_turn: false,
            slots,
            history: Vec::new(),
            subject: OnceLock::new(),
        }
    }

    /// Takes the run on from `input` until it sleeps, calls outside or is over. The run then says where it
    /// stands; the caller stores it, in this transaction.
    pub(crate) async fn go(&mut self, tx: &mut Tx<'_>, input: Input) -> Result<Option<Remote>> {
        let (mut input, mut contact) = (input, None);
        loop {
            let world = World {
                now: tx.now(),
                random: tx.random_number(),
                trigger: self.trigger,
                location: &self.definition.place.data,
                contact: contact.as_ref(),
            };
            let effect = advance(&self.definition.program, &mut self.state, input, &world);
            match effect {
                Effect::LoadContact(id) => {
                    contact = Some(load_contact(tx, self.definition, id).await?);
                    input = Input::Resume;
                }
                Effect::Act(act) if act.class == Class::Local => {
                    input = self.act(tx, act).await?;
                    contact = None;
                }
                Effect::Act(act) => return self.call(tx, act).await,
                Effect::Sleep(sleep) => {
                    self.sleep(tx, &sleep).await?;
                    return Ok(None);
                }
                Effect::Finished(outcome) => {
                    self.finish(tx, outcome);
                    if self.listens() {
                        runs::stop_listening(tx, &self.run.id).await?;
                    }
                    return Ok(None);
                }
            }
        }
    }

    /// Has a request sent: at once where the run has its turn and a slot is free, else when both are so.
    async fn call(&mut self, tx: &mut Tx<'_>, act: Act) -> Result<Option<Remote>> {
        self.listen_ahead(tx).await?;
        if !self.has_turn && runs::must_queue(tx, &self.run).await? {
            self.queue_for_turn(tx);
            return Ok(None);
        }
        let Some(slot) = self.slots.take() else {
            self.park(tx, RunStatus::Ready, None, format!("waits for a free slot to call {}", act.action));
            self.run.queue = Queue::Slot;
            return Ok(None);
        };
        self.park(tx, RunStatus::Calling, Some(tx.now().plus(LEASE)), format!("calls {}", act.action));
        let location = Arc::clone(&self.definition.place.location);
        Ok(Some(Remote { location, run: self.run.clone(), act, slot }))
    }

    /// Puts the run into the queue behind those of its key.
    pub(crate) fn queue_for_turn(&mut self, tx: &Tx<'_>) {
        let key = self.run.concurrency_key.as_deref().unwrap_or_default();
        let detail = format!("waits for an earlier run with the key `{key}`");
        self.park(tx, RunStatus::Ready, None, detail);
        self.run.queue = Queue::Turn;
    }

    /// Performs a local action and reports to the engine how it went. What a refused action has written is
    /// undone.
    async fn act(&mut self, tx: &mut Tx<'_>, act: Act) -> Result<Input> {
        let (place, action, attempt, keep_output) =
            (act.place.clone(), act.action, act.attempt, act.keep_output);
        let step = tx.begin_step().await?;
        let performed = self.perform(tx, act).await;
        tx.end_step(step, matches!(performed, Err(Error::Refused(_)))).await?;
        match performed {
            Ok(answer) => {
                self.tell(tx.now(), &place, Some(action), "done", summary(&answer), attempt);
                let output = if keep_output { serde_json::from_str(&answer.to_json())? } else { Value::Null };
                Ok(Input::Done { output, contact_id: answer.contact_id })
            }
            Err(Error::Refused(refusal)) => {
                let message = refusal.to_string();
                self.tell(tx.now(), &place, Some(action), "failed", message.clone(), attempt);
                Ok(Input::Failed(ActionFailure { message, retryable: false, retry_after: None, busy: false }))
            }
            Err(error) => Err(error),
        }
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
            subject: self.subject.get_or_init(|| Subject::of(self.event)).clone(),
        })?;
        let answer = perform(tx, &call).await?;
        Ok(answer.warnings(call.input.warnings().iter().cloned()))
    }

    /// Puts down how a call outside went.
    pub(crate) fn called(&mut self, now: Timestamp, act: &Act, status: &'static str, detail: String) {
        self.tell(now, &act.place, Some(act.action), status, detail, act.attempt);
    }

    async fn sleep(&mut self, tx: &mut Tx<'_>, sleep: &Sleep) -> Result<()> {
        let place = self.definition.program.place(self.state.step()).unwrap_or_default().to_owned();
        let (status, what) = match sleep.why {
            Why::Retry => ("retrying", format!("tries again at {}", sleep.until)),
            Why::Wait => ("waiting", format!("waits until {}", sleep.until)),
        };
        self.tell(tx.now(), &place, None, status, what.clone(), 1);
        self.park(tx, RunStatus::Waiting, Some(sleep.until), what);
        if sleep.why == Why::Retry {
            return Ok(());
        }
        let heard = self.listen_no_more(tx).await?;
        for kind in &sleep.events {
            runs::forget(tx, &self.run.id, kind).await?;
            for about in self.about() {
                runs::listen(tx, &self.run, kind, &about).await?;
            }
        }
        if let Some((_, seq)) = heard.into_iter().find(|(kind, _)| sleep.events.contains(kind)) {
            // It came while the run was on its way here, so the sleep is over before it begins.
            runs::mark_woken(tx, &self.run.id, seq).await?;
            self.run.due_at = Some(tx.now());
        }
        Ok(())
    }

    /// Makes the run hear of what its waits are for while it is not asleep: a payment may recover before the
    /// run that its failure started has come to the wait.
    pub(crate) async fn listen_ahead(&self, tx: &mut Tx<'_>) -> Result<()> {
        for kind in self.definition.program.listened_kinds() {
            for about in self.about() {
                runs::listen_ahead(tx, &self.run, kind, &about).await?;
            }
        }
        Ok(())
    }

    /// Ends the listening ahead and gives what was heard, the earliest first. That stays in the store as well,
    /// because it may be for a later wait than the next.
    async fn listen_no_more(&self, tx: &mut Tx<'_>) -> Result<Vec<(String, i64)>> {
        if !self.listens() {
            return Ok(Vec::new());
        }
        runs::listen_no_more(tx, &self.run.id).await?;
        runs::heard(tx, &self.run.id).await
    }

    /// Whether the store may have something that the run listens for: one that was never stored hears of
    /// nothing yet.
    fn listens(&self) -> bool {
        !self.run.state.is_empty() && !self.definition.program.listened_kinds().is_empty()
    }

    /// Whom the run is about, in all the words by which an event may name the same person.
    fn about(&self) -> Vec<String> {
        let contacts = [self.state.contact_id.as_ref(), self.event.contact_id.as_ref()];
        let contacts = contacts.into_iter().flatten().map(contact_key);
        let mut about: Vec<String> = contacts.chain(self.event.subject.clone()).collect();
        about.dedup();
        about
    }

    fn finish(&mut self, tx: &Tx<'_>, outcome: Outcome) {
        let (status, detail) = match outcome {
            Outcome::Completed => (RunStatus::Completed, String::new()),
            Outcome::Stopped { reason } => {
                let place = self.definition.program.place(self.state.step()).unwrap_or_default().to_owned();
                let reason = reason.unwrap_or_default();
                self.tell_end(tx.now(), &place, RunStatus::Stopped, reason.clone());
                (RunStatus::Stopped, reason)
            }
            Outcome::Failed { place, message } => {
                let detail = format!("{place}: {message}");
                self.tell_end(tx.now(), &place, RunStatus::Failed, message);
                (RunStatus::Failed, detail)
            }
        };
        self.park(tx, status, None, detail);
    }

    /// Ends the history with how the run ended and why, unless the step that it ended at says so.
    pub(crate) fn tell_end(&mut self, now: Timestamp, place: &str, status: RunStatus, reason: String) {
        if self.history.last().is_none_or(|last| last.status != status.as_str()) {
            self.tell(now, place, None, status.as_str(), reason, 1);
        }
    }

    fn park(&mut self, tx: &Tx<'_>, status: RunStatus, due_at: Option<Timestamp>, detail: String) {
        self.run.status = status;
        self.run.queue = Queue::None;
        self.run.due_at = due_at;
        self.run.detail = detail;
        self.run.updated_at = tx.now();
        self.run.contact_id.clone_from(&self.state.contact_id);
    }

    fn tell(
        &mut self,
        at: Timestamp,
        place: &str,
        action: Option<&'static str>,
        status: &'static str,
        detail: String,
        attempt: u32,
    ) {
        self.history.push(Record { at, place: place.to_owned(), action, status, detail, attempt });
    }

    /// Writes a new run that was not begun. It has no state, which tells it from one that failed on its way.
    pub(crate) async fn store_unbegun(&mut self, tx: &mut Tx<'_>) -> Result<()> {
        self.write(tx, true).await
    }

    /// Writes the run as it stands now, and the history since the last time.
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
        if !self.history.is_empty() {
            let steps = serde_json::to_string(&self.history)?;
            runs::record(tx, &self.run.id, &steps, is_new).await?;
            self.history.clear();
        }
        Ok(())
    }
}

/// What an action did and what it left out, for the history.
fn summary(answer: &Answer) -> String {
    let parts: Vec<&str> = std::iter::once(&answer.did).chain(&answer.warnings).map(String::as_str).collect();
    parts.join("; ")
}

/// Ends the history of a run that cannot be taken on at all.
pub(crate) async fn record_failure(tx: &mut Tx<'_>, run: &RunId, reason: &str) -> Result<()> {
    let (place, status, detail) = (String::new(), RunStatus::Failed.as_str(), reason.to_owned());
    let record = Record { at: tx.now(), place, action: None, status, detail, attempt: 1 };
    runs::record(tx, run, &serde_json::to_string(&[record])?, false).await
}

/// The word by which events and runs name a contact.
pub(crate) fn contact_key(id: &ContactId) -> String {
    format!("contact:{id}")
}

/// A contact as expressions see it; null if it is gone.
pub(crate) async fn load_contact(tx: &mut Tx<'_>, definition: &Definition, id: ContactId) -> Result<Data> {
    let location_id = definition.place.location.id.clone();
    let doc = contacts::Get { location_id, id }.run(tx).await?;
    let contact = doc.map_or(Ok(Value::Null), |doc| serde_json::from_str(&doc))?;
    Ok(Data::new(contact).with_aliases())
}
