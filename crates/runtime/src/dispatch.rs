//! Follows the event log: each event starts the runs of the workflows that it triggers, once.
//!
//! The cursor moves in the transaction that writes the runs, so an event is dispatched exactly once, by
//! whichever node comes first. On SQLite, which has one writer, a run's local steps are taken in that same
//! transaction: an event becomes a finished run in one commit. On PostgreSQL, runs are written as ready, and the
//! workers of any node continue them.

use crate::contact::load_contact;
use crate::definitions::{Broken, Definition, Definitions, Programs};
use crate::history::History;
use crate::poison::Poison;
use crate::segment::{MAX_CAUSE_DEPTH, Remote, Segment, record_refusal};
use crate::slots::Slots;
use crate::waits::about_of;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tieline_engine::{Input, RunState, World};
use tieline_expr::Data;
use tieline_model::Event;
use tieline_store::log::{Cursor, Headline};
use tieline_store::runs::{self, Run, RunStatus};
use tieline_store::{Procedure, Result, Store, Tx, log, workflows};

pub(crate) const CURSOR: Cursor = Cursor("dispatcher");

/// How many events are dispatched in one transaction. More would save little, and deliveries would wait longer
/// for the writer.
pub(crate) const BATCH: u32 = 64;

/// How many headlines are read at once to find relevant events.
const SKIM: u32 = 512;

/// Irrelevant events move the cursor in memory only; it is stored after this many.
const SKIP: i64 = 2000;

/// The most bytes of a concurrency key.
const LONGEST_KEY: usize = 500;

/// Starts the runs of some events and moves the cursor past them.
pub(crate) struct Dispatch {
    pub(crate) from: i64,
    /// Shared with the caller, who drops it: that takes longer than the writer should.
    pub(crate) found: Arc<Found>,
    pub(crate) definitions: Arc<Definitions>,
    /// The event whose runs are failed instead of started, if there is one.
    pub(crate) give_up: Option<Poison>,
    pub(crate) slots: Slots,
    /// How often this was tried before.
    pub(crate) tries: AtomicU32,
}

impl Dispatch {
    /// The events that this try dispatches, and the place in the log behind them. On PostgreSQL a transaction is run
    /// again when the runs of a busy key change under it. Each try takes fewer events, so that such a key does not
    /// hold up the log.
    fn share(&self) -> (&[Arrived], i64) {
        let all = &self.found.events;
        match all.get(..share(all.len(), self.tries.fetch_add(1, Ordering::Relaxed))) {
            Some(part @ [.., last]) if part.len() < all.len() => (part, last.event.seq),
            _ => (all, self.found.seen),
        }
    }
}

/// How many of `all` events a try takes after so many others: a quarter of the try before, at least one.
fn share(all: usize, tries: u32) -> usize {
    all.checked_shr(2 * tries).unwrap_or(0).max(1)
}

/// The result of a dispatch.
#[derive(Debug, Default)]
pub(crate) struct Dispatched {
    /// Another node has moved the cursor: nothing was done, and the reader continues from there.
    pub(crate) overtaken: bool,
    /// The place in the log up to which events are dispatched.
    pub(crate) seen: i64,
    /// The requests of the runs, to be sent after the commit.
    pub(crate) remotes: Vec<Remote>,
    /// Whether runs are ready for the workers.
    pub(crate) ready: bool,
}

