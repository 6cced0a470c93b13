//! The one thread that writes: it takes all procedures that wait, runs them in one transaction, commits once
//! and answers them after the commit.
//!
//! A procedure refuses before its first write, so a refusal leaves nothing to undo, and procedures need no
//! savepoints of their own, which would cost each of them two statements and copies of all pages that it
//! touches. Should one fail after it wrote, which takes a fault of the disk or of ours, the transaction is
//! rolled back and all its procedures are run again, each in a transaction of its own, so that the neighbours
//! of the failing one do not suffer.
//!
//! The writer's time is what bounds the whole, so it does nothing that another thread can do: waking those who
//! wait for an answer costs a system call each, and folding the log back into the database costs more.

use super::checkpoint::Checkpointer;
use super::open;
use crate::clock::{Clock, Entropy};
use crate::error::{Error, Result};
use crate::store::Procedure;
use crate::tx::{Database, Tx};
use rusqlite::Connection;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::task::{Context, Poll, Waker};
use std::thread::JoinHandle;
use tokio::sync::{oneshot, watch};

/// The most procedures that one commit holds: past this the wait of the first outgrows what is saved.
const BATCH: usize = 512;
/// The most procedures that may wait; a caller beyond waits for a place.
const QUEUE: usize = 4096;

pub(crate) struct Writer {
    jobs: Option<SyncSender<Box<dyn Job>>>,
    threads: Vec<JoinHandle<()>>,
    _checkpointer: Checkpointer,
}

/// Procedures that were run together, and what came of it.
type Batch = (Vec<Box<dyn Job>>, Result<bool, Broken>);

/// A procedure that waits for the writer.
trait Job: Send {
    /// Runs the procedure, perhaps once more, and keeps its result; false where it failed.
    fn run(&mut self, tx: &mut Tx<'_>) -> bool;
    /// Hands the result over, or the error that undid it.
    fn answer(self: Box<Self>, committed: Result<(), String>);
}

struct Waiting<P: Procedure> {
    procedure: P,
    result: Option<Result<P::Output>>,
    reply: oneshot::Sender<Result<P::Output>>,
}

impl<P: Procedure> Job for Waiting<P> {
    fn run(&mut self, tx: &mut Tx<'_>) -> bool {
        let result = catch_unwind(AssertUnwindSafe(|| drive(self.procedure.run(tx))));
        let result = result.unwrap_or_else(|_| {
            tracing::error!(procedure = std::any::type_name::<P>(), "a procedure panicked and was undone");
            Err(Error::Closed)
        });
        let keep = result.is_ok();
        self.result = Some(result);
        keep
    }

    fn answer(self: Box<Self>, committed: Result<(), String>) {
        let result = match (committed, self.result) {
            (Ok(()), Some(result)) => result,
            (Ok(()), None) => Err(Error::Closed),
            // A refusal is true whether the commit held or not; the caller learns of it rather than of a fault.
            (Err(_), Some(Err(error))) => Err(error),
            (Err(message), _) => Err(Error::Unusable(message)),
        };
        // A caller that has gone away does not want the answer.
        let _ = self.reply.send(result);
    }
}

/// Drives a future on which nothing waits: on SQLite every statement is done when it returns.
pub(crate) fn drive<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => {
            Err(Error::Unusable("a procedure waited for something other than the database".to_owned()))
        }
    }
}

struct Sources {
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

/// Hands results over after the commit.
struct Answers {
    later: Sender<Batch>,
    appended: watch::Sender<u64>,
}

impl Writer {
    pub(crate) fn start(
        path: &Path,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        appended: watch::Sender<u64>,
    ) -> Result<Self> {
        let connection = open(path, true)?;
        let (jobs, queue) = sync_channel(QUEUE);
        let (later, done) = channel();
        let sources = Sources { clock, entropy };
        let answers = Answers { later, appended: appended.clone() };
        let threads = vec![
            spawn("tieline-writer", move || write(connection, &queue, &sources, &answers))?,
            spawn("tieline-answers", move || done.iter().for_each(|batch| answer(batch, &appended)))?,
        ];
        Ok(Self { jobs: Some(jobs), threads, _checkpointer: Checkpointer::start(path)? })
    }

