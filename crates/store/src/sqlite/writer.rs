//! The one thread that writes: it takes all waiting procedures, runs them in one transaction, commits once and
//! answers them after the commit. A long one has a transaction of its own: those before it are answered, and send
//! their next, while it runs.
//!
//! A procedure refuses before its first write, so a refusal leaves nothing to undo, and procedures need no
//! savepoints of their own, which would cost each of them two statements and copies of all pages that it
//! touches. If one fails after it wrote, the transaction is rolled back and all its procedures are run again,
//! each in a transaction of its own and with savepoints around its steps, so that one failure does
//! not affect the others.
//!
//! The writer's time limits the whole server, so it does nothing that another thread can do: waking those who
//! wait for an answer costs a system call each, and moving the write-ahead log into the database costs more.

use super::checkpoint::{self, Checkpointer};
use super::open;
use crate::error::{Error, Result};
use crate::sources::Sources;
use crate::store::Procedure;
use crate::tx::{Database, Tx};
use rusqlite::Connection;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::task::{Context, Poll, Waker};
use std::thread::JoinHandle;
use tokio::sync::{oneshot, watch};

/// The most procedures that one commit holds: beyond this, the first waits longer than batching saves.
const BATCH: usize = 512;
/// The most procedures that may wait; further callers wait for a place.
const QUEUE: usize = 4096;

pub(crate) struct Writer {
    path: PathBuf,
    jobs: Option<SyncSender<Box<dyn Job>>>,
    threads: Vec<JoinHandle<()>>,
    _checkpointer: Checkpointer,
}

/// The procedures that wait for the writer, in the order of their arrival.
struct Jobs {
    queue: Receiver<Box<dyn Job>>,
    /// A long one that was taken from the queue, and that ends the batch before it.
    held: Option<Box<dyn Job>>,
}

impl Jobs {
    /// The first of the next batch; waits for it. None when the store is closed.
    fn first(&mut self) -> Option<Box<dyn Job>> {
        self.held.take().or_else(|| self.queue.recv().ok())
    }

    /// One more for a batch, if one waits that may be committed with others.
    fn more(&mut self) -> Option<Box<dyn Job>> {
        if self.held.is_none() {
            self.held = self.queue.try_recv().ok();
        }
        self.held.take_if(|job| !job.is_long())
    }
}

/// Procedures that were run together, and the result.
type Batch = (Vec<Box<dyn Job>>, Result<bool, Broken>);

/// A procedure that waits for the writer.
trait Job: Send {
    /// Runs the procedure, perhaps a second time, and keeps its result; false if it failed.
    fn run(&mut self, tx: &mut Tx<'_>) -> bool;
    /// Delivers the result, or the error that undid it.
    fn answer(self: Box<Self>, committed: Result<(), String>);
    /// [`Procedure::LONG`].
    fn is_long(&self) -> bool;
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
            // A refusal holds whether the commit succeeded or not, and helps the caller more than the fault does.
            (Err(_), Some(Err(error))) => Err(error),
            (Err(message), _) => Err(Error::Unusable(message)),
        };
        // A caller that has gone away does not want the answer.
        let _ = self.reply.send(result);
    }

    fn is_long(&self) -> bool {
        P::LONG
    }
}

/// Drives a future that never has to wait: on SQLite every statement is done when it returns.
pub(crate) fn drive<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => {
            Err(Error::Unusable("a procedure waited for something other than the database".to_owned()))
        }
    }
}

/// Delivers results after the commit.
struct Answers {
    later: Sender<Batch>,
    appended: watch::Sender<u64>,
}

impl Writer {
    pub(crate) fn start(path: &Path, sources: Arc<Sources>, appended: watch::Sender<u64>) -> Result<Self> {
        let connection = open(path, true)?;
        let (jobs, queue) = sync_channel(QUEUE);
        let (later, done) = channel();
        let answers = Answers { later, appended: appended.clone() };
        let threads = vec![
            spawn("tieline-writer", move || {
                write(connection, Jobs { queue, held: None }, &sources, &answers)
            })?,
            spawn("tieline-answers", move || done.iter().for_each(|batch| answer(batch, &appended)))?,
        ];
        Ok(Self {
            path: path.to_owned(),
            jobs: Some(jobs),
            threads,
            _checkpointer: Checkpointer::start(path)?,
        })
    }

    /// Moves everything written so far into the database's own file.
    pub(crate) async fn checkpoint(&self) -> Result<()> {
        let path = self.path.clone();
        tokio::task::spawn_blocking(move || checkpoint::empty(&path)).await.map_err(|_| Error::Closed)?
    }

