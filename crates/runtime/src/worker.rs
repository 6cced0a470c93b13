//! Taking on the runs that are due: those that slept, those that an event woke, those that were written as
//! ready, and those whose node died while a request was under way.

use crate::care::Suspect;
use crate::definitions::Pinned;
use crate::dispatch::admit;
use crate::remote::Answer;
use crate::segment::{Remote, Segment, record_failure};
use parking_lot::Mutex;
use std::sync::Arc;
use tieline_engine::{Input, RunState};
use tieline_expr::Data;
use tieline_model::Event;
use tieline_store::runs::{self, Run, RunStatus};
use tieline_store::{Procedure, Result, Tx, log};

/// Takes on up to `limit` runs that are due.
#[derive(Debug)]
pub(crate) struct Work {
    pub(crate) pinned: Pinned,
    pub(crate) limit: u32,
    /// The run that is given up rather than taken on, if one is.
    pub(crate) give_up: Option<Suspect>,
    /// The id of the first run that was claimed, for when this fails.
    pub(crate) first: Arc<Mutex<String>>,
}

/// What came of it.
#[derive(Debug, Default)]
pub(crate) struct Worked {
    /// How many runs were taken on.
    pub(crate) runs: usize,
    /// Requests that they want sent.
    pub(crate) remotes: Vec<Remote>,
}

impl Procedure for Work {
    type Output = Worked;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Worked> {
        let mut worked = Worked::default();
        let claimed = runs::claim(tx, self.limit).await?;
        *self.first.lock() = claimed.first().map_or_else(String::new, |run| run.id.to_string());
        for run in claimed {
            if run.status != RunStatus::Calling
                && let Some(key) = &run.concurrency_key
                && runs::is_called(tx, &run.location_id, key).await?
            {
                // One that was claimed beside it has begun a request, and this one waits for its end.
                continue;
            }
            worked.runs += 1;
            let given_up = self.give_up.as_ref().and_then(|suspect| suspect.reason_for(run.id.as_str()));
            if let Some(reason) = given_up {
                fail(tx, run, reason).await?;
                continue;
            }
            let input = match run.status {
                RunStatus::Waiting => Woken::Waiting,
                _ => Woken::Ready,
            };
            worked.remotes.extend(take_on(tx, &self.pinned, run, input).await?);
        }
        Ok(worked)
    }
}

/// Takes a run on with the answer to its request.
#[derive(Debug)]
pub(crate) struct Resume {
    pub(crate) pinned: Pinned,
    pub(crate) remote: Remote,
    pub(crate) answer: Answer,
}

impl Procedure for Resume {
    type Output = Option<Remote>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Option<Remote>> {
        let (location_id, id) = (self.remote.run.location_id.clone(), self.remote.run.id.clone());
        let Some(run) = runs::Get { location_id, id }.run(tx).await? else { return Ok(None) };
        // The end of the lease is what tells this call from a later one: when it has moved, another node has
        // taken the run over and its answer counts.
        if run.status != RunStatus::Calling || run.due_at != self.remote.run.due_at {
            tracing::warn!(run = %run.id, "an answer came after the run's lease was over; it is not counted");
            return Ok(None);
        }
        take_on(tx, &self.pinned, run, Woken::Answered(&self.remote, &self.answer)).await
    }
}

/// Ends a run whose answer could not be written down however often that was tried.
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

/// Ends the lease of a run whose request is not sent after all, so that it is taken on without delay.
#[derive(Debug)]
pub(crate) struct GiveBack(pub(crate) Run);

impl Procedure for GiveBack {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<()> {
        let (location_id, id) = (self.0.location_id.clone(), self.0.id.clone());
        let found = runs::Get { location_id, id }.run(tx).await?;
        match found.filter(|run| run.status == RunStatus::Calling && run.due_at == self.0.due_at) {
            Some(run) => runs::save(tx, &Run { due_at: Some(tx.now()), ..run }).await,
            None => Ok(()),
        }
    }
}

/// What a run is taken on for.
enum Woken<'a> {
    /// Its time has come.
    Ready,
    /// Its sleep is over, or an event woke it.
    Waiting,
    /// Its request was answered.
    Answered(&'a Remote, &'a Answer),
}

async fn take_on(tx: &mut Tx<'_>, pinned: &Pinned, run: Run, woken: Woken<'_>) -> Result<Option<Remote>> {
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
    let woken_by = match &woken {
        Woken::Waiting => woken_by(tx, &run).await?,
        Woken::Ready | Woken::Answered(..) => None,
    };
    let Ok(happened) = woken_by.map(happened).transpose() else {
        return fail(tx, run, "the event that woke the run cannot be read".to_owned()).await;
    };
    if run.state.is_empty() {
        // It was never begun, so whether it is to be is asked once more.
        match admit(tx, &definition, &event, &trigger).await? {
            Ok(Some(_)) => {}
            Ok(None) => return fail(tx, run, "trigger.when: it does not hold".to_owned()).await,
            Err(reason) => return fail(tx, run, reason).await,
        }
    }
    let now = tx.now();
    let mut segment = Segment::new(&definition, &event, &trigger, run, state);
    let input = match woken {
        Woken::Ready => Input::Resume,
        Woken::Waiting => {
            runs::wake_up(tx, &segment.run.id).await?;
            happened.unwrap_or(Input::Elapsed)
        }
        Woken::Answered(remote, answer) => answer.tell(&mut segment, &remote.act, now),
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

/// The event that woke a sleeping run, if one did.
async fn woken_by(tx: &mut Tx<'_>, run: &Run) -> Result<Option<Event>> {
    match runs::woken_by(tx, &run.id).await? {
        Some(seq) => log::At(seq).run(tx).await,
        None => Ok(None),
    }
}

fn happened(event: Event) -> serde_json::Result<Input> {
    Ok(Input::Happened { payload: Data::parse(event.payload.get())?, kind: event.kind })
}

/// Ends a run that cannot go on for a reason of ours. It can be replayed when that is put right.
async fn fail(tx: &mut Tx<'_>, mut run: Run, reason: String) -> Result<Option<Remote>> {
    tracing::error!(run = %run.id, reason, "a run cannot go on");
    runs::stop_listening(tx, &run.id).await?;
    record_failure(tx, &run.id, &reason).await?;
    (run.status, run.due_at, run.detail, run.updated_at) = (RunStatus::Failed, None, reason, tx.now());
    runs::save(tx, &run).await?;
    Ok(None)
}
