//! Continues the runs that are due: those whose sleep is over or that an event woke, those that were written as
//! ready, and those whose node died while a request was under way.

use crate::definitions::Pinned;
use crate::dispatch::admit;
use crate::history::History;
use crate::poison::Poison;
use crate::remote::Answer;
use crate::segment::{Remote, Segment, record_refusal};
use crate::slots::Slots;
use parking_lot::Mutex;
use std::sync::Arc;
use tieline_engine::{Input, RunState};
use tieline_expr::Data;
use tieline_model::Event;
use tieline_store::runs::{self, Queue, Run, RunStatus, StepOutcome};
use tieline_store::{Procedure, Result, Tx, log};

/// Continues up to `limit` runs that are due, and runs that queue for slots while slots are free.
#[derive(Debug)]
pub(crate) struct Work {
    pub(crate) pinned: Pinned,
    pub(crate) limit: u32,
    pub(crate) slots: Slots,
    /// The run that is failed instead of continued, if there is one.
    pub(crate) give_up: Option<Poison>,
    /// The id of the first run that was claimed, read if the transaction fails.
    pub(crate) first: Arc<Mutex<String>>,
}

/// The result of [`Work`].
#[derive(Debug, Default)]
pub(crate) struct Worked {
    /// How many runs were continued.
    pub(crate) runs: usize,
    /// Their requests, to be sent after the commit.
    pub(crate) remotes: Vec<Remote>,
}

impl Procedure for Work {
    type Output = Worked;
    const LONG: bool = true;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Worked> {
        let (mut worked, slots) = (Worked::default(), self.slots.for_try());
        let claimed = runs::claim_due(tx, self.limit).await?;
        *self.first.lock() = claimed.first().map_or_else(String::new, |run| run.id.to_string());
        for run in claimed {
            worked.runs += 1;
            let given_up = self.give_up.as_ref().and_then(|poison| poison.reason_for(run.id.as_str()));
            let remote = match given_up {
                Some(reason) => fail(tx, run, reason).await?,
                None => continue_run(tx, &self.pinned, &slots, run, None).await?,
            };
            worked.remotes.extend(remote);
        }
        fill_slots(tx, &self.pinned, &slots, &mut worked).await?;
        Ok(worked)
    }
}

/// Continues as many of the runs that queue for a slot as slots are free.
async fn fill_slots(tx: &mut Tx<'_>, pinned: &Pinned, slots: &Slots, worked: &mut Worked) -> Result<()> {
    let free = slots.free();
    if free == 0 {
        return Ok(());
    }
    for run in runs::claim_for_slots(tx, free).await? {
        worked.runs += 1;
        worked.remotes.extend(continue_run(tx, pinned, slots, run, None).await?);
    }
    Ok(())
}

/// Continues a run with the answer to its request.
#[derive(Debug)]
pub(crate) struct Resume {
    pub(crate) pinned: Pinned,
    pub(crate) remote: Remote,
    pub(crate) answer: Answer,
    /// The request's slot passes to the run's next request, or else to a run that queues for one.
    pub(crate) slots: Slots,
}

impl Procedure for Resume {
    type Output = Vec<Remote>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<Remote>> {
        let (mut worked, slots) = (Worked::default(), self.slots.for_try());
        worked.remotes.extend(self.resume(tx, &slots).await?);
        fill_slots(tx, &self.pinned, &slots, &mut worked).await?;
        Ok(worked.remotes)
    }
}

impl Resume {
    async fn resume(&self, tx: &mut Tx<'_>, slots: &Slots) -> Result<Option<Remote>> {
        let (location_id, id) = (self.remote.run.location_id.clone(), self.remote.run.id.clone());
        let Some(run) = runs::Get { location_id, id }.run(tx).await? else { return Ok(None) };
        // The end of the lease distinguishes this request from a later one: if it has moved, another node has
        // taken the run over, and that node's answer counts.
        if run.status != RunStatus::Calling || run.due_at != self.remote.run.due_at {
            tracing::warn!(run = %run.id, "an answer came after the run's lease had ended; it is ignored");
            return Ok(None);
        }
        continue_run(tx, &self.pinned, slots, run, Some((&self.remote, &self.answer))).await
    }
}

/// Fails a run whose answer could not be recorded after several tries.
#[derive(Debug)]
pub(crate) struct Abandon {
    pub(crate) run: Run,
    pub(crate) reason: String,
}

