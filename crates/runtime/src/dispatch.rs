//! Following the event log: each event starts the runs of the workflows that it triggers, once.
//!
//! The cursor moves in the transaction that writes the runs, so an event is dispatched exactly once, by
//! whichever node comes first. Where one writer does all the writing anyway (SQLite), a run's local steps are
//! taken in that same transaction: an event becomes a finished run in one commit. Where many nodes write
//! (PostgreSQL), runs are written as ready and any node's workers take them on.

use crate::definitions::{Broken, Definition, Definitions, Programs};
use crate::history::History;
use crate::poison::Poison;
use crate::segment::{MAX_CAUSE_DEPTH, Remote, Segment, contact_key, load_contact, record_refusal};
use crate::slots::Slots;
use std::sync::Arc;
use tieline_engine::{Input, RunState, World};
use tieline_expr::Data;
use tieline_model::Event;
use tieline_store::log::Cursor;
use tieline_store::runs::{self, Run, RunStatus};
use tieline_store::{Procedure, Result, Store, Tx, log, workflows};

pub(crate) const CURSOR: Cursor = Cursor("dispatcher");

/// How many events are dispatched in one transaction. More would save little and make deliveries that come
/// in meanwhile wait for the writer.
pub(crate) const BATCH: u32 = 64;

/// How many headlines are read to find them.
const SKIM: u32 = 512;

/// Events that nothing waits for move the cursor in memory only; it is written down after this many.
const SKIP: i64 = 2000;

/// The most bytes of a concurrency key.
const LONGEST_KEY: usize = 500;

/// Starts the runs of some events and moves the cursor behind them.
pub(crate) struct Dispatch {
    pub(crate) from: i64,
    pub(crate) to: i64,
    pub(crate) events: Vec<Event>,
    pub(crate) definitions: Arc<Definitions>,
    /// The event whose runs are given up rather than begun, if there is one.
    pub(crate) give_up: Option<Poison>,
    pub(crate) slots: Slots,
}

/// What came of a dispatch.
#[derive(Debug, Default)]
pub(crate) struct Dispatched {
    /// Another node has moved the cursor: nothing was done, and the reader begins anew from where it stands.
    pub(crate) overtaken: bool,
    /// Requests that runs want sent.
    pub(crate) remotes: Vec<Remote>,
    /// Whether runs are ready for the workers.
    pub(crate) ready: bool,
}

impl Procedure for Dispatch {
    type Output = Dispatched;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Dispatched> {
        let (mut dispatched, slots) = (Dispatched::default(), self.slots.for_try());
        if !CURSOR.advance(tx, self.from, self.to).await? {
            dispatched.overtaken = true;
            return Ok(dispatched);
        }
        for event in &self.events {
            let given_up = self.give_up.as_ref().and_then(|poison| poison.reason_for(&event.seq.to_string()));
            if given_up.is_none() && self.definitions.is_listened(&event.location_id, &event.kind) {
                dispatched.ready |= notify(tx, event).await?;
            }
            for broken in self.definitions.broken(&event.location_id, &event.kind) {
                fail_broken(tx, event, broken).await?;
            }
            let triggered = self.definitions.triggered(&event.location_id, &event.kind);
            if triggered.is_empty() {
                continue;
            }
            // An event that cannot be read fails its own runs and holds up no others.
            let (trigger, unreadable) = match Data::parse(event.payload.get()) {
                Ok(trigger) => (trigger, None),
                Err(error) => (Data::empty(), Some(format!("the event cannot be read: {error}"))),
            };
            for definition in triggered {
                match given_up.as_ref().or(unreadable.as_ref()) {
                    Some(reason) => {
                        begin(tx, definition, event, &trigger, &slots).refuse(tx, reason.clone()).await?;
                    }
                    None => {
                        let segment = begin(tx, definition, event, &trigger, &slots);
                        start(tx, segment, &mut dispatched).await?;
                    }
                }
            }
        }
        Ok(dispatched)
    }
}

/// Starts one run, if the trigger's condition holds.
async fn start(tx: &mut Tx<'_>, mut segment: Segment<'_>, dispatched: &mut Dispatched) -> Result<()> {
    match admit(tx, segment.definition, segment.event, segment.trigger).await? {
        Ok(None) => return Ok(()),
        Ok(Some(key)) => segment.run.concurrency_key = key,
        Err(reason) => return segment.refuse(tx, reason).await,
    }
    if segment.event.cause.depth >= MAX_CAUSE_DEPTH {
        let reason = format!(
            "not started: {MAX_CAUSE_DEPTH} runs have led to this event, one by what the other did; a workflow seems to trigger itself"
        );
        return segment.refuse(tx, reason).await;
    }
    if runs::must_queue(tx, &segment.run).await? {
        segment.subscribe(tx, &[]).await?;
        segment.queue_for_turn(tx);
    } else if tx.writes_in_parallel() {
        segment.subscribe(tx, &[]).await?;
        dispatched.ready = true;
    } else {
        segment.has_turn = true;
        dispatched.remotes.extend(segment.go(tx, Input::Begin).await?);
        dispatched.ready |= segment.run.status == RunStatus::Ready;
    }
    segment.store(tx, true).await
}

