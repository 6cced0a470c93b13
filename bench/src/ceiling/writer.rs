//! Group commit: one thread writes, and what waits together is committed together.

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

/// How many jobs one transaction takes at most, and how many may wait.
const GROUP: usize = 1024;

/// The way to the writing thread, which ends when this is dropped.
pub(super) struct Writer(mpsc::Sender<Box<dyn Job>>);

impl Writer {
    /// Starts the thread.
    pub(super) fn start(database: Connection) -> Result<Self, String> {
        let (sender, receiver) = mpsc::channel(GROUP);
        std::thread::Builder::new()
            .name("writer".to_owned())
            .spawn(move || write(&database, receiver))
            .map_err(|error| format!("cannot start the writing thread: {error}"))?;
        Ok(Self(sender))
    }

    /// Does `work` in a transaction that it may share, and returns when that is on the disk.
    pub(super) async fn commit<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, String> {
        let (answer, answered) = oneshot::channel();
        let job = Box::new(Pending { work: Some(work), done: None, answer });
        self.0.send(job).await.map_err(|_| "the writing thread has ended".to_owned())?;
        answered.await.map_err(|_| "the writing thread has ended".to_owned())?
    }
}

trait Job: Send {
    fn write(&mut self, database: &Connection) -> rusqlite::Result<()>;
    fn answer(self: Box<Self>, committed: Result<(), String>);
}

struct Pending<F, T> {
    work: Option<F>,
    done: Option<T>,
    answer: oneshot::Sender<Result<T, String>>,
}

impl<T: Send, F: FnOnce(&Connection) -> rusqlite::Result<T> + Send> Job for Pending<F, T> {
    fn write(&mut self, database: &Connection) -> rusqlite::Result<()> {
        if let Some(work) = self.work.take() {
            self.done = Some(work(database)?);
        }
        Ok(())
    }

    fn answer(self: Box<Self>, committed: Result<(), String>) {
        let Self { done, answer, .. } = *self;
        let done = committed.and_then(|()| done.ok_or_else(|| "the work was not done".to_owned()));
        // Whoever asked has gone where this fails.
        let _ = answer.send(done);
    }
}

fn write(database: &Connection, mut receiver: mpsc::Receiver<Box<dyn Job>>) {
    let mut jobs = Vec::with_capacity(GROUP);
    while receiver.blocking_recv_many(&mut jobs, GROUP) > 0 {
        let committed = transact(database, &mut jobs).map_err(|error| error.to_string());
        for job in jobs.drain(..) {
            job.answer(committed.clone());
        }
    }
}

/// Writes all jobs in one transaction, or none of them.
fn transact(database: &Connection, jobs: &mut [Box<dyn Job>]) -> rusqlite::Result<()> {
    let transaction = database.unchecked_transaction()?;
    for job in jobs {
        job.write(&transaction)?;
    }
    transaction.commit()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_is_done_and_a_failure_is_told() {
        let database = Connection::open_in_memory().unwrap();
        database.execute_batch("CREATE TABLE t (a PRIMARY KEY)").unwrap();
        let writer = Writer::start(database).unwrap();
        let insert = |database: &Connection| database.execute("INSERT INTO t VALUES (1)", ());
        assert_eq!(writer.commit(insert).await, Ok(1));
        assert!(writer.commit(insert).await.unwrap_err().contains("UNIQUE"));
        let count =
            |database: &Connection| database.query_row("SELECT count(*) FROM t", (), |row| row.get(0));
        assert_eq!(writer.commit(count).await, Ok(1));
    }
}
