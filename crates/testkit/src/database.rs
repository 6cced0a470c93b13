//! A database per test: SQLite in a folder of its own, or a PostgreSQL database of its own.

use crate::postgres;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tieline_model::Timestamp;
use tieline_store::clock::{ManualClock, SeededEntropy};
use tieline_store::{Options, Store, Target};

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

/// Both kinds, for tests that have to hold on either.
pub const KINDS: [Kind; 2] = [Kind::Sqlite, Kind::Postgres];

/// An empty database that goes when this is dropped.
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
    /// Where there is no PostgreSQL to be had; the message says what to install.
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
    /// Where the version has no such database, or PostgreSQL is missing.
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

    /// Opens it, with a clock that stands still and ids that follow from a seed.
    ///
    /// # Panics
    /// Where it cannot be opened.
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
        // A PostgreSQL database goes with its server; a folder has to be cleared away here.
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
