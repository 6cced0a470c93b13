//! Connections that only read.
//!
//! Reads of a row run on the threads that answer requests, so there are never more of them than threads.
//! Reads that scan run on threads of their own, and only a limited number at once: more would not be faster on
//! the same cores, and each would hold a connection and its cache. Further ones wait, in the order of arrival.

use super::open;
use crate::error::{Error, Result};
use parking_lot::Mutex;
use rusqlite::Connection;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// More idle connections than this are closed rather than kept.
const KEEP: usize = 16;

pub(crate) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
    scans: Arc<Semaphore>,
}

impl Readers {
    pub(crate) fn new(path: PathBuf) -> Self {
        // Twice the cores, because some of them wait for the disk.
        let cores = std::thread::available_parallelism().map_or(1, Into::into);
        let scans = Arc::new(Semaphore::new((2 * cores).clamp(4, KEEP)));
        Self { path, idle: Mutex::new(Vec::new()), scans }
    }

    /// Waits until one more read may scan; it may until the returned permit is dropped.
    pub(crate) async fn turn(&self) -> Result<OwnedSemaphorePermit> {
        Arc::clone(&self.scans).acquire_owned().await.map_err(|_| Error::Closed)
    }

    /// Lends a connection for the length of `work`.
    pub(crate) fn with<R>(&self, work: impl FnOnce(&mut Connection) -> Result<R>) -> Result<R> {
        let idle = self.idle.lock().pop();
        let mut connection = match idle {
            Some(connection) => connection,
            None => open(&self.path, false)?,
        };
        let result = work(&mut connection);
        let mut idle = self.idle.lock();
        // A connection left inside a transaction would always read its old snapshot.
        if idle.len() < KEEP && connection.is_autocommit() {
            idle.push(connection);
        }
        result
    }
}