impl Procedure for Dispatch {
    type Output = Dispatched;
    const LONG: bool = true;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Dispatched> {
        let (mut dispatched, slots) = (Dispatched::default(), self.slots.for_try());
        let (events, seen) = self.share();
        dispatched.seen = seen;
        if !CURSOR.advance(tx, self.from, seen).await? {
            dispatched.overtaken = true;
            return Ok(dispatched);
        }
        for Arrived { event, trigger } in events {
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
            // An event that cannot be read fails its own runs, and later events are still dispatched.
            let empty = Data::empty();
            let trigger = given_up.as_ref().map_or(trigger.as_ref(), Err);
            for definition in triggered {
                let segment = begin(tx, definition, event, trigger.unwrap_or(&empty), &slots);
                match trigger {
                    Ok(_) => start(tx, segment, &mut dispatched).await?,
                    Err(reason) => segment.refuse(tx, reason.clone()).await?,
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
            "not started: this event comes after a chain of {MAX_CAUSE_DEPTH} runs, each started by the one before; a workflow seems to trigger itself"
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

/// A new run, before its first step.
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

/// Writes a failed run for a workflow that cannot be compiled, so that it can be retried later.
async fn fail_broken(tx: &mut Tx<'_>, event: &Event, broken: &Broken) -> Result<()> {
    let mut run = Run::new(tx, event, &broken.workflow_id, broken.version);
    tracing::error!(run = %run.id, workflow = %broken.workflow_id, reason = broken.reason, "a run cannot begin");
    let mut history = History::default();
    record_refusal(&mut history, &mut run, tx.now(), &broken.reason);
    (run.status, run.due_at, run.detail) = (RunStatus::Failed, None, broken.reason.clone());
    runs::insert(tx, &run).await?;
    history.write(tx, 0).await
}

/// Whether the event starts the workflow, and the concurrency key; the reason, if that cannot be determined.
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
        Ok(Some(key.or_else(|| about_of(event).next())))
    });
    Ok(match admitted {
        // The key is an index column, and databases limit those.
        Ok(Some(Some(key))) if key.len() > LONGEST_KEY => {
            Err(format!("concurrency: gave more than {LONGEST_KEY} bytes; take less"))
        }
        admitted => admitted.map_err(|error| error.to_string()),
    })
}

/// Keeps the event for the runs that may wait for it. Returns whether it wakes any.
async fn notify(tx: &mut Tx<'_>, event: &Event) -> Result<bool> {
    let mut woken = false;
    for about in about_of(event) {
        woken |= runs::notify(tx, event, &about).await?;
    }
    Ok(woken)
}

/// The next events that start or wake a run.
pub(crate) struct Found {
    pub(crate) events: Vec<Arrived>,
    /// The place in the log up to which everything was read.
    pub(crate) seen: i64,
}

/// An event of the log. Its payload is parsed before the transaction that dispatches it, because on SQLite that one
/// keeps all others from writing.
pub(crate) struct Arrived {
    pub(crate) event: Event,
    /// The payload, or why it cannot be read.
    trigger: std::result::Result<Data, String>,
}

impl Arrived {
    fn new(event: Event) -> Self {
        let trigger = Data::parse(event.payload.get());
        Self { trigger: trigger.map_err(|error| format!("the event cannot be read: {error}")), event }
    }
}

/// The headlines of the next events, as far as they are read: one reading serves several batches.
#[derive(Default)]
pub(crate) struct Headlines(VecDeque<Headline>);

impl Headlines {
    /// Forgets them, because the next batch does not begin where the last one ended.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

/// Reads the events after a place, without those that start or wake no run.
///
/// The order of the reads matters: events first, then the stamp. An event that is read before a workflow is
/// published was committed before it, too.
pub(crate) async fn find_relevant(
    store: &Store,
    after: i64,
    limit: u32,
    headlines: &mut Headlines,
    definitions: &mut Arc<Definitions>,
    programs: &Programs,
) -> Result<Found> {
    if headlines.0.is_empty() {
        store.place_events().await?;
        headlines.0 = store.read(log::Skim { after, limit: SKIM }).await?.into();
    }
    if store.read(workflows::Stamp).await? != definitions.stamp {
        *definitions = Arc::new(definitions.reload(store, programs).await?);
    }
    let (mut events, mut seen) = (Vec::new(), after);
    while events.len() < limit as usize
        && let Some(headline) = headlines.0.pop_front()
    {
        if definitions.is_relevant(&headline.location_id, &headline.kind) {
            events.extend(store.read(log::At(headline.seq)).await?.map(Arrived::new));
        }
        seen = headline.seq;
    }
    Ok(Found { events, seen })
}

/// Whether so many events were skipped that the cursor should be stored.
pub(crate) const fn skipped_enough(written: i64, seen: i64) -> bool {
    seen - written >= SKIP
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn each_try_takes_fewer_events_and_never_none() {
        let shares: Vec<usize> = (0..5).map(|tries| share(64, tries)).collect();
        assert_eq!(shares, [64, 16, 4, 1, 1]);
        assert_eq!((share(0, 0), share(64, 60)), (1, 1));
    }
}