impl Procedure for Abandon {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<()> {
        let (location_id, id) = (self.run.location_id.clone(), self.run.id.clone());
        let found = runs::Get { location_id, id }.run(tx).await?;
        match found.filter(|run| run.status == RunStatus::Calling && run.due_at == self.run.due_at) {
            Some(run) => fail(tx, run, self.reason.clone()).await.map(|_| ()),
            None => Ok(()),
        }
    }
}

/// Ends the lease of a run whose request is not sent after all, so that it continues without delay.
#[derive(Debug)]
pub(crate) struct GiveBack(pub(crate) Run);

impl Procedure for GiveBack {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<()> {
        let (location_id, id) = (self.0.location_id.clone(), self.0.id.clone());
        let found = runs::Get { location_id, id }.run(tx).await?;
        match found.filter(|run| run.status == RunStatus::Calling && run.due_at == self.0.due_at) {
            Some(run) => runs::save(tx, &mut Run { due_at: Some(tx.now()), ..run }).await,
            None => Ok(()),
        }
    }
}

/// Continues a run from its checkpoint, with the answer to its request if there is one.
async fn continue_run(
    tx: &mut Tx<'_>,
    pinned: &Pinned,
    slots: &Slots,
    mut run: Run,
    answered: Option<(&Remote, &Answer)>,
) -> Result<Option<Remote>> {
    let definition = match pinned.get(tx, &run.workflow_id, run.version).await? {
        Ok(definition) => definition,
        Err(reason) => return fail(tx, run, reason).await,
    };
    let Some(event) = log::At(run.event_seq).run(tx).await? else {
        return fail(tx, run, "the event that started the run is gone".to_owned()).await;
    };
    let Ok(trigger) = Data::parse(event.payload.get()) else {
        return fail(tx, run, "the event that started the run cannot be read".to_owned()).await;
    };
    let Ok(state) = state(&run, &event) else {
        return fail(tx, run, "the run's checkpoint cannot be read".to_owned()).await;
    };
    let slept = run.status == RunStatus::Waiting;
    // A run that queued for a slot or sent a request has its turn already.
    let has_turn = run.queue == Queue::Slot || run.status == RunStatus::Calling;
    if slept && runs::must_queue(tx, &run).await? {
        let mut segment = Segment::new(&definition, &event, &trigger, run, state, History::default(), slots);
        segment.queue_for_turn(tx);
        return segment.store(tx, false).await.map(|()| None);
    }
    run.queue = Queue::None;
    if run.state.is_empty() {
        // It has not begun, so the trigger's condition is checked again.
        match admit(tx, &definition, &event, &trigger).await? {
            Ok(Some(_)) => {}
            Ok(None) => return fail(tx, run, "trigger.when: the condition is false".to_owned()).await,
            Err(reason) => return fail(tx, run, reason).await,
        }
    }
    let now = tx.now();
    let history = History::of(tx, &run).await?;
    let mut segment = Segment::new(&definition, &event, &trigger, run, state, history, slots);
    segment.has_turn = has_turn || slept;
    let input = match answered {
        Some((remote, answer)) => answer.record(&mut segment, &remote.act, now),
        None => Input::Resume,
    };
    let remote = segment.go(tx, input).await?;
    segment.store(tx, false).await?;
    Ok(remote)
}

fn state(run: &Run, event: &Event) -> serde_json::Result<RunState> {
    if run.state.is_empty() {
        return Ok(RunState::new(event.contact_id.clone()));
    }
    serde_json::from_str(&run.state)
}

/// Fails a run that cannot continue for an internal reason. It can be replayed after the fix.
async fn fail(tx: &mut Tx<'_>, mut run: Run, reason: String) -> Result<Option<Remote>> {
    tracing::error!(run = %run.id, reason, "a run cannot continue");
    let (mut history, known) = (History::of(tx, &run).await?, run.steps);
    history.end(StepOutcome::Failed, tx.now(), |record| record.reason.clone_from(&reason));
    record_refusal(&mut history, &mut run, tx.now(), &reason);
    history.write(tx, known).await?;
    (run.status, run.due_at, run.detail, run.updated_at) = (RunStatus::Failed, None, reason, tx.now());
    run.queue = Queue::None;
    runs::save(tx, &mut run).await?;
    Ok(None)
}
