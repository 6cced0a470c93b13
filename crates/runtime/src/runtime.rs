//! The loops that start and continue runs, started and stopped together.

use crate::definitions::{Definitions, Pinned, Programs};
use crate::dispatch::{BATCH, CURSOR, Dispatch, Headlines, find_relevant, skipped_enough};
use crate::poison::{GIVE_UP_AFTER, PAUSE, PoisonGuard};
use crate::remote::{Answer, send};
use crate::retention::{EVERY, forget_old};
use crate::segment::Remote;
use crate::slots::{Slot, Slots};
use crate::worker::{Abandon, GiveBack, Resume, Work};
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::time::Duration;
use tieline_connect::http::Client;
use tieline_operations::Catalogue;
use tieline_store::{Result, Store, runs};
use tokio::sync::{Notify, Semaphore, watch};
use tokio::task::{JoinHandle, JoinSet};

/// How often the log and the runs are polled when no notification comes.
const POLL: Duration = Duration::from_millis(250);
/// How many requests a node sends at once.
const REQUESTS: usize = 64;

/// What the runtime depends on.
#[derive(Clone, Debug)]
pub struct Options {
    /// Sends requests, and refuses those to private addresses.
    pub client: Client,
    /// What workflows can do.
    pub catalogue: Catalogue,
    /// How long runs are kept after they ended; none keeps them forever.
    pub keep_runs: Option<Duration>,
}

/// The running loops. Dropping it stops them at once; [`Runtime::stop`] lets them finish their current work.
#[derive(Debug)]
pub struct Runtime {
    stopping: watch::Sender<bool>,
    loops: Vec<JoinHandle<()>>,
}

/// What all loops share.
#[derive(Clone)]
struct Shared {
    store: Store,
    client: Client,
    programs: Programs,
    pinned: Pinned,
    catalogue: Catalogue,
    due: Arc<Notify>,
    requests: Arc<Semaphore>,
    stopping: watch::Receiver<bool>,
}

impl Runtime {
    /// Starts the loops.
    #[must_use]
    pub fn start(store: &Store, options: Options) -> Self {
        let (stopping, stopped) = watch::channel(false);
        let programs = Programs::new(options.catalogue.clone());
        let shared = Shared {
            store: store.clone(),
            client: options.client,
            pinned: Pinned::new(programs.clone()),
            programs,
            catalogue: options.catalogue,
            due: Arc::new(Notify::new()),
            requests: Arc::new(Semaphore::new(REQUESTS)),
            stopping: stopped,
        };
        // One worker feeds SQLite's one writer; on PostgreSQL several keep its connections busy. There each takes
        // one run in a transaction: two with several would lock the same contacts in different orders.
        let (workers, limit) = if store.writes_in_parallel() { (6, 1) } else { (1, 64) };
        let mut loops = vec![tokio::spawn(dispatch_loop(shared.clone()))];
        loops.extend((0..workers).map(|_| tokio::spawn(work_loop(shared.clone(), limit))));
        loops.extend(options.keep_runs.map(|keep| tokio::spawn(retention_loop(shared, keep))));
        Self { stopping, loops }
    }

    /// Stops: begins nothing new and waits for requests under way. Unfinished runs continue after the next start.
    pub async fn stop(mut self) {
        // The loops may have ended already; then nobody receives this.
        let _ = self.stopping.send(true);
        for handle in self.loops.drain(..) {
            if let Err(error) = handle.await {
                tracing::error!(%error, "a loop of the runtime panicked");
            }
        }
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        for handle in &self.loops {
            handle.abort();
        }
    }
}

impl Shared {
    fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }

    fn slots(&self, brought: Option<Slot>) -> Slots {
        Slots::new(&self.requests, brought)
    }

    /// Sends requests in tasks of their own, and continues each run with its answer.
    fn send_all(&self, remotes: Vec<Remote>, sending: &mut JoinSet<()>) {
        for remote in remotes {
            let shared = self.clone();
            sending.spawn(async move { shared.follow(remote).await });
        }
        while sending.try_join_next().is_some() {}
    }

    /// Sends a request, then the next one of its run or of a run that queued for its slot.
    async fn follow(&self, remote: Remote) {
        let mut left = vec![remote];
        while let Some(remote) = left.pop() {
            if self.is_stopping() {
                self.give_back(remote).await;
                continue;
            }
            let answer = send(&self.client, &self.catalogue, &remote, self.store.clock().as_ref()).await;
            if let Some(answer) = answer {
                left.extend(self.record(remote, answer).await);
            }
            // A run with the same key may be waiting for this one.
            self.due.notify_one();
        }
    }

    /// Continues the run with the answer. If that fails repeatedly, the run is at fault and is given up: otherwise
    /// its lease would run out and the request be sent again forever.
    async fn record(&self, remote: Remote, answer: Answer) -> Vec<Remote> {
        let run = remote.run.clone();
        let mut tries = 0;
        loop {
            tries += 1;
            let slots = self.slots(Some(Arc::clone(&remote.slot)));
            let (pinned, remote, answer) = (self.pinned.clone(), remote.clone(), answer.clone());
            let error = match self.store.write(Resume { pinned, remote, answer, slots }).await {
                Ok(next) => return next,
                Err(error) => error,
            };
            tracing::error!(%error, run = %run.id, "an answer could not be recorded");
            if tries < GIVE_UP_AFTER {
                tokio::time::sleep(PAUSE).await;
                continue;
            }
            let reason = format!("given up after {tries} tries: {error}");
            if let Err(error) = self.store.write(Abandon { run, reason }).await {
                // Nothing can be written. The lease will run out and the request will be sent again, with the same
                // idempotency key.
                tracing::error!(%error, "a run could not be given up");
            }
            return Vec::new();
        }
    }

    async fn give_back(&self, remote: Remote) {
        if let Err(error) = self.store.write(GiveBack(remote.run)).await {
            tracing::warn!(%error, "a run's lease could not be released; the run continues when the lease ends");
        }
    }
}