    pub(crate) async fn write<P: Procedure>(&self, procedure: P) -> Result<P::Output> {
        let (reply, answer) = oneshot::channel();
        let job: Box<dyn Job> = Box::new(Waiting { procedure, result: None, reply });
        let jobs = self.jobs.as_ref().ok_or(Error::Closed)?;
        match jobs.try_send(job) {
            Ok(()) => {}
            Err(std::sync::mpsc::TrySendError::Disconnected(_)) => return Err(Error::Closed),
            Err(std::sync::mpsc::TrySendError::Full(job)) => {
                // Far more is asked for than the disk takes: wait on a thread that may be blocked.
                let jobs = jobs.clone();
                let sent = tokio::task::spawn_blocking(move || jobs.send(job)).await;
                sent.map_err(|_| Error::Closed)?.map_err(|_| Error::Closed)?;
            }
        }
        answer.await.map_err(|_| Error::Closed)?
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // Closing the channel lets the threads finish what waits; the store is closed when they are done.
        self.jobs = None;
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a thread of the writer panicked");
            }
        }
    }
}

pub(super) fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(work)
        .map_err(|error| Error::Unusable(format!("the thread {name} cannot be started: {error}")))
}

fn write(mut connection: Connection, queue: &Receiver<Box<dyn Job>>, sources: &Sources, answers: &Answers) {
    while let Ok(first) = queue.recv() {
        let (batch, outcome) = together(&mut connection, first, || queue.try_recv().ok(), sources);
        if matches!(outcome, Err(Broken::HalfDone)) && batch.len() > 1 {
            for job in batch {
                answers.give(together(&mut connection, job, || None, sources));
            }
        } else {
            answers.give((batch, outcome));
        }
    }
}

impl Answers {
    /// A single caller is answered at once; to many, another thread turns.
    fn give(&self, batch: Batch) {
        if batch.0.len() == 1 {
            return answer(batch, &self.appended);
        }
        if let Err(unsent) = self.later.send(batch) {
            answer(unsent.0, &self.appended);
        }
    }
}

/// Why a transaction was rolled back.
enum Broken {
    /// A procedure failed after it had written something.
    HalfDone,
    /// The database could not begin or commit, for this reason.
    Database(String),
}

/// Runs the first procedure, and those that `more` gives meanwhile, and commits them together. Gives all
/// that were run, and whether they appended events.
fn together(
    connection: &mut Connection,
    first: Box<dyn Job>,
    mut more: impl FnMut() -> Option<Box<dyn Job>>,
    sources: &Sources,
) -> Batch {
    let mut batch = vec![first];
    let outcome = transaction(connection, &mut batch, &mut more, sources);
    if outcome.is_err()
        && !connection.is_autocommit()
        && let Err(Broken::Database(message)) = execute(connection, "ROLLBACK")
    {
        tracing::error!(error = message, "a rollback failed");
    }
    (batch, outcome)
}

fn transaction(
    connection: &mut Connection,
    batch: &mut Vec<Box<dyn Job>>,
    more: &mut impl FnMut() -> Option<Box<dyn Job>>,
    sources: &Sources,
) -> Result<bool, Broken> {
    execute(connection, "BEGIN IMMEDIATE")?;
    let (mut next, mut appended) = (0, false);
    while let Some(job) = batch.get_mut(next) {
        appended |= run(connection, job.as_mut(), sources)?;
        next += 1;
        if next < BATCH {
            batch.extend(more());
        }
    }
    execute(connection, "COMMIT")?;
    Ok(appended)
}

/// Runs one procedure in the transaction. Tells whether it appended events.
fn run(connection: &mut Connection, job: &mut dyn Job, sources: &Sources) -> Result<bool, Broken> {
    let before = connection.total_changes();
    let mut tx = Tx {
        now: sources.clock.now(),
        entropy: sources.entropy.as_ref(),
        appended: false,
        written: None,
        database: Database::Sqlite(connection),
    };
    let succeeded = job.run(&mut tx);
    let appended = tx.appended;
    if connection.is_autocommit() {
        // SQLite does this by itself where the disk is full or fails. What came next would be committed
        // statement by statement.
        return Err(Broken::Database("the database has rolled the transaction back".to_owned()));
    }
    if !succeeded && connection.total_changes() != before {
        return Err(Broken::HalfDone);
    }
    Ok(appended && succeeded)
}

fn answer((batch, outcome): Batch, appended: &watch::Sender<u64>) {
    let committed = match outcome {
        Ok(has_appended) => {
            if has_appended {
                appended.send_modify(|count| *count += 1);
            }
            Ok(())
        }
        // It was alone, so the error that the procedure gave is its answer.
        Err(Broken::HalfDone) => Ok(()),
        Err(Broken::Database(message)) => {
            tracing::error!(
                error = message,
                procedures = batch.len(),
                "a commit failed; none of it was written"
            );
            Err(message)
        }
    };
    for job in batch {
        job.answer(committed.clone());
    }
}

fn execute(connection: &Connection, sql: &'static str) -> Result<(), Broken> {
    super::execute(connection, sql, &[]).map(|_| ()).map_err(|error| Broken::Database(error.to_string()))
}
