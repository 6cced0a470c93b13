//! Moving SQLite's write-ahead log into the database, beside the writer.
//!
//! By default SQLite does it in the commit that finds the log long enough, which would take the writer's time.
//! Here another thread does it bit by bit with passive checkpoints, which neither wait nor block. Under steady
//! load it never quite catches up, so the writer's own checkpoint still runs at a length that is seldom reached:
//! it then has little left to do and restarts the log. When nothing has been written for a while, the log is
//! emptied and its file truncated.

use super::open;
use super::writer::spawn;
use crate::error::{Error, Result};
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

/// How often the log is checked.
const EVERY: Duration = Duration::from_secs(1);
/// From this many bytes on, the log is moved into the database while it is being written.
const LONG: u64 = 32 << 20;
/// From this many bytes on, the log is emptied when nothing is being written.
const SHORT: u64 = 1 << 20;
/// How long emptying the log waits for readers when the store is closed.
const PATIENCE: Duration = Duration::from_secs(5);

/// The thread; it ends when this is dropped.
pub(super) struct Checkpointer {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Checkpointer {
    pub(super) fn start(database: &Path) -> Result<Self> {
        let connection = open(database, true)?;
        connection.busy_timeout(Duration::ZERO)?;
        let log = Log { connection, path: log_of(database) };
        let (stop, stopped) = channel();
        let thread = spawn("tieline-checkpoint", move || log.keep_short(&stopped))?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that checkpoints the database panicked");
        }
    }
}

/// Moves the whole log into the database, so that the database's file alone is complete.
pub(super) fn empty(database: &Path) -> Result<()> {
    let connection = open(database, true)?;
    connection.busy_timeout(PATIENCE)?;
    if truncate(&connection)? {
        return Ok(());
    }
    Err(Error::Unusable(
        "the write-ahead log could not be moved into the database, because another program is reading it; copy \
         tieline.db-wal together with tieline.db"
            .to_owned(),
    ))
}

/// Empties the log and truncates its file; false if there are active readers or writers.
fn truncate(connection: &Connection) -> Result<bool> {
    let busy: i64 = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    Ok(busy == 0)
}

fn log_of(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

struct Log {
    connection: Connection,
    path: PathBuf,
}

impl Log {
    fn keep_short(&self, stopped: &Receiver<()>) {
        let (mut last_write, mut moved) = (None, None);
        while matches!(stopped.recv_timeout(EVERY), Err(RecvTimeoutError::Timeout)) {
            let Some((length, written)) = self.state() else { continue };
            let is_quiet = last_write.replace(written) == Some(written);
            let done = if is_quiet && length >= SHORT {
                truncate(&self.connection).map(|_| ())
            } else if length >= LONG && moved != Some(written) {
                moved = Some(written);
                self.move_what_it_can()
            } else {
                Ok(())
            };
            if let Err(error) = done {
                tracing::warn!(%error, "a checkpoint failed; the writer will do it");
            }
        }
    }

    /// The length of the log's file and when it was last written to: the file keeps its length when the log
    /// restarts.
    fn state(&self) -> Option<(u64, SystemTime)> {
        let file = std::fs::metadata(&self.path).ok()?;
        Some((file.len(), file.modified().ok()?))
    }

    fn move_what_it_can(&self) -> Result<()> {
        Ok(self.connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?)
    }
}
