//! A database per test: SQLite in a folder of its own, or a PostgreSQL database of its own.

use crate::postgres;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tieline_model::Timestamp;
use tieline_store::clock::{ManualClock, SeededEntropy};
use tieline_store::{Options, Store, Target, locations};

/// When a test's clock begins: 2026-11-23T12:00:00Z, a Monday.
pub const START: Timestamp = Timestamp::from_fixed_millis(1_795_435_200_000);

/// Which database a test runs on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// The embedded one.
    Sqlite,
    /// The shared one.
    Postgres,
}

/// Both kinds, for tests that run on each.
pub const KINDS: [Kind; 2] = [Kind::Sqlite, Kind::Postgres];

/// An empty database that is removed when this is dropped.
pub struct TestDatabase {
    /// How to open it.
    pub target: Target,
    /// The clock of the stores that [`TestDatabase::open`] gives.
    pub clock: Arc<ManualClock>,
}

impl TestDatabase {
    /// A new database.
    ///
    /// # Panics
    /// If PostgreSQL is missing; the message says what to install.
    pub async fn new(kind: Kind) -> Self {
        let clock = Arc::new(ManualClock::new(START));
        let target = match kind {
            Kind::Sqlite => Target::Folder(folder()),
            Kind::Postgres => Target::Url(postgres::create_database(&unique("test")).await),
        };
        Self { target, clock }
    }

    /// A database that a released version left behind, with a clock a week later. It was made from the version's demo
    /// and a few requests; see `crates/store/tests/golden`.
    ///
    /// # Panics
    /// If the version has no such database, or PostgreSQL is missing.
    pub async fn left_behind_by(version: &str, kind: Kind) -> Self {
        let folder = format!("{}/../store/tests/golden/{version}", env!("CARGO_MANIFEST_DIR"));
        let database = Self::new(kind).await;
        match &database.target {
            Target::Folder(data) => {
                std::fs::create_dir_all(data).expect("a folder for the database");
                std::fs::copy(format!("{folder}/tieline.db"), data.join("tieline.db")).expect("a database");
            }
            Target::Url(url) => {
                let dump = std::fs::read_to_string(format!("{folder}/postgres.sql")).expect("a dump");
                let connecting = tokio_postgres::connect(url, tokio_postgres::NoTls).await;
                let (client, connection) = connecting.expect("the test's database");
                let driving = tokio::spawn(connection);
                client.batch_execute(&dump).await.expect("the dump is restored");
                driving.abort();
            }
        }
        database.clock.advance(std::time::Duration::from_secs(7 * 86_400));
        database
    }

    /// Opens it, with a manual clock and ids that follow from a seed.
    ///
    /// # Panics
    /// If it cannot be opened.
    pub async fn open(&self) -> Store {
        let options = Options {
            clock: Arc::clone(&self.clock) as Arc<dyn tieline_store::clock::Clock>,
            entropy: Arc::new(SeededEntropy::new(u64::from(COUNT.fetch_add(1, Ordering::Relaxed)))),
            listen: true,
        };
        Store::open(&self.target, options).await.expect("the test's database opens")
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        // A PostgreSQL database is removed with its server; a folder must be removed here.
        if let Target::Folder(folder) = &self.target {
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

static COUNT: AtomicU32 = AtomicU32::new(1);

fn unique(prefix: &str) -> String {
    format!("{prefix}_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

fn folder() -> PathBuf {
    std::env::temp_dir().join(unique("tieline-test"))
}

/// A location in Sydney that allows no duplicate contacts. Change what a test is about.
#[must_use]
pub fn home() -> locations::Create {
    locations::Create {
        name: "Home".to_owned(),
        country: "AU".to_owned(),
        timezone: "Australia/Sydney".to_owned(),
        allow_duplicate_contact: false,
    }
}
