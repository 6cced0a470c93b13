//! Whether PostgreSQL can be reached. One line is logged when it becomes unreachable and one when it is back,
//! however many requests fail in between.

use super::cause;
use crate::error::{Error, Result};
use crate::sources::Sources;
use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tieline_model::Timestamp;

pub(super) struct Health {
    sources: Arc<Sources>,
    // Checked at every transaction, so it must be cheap.
    is_away: AtomicBool,
    away_since: Mutex<Option<Timestamp>>,
}

impl Health {
    pub(super) const fn new(sources: Arc<Sources>) -> Self {
        Self { sources, is_away: AtomicBool::new(false), away_since: Mutex::new(None) }
    }

    /// Updates the state from the result of some work with the database.
    pub(super) fn learn<T>(&self, result: Result<T>) -> Result<T> {
        match result {
            Err(Error::Postgres(error)) if cause::is_away(&error) => Err(self.gone(cause::describe(&error))),
            Err(Error::Away(reason)) => Err(self.gone(reason)),
            other => {
                self.back();
                other
            }
        }
    }

    fn gone(&self, reason: String) -> Error {
        if !self.is_away.swap(true, Ordering::Relaxed) {
            *self.away_since.lock() = Some(self.sources.clock.now());
            tracing::error!(reason, "PostgreSQL is away; nothing is read or written until it is back");
        }
        Error::Away(reason)
    }

    fn back(&self) {
        if self.is_away.load(Ordering::Relaxed) && self.is_away.swap(false, Ordering::Relaxed) {
            let since = self.away_since.lock().take();
            let away_ms = since.map(|since| self.sources.clock.now().millis() - since.millis());
            tracing::info!(away_ms, "PostgreSQL is back");
        }
    }
}
