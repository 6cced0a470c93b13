//! Connections that only read, as many as are used at once.

use super::open;
use crate::error::Result;
use parking_lot::Mutex;
use rusqlite::Connection;
use std::path::PathBuf;

/// More idle connections than this are closed rather than kept.
const KEEP: usize = 16;

pub(crate) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    pub(crate) const fn new(path: PathBuf) -> Self {
        Self { path, idle: Mutex::new(Vec::new()) }
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
        // A connection left inside a transaction would read the past for ever.
        if idle.len() < KEEP && connection.is_autocommit() {
            idle.push(connection);
        }
        result
    }
}