    pub(crate) async fn write<P: Procedure>(&self, procedure: P) -> Result<P::Output> {
        let (reply, answer) = oneshot::channel();
        let job: Box<dyn Job> = Box::new(Waiting { procedure, result: None, reply });
        let jobs = self.jobs.as_ref().ok_or(Error::Closed)?;
        match jobs.try_send(job) {
            Ok(()) => {}
            Err(std::sync::mpsc::TrySendError::Disconnected(_)) => return Err(Error::Closed),
            Err(std::sync::mpsc::TrySendError::Full(job)) => {
                // The disk is slower than the callers: wait on a thread that may be blocked.
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
        // Closing the channel lets the threads finish what is waiting; the store is closed when they are done.
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

fn write(mut connection: Connection, mut jobs: Jobs, sources: &Sources, answers: &Answers) {
    while let Some(first) = jobs.first() {
        let (batch, outcome) = together(&mut connection, first, &mut jobs, sources);
        if must_run_again(&batch, &outcome) {
            for job in batch {
                answers.give(alone(&mut connection, job, sources));
            }
        } else {
            answers.give((batch, outcome));
        }
    }
}

/// Whether the procedures of a transaction that was rolled back may succeed one by one.
fn must_run_again(batch: &[Box<dyn Job>], outcome: &Result<bool, Broken>) -> bool {
    match outcome {
        Err(Broken::Repeat) => true,
        Err(Broken::HalfDone) => batch.len() > 1,
        Err(Broken::Database(_)) | Ok(_) => false,
    }
}

impl Answers {
    /// A single caller is answered at once, many by another thread.
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
    /// A step was refused after it had written something; with savepoints, the rest of its procedure can stay.
    Repeat,
    /// The database could not begin or commit, for this reason.
    Database(String),
}

/// Runs the first procedure, and those that arrive meanwhile unless it is long, and commits them together. Returns
/// all that were run, and whether they appended events.
fn together(connection: &mut Connection, first: Box<dyn Job>, jobs: &mut Jobs, sources: &Sources) -> Batch {
    let most = if first.is_long() { 1 } else { BATCH };
    let mut batch = vec![first];
    let outcome = committed(connection, |connection| {
        let (mut next, mut appended) = (0, false);
        while let Some(job) = batch.get_mut(next) {
            appended |= run(connection, job.as_mut(), sources, false)?;
            next += 1;
            if next < most {
                batch.extend(jobs.more());
            }
        }
        Ok(appended)
    });
    (batch, outcome)
}

/// Runs one procedure in a transaction of its own, with savepoints around its steps.
fn alone(connection: &mut Connection, mut job: Box<dyn Job>, sources: &Sources) -> Batch {
    let outcome = committed(connection, |connection| run(connection, job.as_mut(), sources, true));
    (vec![job], outcome)
}

/// Does some work in a transaction, which is rolled back if the work or the commit fails.
fn committed(
    connection: &mut Connection,
    work: impl FnOnce(&mut Connection) -> Result<bool, Broken>,
) -> Result<bool, Broken> {
    let outcome = execute(connection, "BEGIN IMMEDIATE")
        .and_then(|()| work(connection))
        .and_then(|appended| execute(connection, "COMMIT").map(|()| appended));
    if outcome.is_err()
        && !connection.is_autocommit()
        && let Err(Broken::Database(message)) = execute(connection, "ROLLBACK")
    {
        tracing::error!(error = message, "a rollback failed");
    }
    outcome
}

/// Runs one procedure in the transaction. Returns whether it appended events.
fn run(
    connection: &mut Connection,
    job: &mut dyn Job,
    sources: &Sources,
    savepoints: bool,
) -> Result<bool, Broken> {
    let before = connection.total_changes();
    let mut tx = Tx::new(Database::Sqlite(connection), sources).with_savepoints(savepoints);
    let succeeded = job.run(&mut tx);
    let (appended, repeat) = (!tx.appended.is_empty(), tx.repeat);
    if connection.is_autocommit() {
        // SQLite does this on its own if the disk is full or fails. Each further statement would then commit
        // separately.
        return Err(Broken::Database("the database has rolled the transaction back".to_owned()));
    }
    if repeat {
        return Err(Broken::Repeat);
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
        // It ran alone, so the error that the procedure returned is its answer.
        Err(Broken::HalfDone | Broken::Repeat) => Ok(()),
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