/// Follows the log forever.
async fn dispatch_loop(mut shared: Shared) {
    let mut sending = JoinSet::new();
    let mut appended = shared.store.appended();
    let mut guard = PoisonGuard::default();
    let mut first = String::new();
    while !shared.is_stopping() {
        let dispatching = dispatch(&mut shared, &mut appended, &mut sending, &mut guard, &mut first);
        if let Err(error) = dispatching.await {
            if !error.is_away() {
                tracing::error!(%error, "the event log could not be read; trying again");
            }
            guard.failed(&shared.store, &error, first.clone()).await;
        }
    }
    while sending.join_next().await.is_some() {}
}

async fn dispatch(
    shared: &mut Shared,
    appended: &mut watch::Receiver<u64>,
    sending: &mut JoinSet<()>,
    guard: &mut PoisonGuard,
    first: &mut String,
) -> Result<()> {
    let store = shared.store.clone();
    let mut definitions = Arc::new(Definitions::default().reload(&store, &shared.programs).await?);
    let mut written = store.read(CURSOR).await?;
    let mut seen = written;
    let mut headlines = Headlines::default();
    while !shared.is_stopping() {
        // Marked as seen before the log is read, so that events appended during the read are not missed.
        appended.borrow_and_update();
        let stamp = definitions.stamp;
        let limit = guard.limit(BATCH);
        let found =
            find_relevant(&store, seen, limit, &mut headlines, &mut definitions, &shared.programs).await?;
        // Skipped events stay skipped: they never start a workflow that is published later, not even after a
        // restart.
        let to_be_kept = skipped_enough(written, found.seen) || definitions.stamp != stamp;
        if found.events.is_empty() && !to_be_kept {
            let has_read = found.seen > seen;
            seen = found.seen;
            if has_read || wait(appended, &mut shared.stopping).await || written == seen {
                continue;
            }
        }
        *first = found.events.first().map_or_else(String::new, |first| first.event.seq.to_string());
        let found = Arc::new(found);
        let dispatch = Dispatch {
            from: written,
            found: Arc::clone(&found),
            definitions: Arc::clone(&definitions),
            give_up: guard.give_up(),
            slots: shared.slots(None),
            tries: AtomicU32::new(0),
        };
        let dispatched = store.write(dispatch).await?;
        guard.went_well();
        if dispatched.overtaken {
            written = store.read(CURSOR).await?;
            seen = written;
            headlines.clear();
            continue;
        }
        if dispatched.seen != found.seen {
            headlines.clear();
        }
        (written, seen) = (dispatched.seen, dispatched.seen);
        if dispatched.ready {
            shared.due.notify_waiters();
            shared.due.notify_one();
        }
        shared.send_all(dispatched.remotes, sending);
    }
    Ok(())
}

/// Waits briefly for new events. Returns whether some may have been appended.
async fn wait(appended: &mut watch::Receiver<u64>, stopping: &mut watch::Receiver<bool>) -> bool {
    tokio::select! {
        changed = appended.changed() => {
            if changed.is_err() {
                tokio::time::sleep(POLL).await;
            }
            true
        }
        _ = stopping.changed() => false,
        () = tokio::time::sleep(POLL) => false,
    }
}

/// Continues runs that are due, forever.
async fn work_loop(mut shared: Shared, limit: u32) {
    let mut sending = JoinSet::new();
    let mut guard = PoisonGuard::default();
    let first = Arc::default();
    while !shared.is_stopping() {
        let due = Arc::clone(&shared.due);
        let notified = due.notified();
        let work = Work {
            pinned: shared.pinned.clone(),
            limit: guard.limit(limit),
            slots: shared.slots(None),
            give_up: guard.give_up(),
            first: Arc::clone(&first),
        };
        match continue_due(&shared, work, &mut sending).await {
            Ok(0) => {
                tokio::select! {
                    () = notified => {}
                    _ = shared.stopping.changed() => {}
                    () = tokio::time::sleep(POLL) => {}
                }
            }
            Ok(_) => guard.went_well(),
            Err(error) => {
                if !error.is_away() {
                    tracing::error!(%error, "due runs could not be continued; trying again");
                }
                let first = first.lock().clone();
                guard.failed(&shared.store, &error, first).await;
            }
        }
    }
    while sending.join_next().await.is_some() {}
}

/// Deletes old runs, forever.
async fn retention_loop(mut shared: Shared, keep: Duration) {
    while !shared.is_stopping() {
        if let Err(error) = forget_old(&shared.store, keep).await
            && !error.is_away()
        {
            tracing::error!(%error, "old runs could not be deleted; trying again");
        }
        tokio::select! {
            _ = shared.stopping.changed() => {}
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// Continues the runs that are due now and returns their number.
async fn continue_due(shared: &Shared, work: Work, sending: &mut JoinSet<()>) -> Result<usize> {
    if !has_work(shared).await? {
        return Ok(0);
    }
    let worked = shared.store.write(work).await?;
    shared.send_all(worked.remotes, sending);
    Ok(worked.runs)
}

async fn has_work(shared: &Shared) -> Result<bool> {
    let due = shared.store.read(runs::NextDue).await?;
    if due.is_some_and(|due| due <= shared.store.clock().now()) {
        return Ok(true);
    }
    Ok(shared.requests.available_permits() > 0 && shared.store.read(runs::WantsSlot).await?)
}
