//! Folding the write-ahead log back into the database, beside the writer.
//!
//! SQLite does it in the commit that finds the log long enough, which would be the writer's time. Here another
//! thread does it bit by bit with a passive checkpoint, which waits for nobody and holds up nobody. Under
//! steady load it never quite catches up, so the writer's own checkpoint, at a length that is seldom reached,
//! still comes: it then finds little left to do and begins the log anew.

use super::open;
use super::writer::spawn;
use crate::error::Result;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// How often the log is looked at.
const EVERY: Duration = Duration::from_secs(1);
/// A log shorter than this many bytes is left alone.
const SHORT: u64 = 32 << 20;

/// The thread; it ends when this is dropped.
pub(super) struct Checkpointer {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Checkpointer {
    pub(super) fn start(database: &Path) -> Result<Self> {
        let connection = open(database, true)?;
        let log = log_of(database);
        let (stop, stopped) = channel();
        let thread = spawn("tieline-fold", move || fold(&connection, &log, &stopped))?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that folds the log back panicked");
        }
    }
}

fn log_of(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

fn fold(connection: &rusqlite::Connection, log: &Path, stopped: &Receiver<()>) {
    let mut folded = 0;
    while matches!(stopped.recv_timeout(EVERY), Err(RecvTimeoutError::Timeout)) {
        // The file keeps its length when the log begins anew, so its time of change tells more.
        let Ok(file) = std::fs::metadata(log) else { continue };
        let changed = file.modified().ok().and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
        let changed = changed.map_or(0, |since| since.as_nanos());
        if file.len() < SHORT || changed == folded {
            continue;
        }
        folded = changed;
        if let Err(error) = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())) {
            tracing::warn!(%error, "the log could not be folded back; the writer will do it");
        }
    }
}