/// A run that has not taken a step.
fn begin<'a>(
    tx: &Tx<'_>,
    definition: &'a Definition,
    event: &'a Event,
    trigger: &'a Data,
    slots: &'a Slots,
) -> Segment<'a> {
    let run = Run::new(tx, event, &definition.workflow_id, definition.version);
    Segment::new(
        definition,
        event,
        trigger,
        run,
        RunState::new(event.contact_id.clone()),
        History::default(),
        slots,
    )
}

/// Writes a run of a workflow that cannot be compiled as failed, so that it can be retried later.
async fn fail_broken(tx: &mut Tx<'_>, event: &Event, broken: &Broken) -> Result<()> {
    let mut run = Run::new(tx, event, &broken.workflow_id, broken.version);
    tracing::error!(run = %run.id, workflow = %broken.workflow_id, reason = broken.reason, "a run cannot begin");
    let mut history = History::default();
    record_refusal(&mut history, &mut run, tx.now(), &broken.reason);
    (run.status, run.due_at, run.detail) = (RunStatus::Failed, None, broken.reason.clone());
    runs::insert(tx, &run).await?;
    history.write(tx, 0).await
}

/// Whether the event starts the workflow, and under which key; in words why that cannot be told.
pub(crate) async fn admit(
    tx: &mut Tx<'_>,
    definition: &Definition,
    event: &Event,
    trigger: &Data,
) -> Result<Result<Option<Option<String>>, String>> {
    let contact = match &event.contact_id {
        Some(id) if definition.program.trigger_uses_contact() => {
            Some(load_contact(tx, definition, id.clone()).await?)
        }
        _ => None,
    };
    let world = World {
        now: tx.now(),
        random: 0,
        trigger,
        location: &definition.place.data,
        contact: contact.as_ref(),
    };
    let admitted = definition.program.admits(&world).and_then(|admitted| {
        if !admitted {
            return Ok(None);
        }
        let key = definition.program.concurrency_key(&world)?;
        Ok(Some(key.or_else(|| about(event))))
    });
    Ok(match admitted {
        // The key is an index column, and databases limit those.
        Ok(Some(Some(key))) if key.len() > LONGEST_KEY => {
            Err(format!("concurrency: gave more than {LONGEST_KEY} bytes; take less"))
        }
        admitted => admitted.map_err(|error| error.to_string()),
    })
}

/// Whom an event is about: runs about the same are handled one after the other.
fn about(event: &Event) -> Option<String> {
    event.contact_id.as_ref().map(contact_key).or_else(|| event.subject.clone())
}

/// Keeps the event for the runs that may wait for it. Gives whether it wakes any.
async fn notify(tx: &mut Tx<'_>, event: &Event) -> Result<bool> {
    let abouts = event.contact_id.as_ref().map(contact_key).into_iter().chain(event.subject.clone());
    let mut woken = false;
    for about in abouts {
        woken |= runs::notify(tx, event, &about).await?;
    }
    Ok(woken)
}

/// Reads on behind `after` and keeps what somebody waits for.
pub(crate) struct Look {
    pub(crate) events: Vec<Event>,
    pub(crate) seen: i64,
}

/// Reads the events behind a place, and leaves out those that start nothing and wake nobody.
///
/// The order of the reads matters: events first, then the stamp. An event that is read before a workflow is
/// published was committed before it, too.
pub(crate) async fn look(
    store: &Store,
    after: i64,
    limit: u32,
    definitions: &mut Arc<Definitions>,
    programs: &Programs,
) -> Result<Look> {
    store.place_events().await?;
    let headlines = store.read(log::Skim { after, limit: SKIM }).await?;
    if store.read(workflows::Stamp).await? != definitions.stamp {
        *definitions = Arc::new(definitions.reload(store, programs).await?);
    }
    let (mut events, mut seen) = (Vec::new(), after);
    for headline in headlines {
        if events.len() == limit as usize {
            break;
        }
        if definitions.is_relevant(&headline.location_id, &headline.kind) {
            events.extend(store.read(log::At(headline.seq)).await?);
        }
        seen = headline.seq;
    }
    Ok(Look { events, seen })
}

/// Whether so much was skipped that the cursor is to be written down.
pub(crate) const fn skipped_enough(written: i64, seen: i64) -> bool {
    seen - written >= SKIP
}
