//! Finds the one event or run that breaks every transaction it is in, a poison message, so that it does not hold up
//! all others.

use std::time::Duration;
use tieline_store::{Error, Procedure, Result, Store, Tx, log::Cursor};

/// How long to wait after an error before the database is used again.
pub(crate) const PAUSE: Duration = Duration::from_millis(500);
/// After this many failures in a row, what was done together is done one by one.
const SINGLY_AFTER: u32 = 3;
/// After this many more, the current one is given up: its run fails, with the error as the reason.
pub(crate) const GIVE_UP_AFTER: u32 = 6;
/// For how many turns things are done one by one, so that the faulty one gets its turn.
const TURNS: u32 = 64;

/// What a loop remembers of its failures.
#[derive(Debug, Default)]
pub(crate) struct PoisonGuard {
    failures: u32,
    turns: u32,
    poison: Poison,
}

/// The event or run that was the first in a transaction that failed, by its id, and why it failed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Poison {
    id: String,
    reason: String,
}

impl Poison {
    /// Why the event or run of this id is given up, if it is the one.
    pub(crate) fn reason_for(&self, id: &str) -> Option<String> {
        (self.id == id).then(|| self.reason.clone())
    }
}

impl PoisonGuard {
    /// How many to take together, of `usual` many.
    pub(crate) const fn limit(&self, usual: u32) -> u32 {
        if self.turns > 0 { 1 } else { usual }
    }

    /// The event or run that is given up when its turn comes, if any.
    pub(crate) fn give_up(&self) -> Option<Poison> {
        (self.failures >= GIVE_UP_AFTER).then(|| self.poison.clone())
    }

    /// A transaction was committed.
    pub(crate) const fn went_well(&mut self) {
        self.failures = 0;
        self.turns = self.turns.saturating_sub(1);
    }

    /// Counts an error and waits a moment. `first` is the id of the first of those that were tried together: tried
    /// one by one, it is the faulty one. If the database cannot be written to at all, nothing is given up and the
    /// loop waits for it.
    pub(crate) async fn failed(&mut self, store: &Store, error: &Error, first: String) {
        tokio::time::sleep(PAUSE).await;
        if store.write(Probe).await.is_err() {
            return;
        }
        if self.turns > 0 && self.poison.id != first {
            self.failures = SINGLY_AFTER;
        }
        self.failures += 1;
        let reason = format!("given up after {} tries: {error}", self.failures);
        self.poison = Poison { id: first, reason };
        if self.failures >= SINGLY_AFTER {
            self.turns = TURNS;
        }
    }
}

/// Writes without changing anything.
struct Probe;

impl Procedure for Probe {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<()> {
        Cursor("probe").advance(tx, 0, 0).await.map(|_| ())
    }
}
