//! Where a test's data is.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use tieline_testkit::database::Kind;
use tieline_testkit::postgres::create_database;

/// A folder of its own for a test and, on PostgreSQL, a database of its own. The folder is removed when this is
/// dropped, the database with its server.
#[derive(Debug)]
pub struct Place {
    folder: PathBuf,
    database_url: Option<String>,
}

static COUNT: AtomicU32 = AtomicU32::new(1);

impl Place {
    /// An empty place.
    ///
    /// # Panics
    /// If it cannot be created, for example because PostgreSQL is missing; the message says what to install.
    #[must_use]
    pub fn new(kind: Kind) -> Self {
        let name = format!("e2e_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(format!("tieline-{name}"));
        std::fs::create_dir_all(&folder).expect("a folder can be made");
        let database_url = match kind {
            Kind::Sqlite => None,
            Kind::Postgres => Some(database(&name)),
        };
        Self { folder, database_url }
    }

    /// A place with the embedded database.
    #[must_use]
    pub fn sqlite() -> Self {
        Self::new(Kind::Sqlite)
    }

    /// The folder for the test's files; the data is in a subfolder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes a file and returns its path.
    ///
    /// # Panics
    /// If it cannot be written.
    pub fn write(&self, name: &str, text: &str) -> String {
        let file = self.folder.join(name);
        std::fs::write(&file, text).expect("a file can be written");
        file.display().to_string()
    }

    /// The flags that name the data.
    ///
    /// # Panics
    /// If the data folder cannot be made.
    #[must_use]
    pub fn flags(&self) -> Vec<String> {
        let data = self.folder.join("data");
        // Only servers make the data folder, and the tests use the command line before they start one.
        std::fs::create_dir_all(&data).expect("a folder can be made");
        let mut flags = vec!["--data".to_owned(), data.display().to_string()];
        if let Some(url) = &self.database_url {
            flags.extend(["--database-url".to_owned(), url.clone()]);
        }
        flags
    }
}

fn database(name: &str) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime can be started").block_on(create_database(name))
}

impl Drop for Place {
    fn drop(&mut self) {
        // A failed test leaves its folder, with the servers' logs, for inspection.
        if !std::thread::panicking() {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}
