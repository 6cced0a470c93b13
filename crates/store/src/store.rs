//! The store as the rest of the program sees it: it takes procedures and returns results.

use crate::clock::{Clock, Entropy};
use crate::error::{Error, Result};
use crate::postgres::Postgres;
use crate::search::{Backlog, upkeep};
use crate::sources::Sources;
use crate::sqlite::{Readers, Writer};
use crate::tx::{Database, Tx};
use crate::{migrate, private, sqlite};
use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::{Mutex, MutexGuard, watch};

/// An operation of the store: its fields are its input, [`Procedure::run`] is its logic.
///
/// On SQLite the future runs to its end on the writer's thread, so it may wait only for the transaction. On
/// PostgreSQL it is run again after a conflict with another transaction, so it may change nothing outside the
/// transaction. It refuses before its first write.
pub trait Procedure: Send + Sync + 'static {
    /// Its result.
    type Output: Send + 'static;

    /// Whether it may read many rows. Such a read sees one state of the database throughout, and is kept off
    /// the threads that answer requests.
    const SCANS: bool = false;

    /// [`Procedure::SCANS`], for a procedure where it depends on the input.
    fn scans(&self) -> bool {
        Self::SCANS
    }

    /// Whether it writes for many. On SQLite it is committed alone, so that those who wrote before it have their
    /// answer meanwhile.
    const LONG: bool = false;

    /// Runs it.
    fn run(&self, tx: &mut Tx<'_>) -> impl Future<Output = Result<Self::Output>> + Send;
}

/// Which database to open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// SQLite, in the file `tieline.db` of this folder.
    Folder(PathBuf),
    /// PostgreSQL, at this address (`postgres://user@host/database`).
    Url(String),
}

/// What a database is opened for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Access {
    /// To read and write; it is migrated first.
    Write,
    /// To read.
    Read,
}

/// What the store depends on.
#[derive(Clone)]
pub struct Options {
    /// Gives the time.
    pub clock: Arc<dyn Clock>,
    /// Gives randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Whether [`Store::appended`] notices other nodes' events too. Only readers of the log need it.
    pub listen: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            clock: Arc::new(crate::clock::SystemClock),
            entropy: Arc::new(crate::clock::SystemEntropy::default()),
            listen: false,
        }
    }
}

/// An open database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

/// A store that does not keep its database open.
pub(crate) struct Weak(std::sync::Weak<Inner>);

impl Weak {
    pub(crate) fn upgrade(&self) -> Option<Store> {
        self.0.upgrade().map(|inner| Store { inner })
    }
}

struct Inner {
    driver: Driver,
    /// Held while the search index is kept in shape.
    upkeep: Mutex<()>,
    sources: Arc<Sources>,
    appended: watch::Sender<u64>,
}

enum Driver {
    // The readers close first: only a connection that writes can merge the log into the database's file.
    // None writes where the store was opened to read.
    Sqlite { readers: Arc<Readers>, writer: Option<Writer> },
    Postgres(Postgres),
}

impl Store {
    /// Opens a database and migrates it.
    ///
    /// # Errors
    /// [`Error::Unusable`] if it cannot be reached or was made by a newer version.
    pub async fn open(target: &Target, options: Options) -> Result<Self> {
        let store = Self::connect(target, options, Access::Write).await?;
        upkeep::catch_up(&store).await?;
        upkeep::start(Weak(Arc::downgrade(&store.inner)), store.appended());
        Ok(store)
    }

    /// Opens a database only to read it, beside any number of servers, without waiting for those who write. It is
    /// neither created nor migrated. Use it for commands that show something; a write fails.
    ///
    /// # Errors
    /// [`Error::Unusable`] if it cannot be reached, does not exist, or was made by another version.
    pub async fn open_to_read(target: &Target, options: Options) -> Result<Self> {
        Self::connect(target, options, Access::Read).await
    }

    async fn connect(target: &Target, options: Options, access: Access) -> Result<Self> {
        let (appended, _) = watch::channel(0);
        let sources = Arc::new(Sources::new(options.clock, options.entropy));
        let driver = match target {
            Target::Folder(folder) => match access {
                Access::Write => open_sqlite(folder, &sources, &appended)?,
                Access::Read => open_sqlite_to_read(folder)?,
            },
            Target::Url(url) => {
                Driver::Postgres(Postgres::open(url, &sources, &appended, options.listen, access).await?)
            }
        };
        Ok(Self { inner: Arc::new(Inner { driver, upkeep: Mutex::default(), sources, appended }) })
    }

    /// Runs a procedure in a transaction. When this returns, what it wrote is durable; if it returns an error,
    /// nothing was written.
    ///
    /// # Errors
    /// What the procedure returns, or what the database reports.
    pub async fn write<P: Procedure>(&self, procedure: P) -> Result<P::Output> {
        self.backlog().room().await;
        self.write_at_once(procedure).await
    }

    /// [`Store::write`], without waiting for the search index. For upkeep of the index.
    pub(crate) async fn write_at_once<P: Procedure>(&self, procedure: P) -> Result<P::Output> {
        match &self.inner.driver {
            Driver::Sqlite { writer: Some(writer), .. } => writer.write(procedure).await,
            Driver::Sqlite { writer: None, .. } => {
                Err(Error::Unusable("the database was opened only to read it".to_owned()))
            }
            // Apart from the rest: what waits for a network is large, and would be copied with every write to SQLite.
            Driver::Postgres(postgres) => {
                Box::pin(postgres.write(procedure, &self.inner.sources, &self.inner.appended)).await
            }
        }
    }

    /// Runs a procedure that only reads, beside the writers. It sees all that was acknowledged before.
    ///
    /// # Errors
    /// What the procedure returns, or what the database reports.
    pub async fn read<P: Procedure>(&self, procedure: P) -> Result<P::Output> {
        match &self.inner.driver {
            Driver::Postgres(postgres) => Box::pin(postgres.read(procedure, &self.inner.sources)).await,
            // Looking up one row is faster than handing the work to another thread.
            Driver::Sqlite { readers, .. } if !procedure.scans() => {
                readers.with(|connection| sqlite::drive(procedure.run(&mut self.reading(connection))))
            }
            Driver::Sqlite { readers, .. } => {
                let (store, own) = (self.clone(), Arc::clone(readers));
                let turn = readers.turn().await?;
                let read = move || {
                    // Held to the end of the read, also if the caller goes away.
                    let _turn = turn;
                    own.with(|connection| store.snapshot(connection, &procedure))
                };
                tokio::task::spawn_blocking(read).await.map_err(|_| Error::Closed)?
            }
        }
    }

    fn snapshot<P: Procedure>(
        &self,
        connection: &mut rusqlite::Connection,
        procedure: &P,
    ) -> Result<P::Output> {
        connection.execute_batch("BEGIN")?;
        let result = sqlite::drive(procedure.run(&mut self.reading(connection)));
        connection.execute_batch("COMMIT")?;
        result
    }

    fn reading<'c>(&'c self, connection: &'c mut rusqlite::Connection) -> Tx<'c> {
        Tx::new(Database::Sqlite(connection), &self.inner.sources)
    }

    /// Brings the search index into its best shape now, rather than bit by bit while the store is open. Use it
    /// after a bulk load; searches are right without it.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn tidy_search(&self) -> Result<()> {
        let _alone = self.upkeep().await;
        upkeep::catch_up(self).await?;
        upkeep::tend(self, 1).await
    }

    pub(crate) fn backlog(&self) -> &Backlog {
        &self.inner.sources.search.backlog
    }

    /// Waits until nobody else in this process keeps the search index in shape.
    pub(crate) async fn upkeep(&self) -> MutexGuard<'_, ()> {
        self.inner.upkeep.lock().await
    }

    /// Changes whenever events may have been appended. A hint to read the log, not a promise: on PostgreSQL
    /// another node's events can be missed, so readers of the log also poll it.
    #[must_use]
    pub fn appended(&self) -> watch::Receiver<u64> {
        self.inner.appended.subscribe()
    }

    /// The clock that the store was opened with.
    #[must_use]
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.inner.sources.clock
    }

    /// The randomness that the store was opened with.
    #[must_use]
    pub fn entropy(&self) -> &Arc<dyn Entropy> {
        &self.inner.sources.entropy
    }

    /// Gives places in the log to the events that were committed since the last call, in the order in which
    /// readers will see them. Only PostgreSQL needs it; see [`crate::log`].
    ///
    /// # Errors
    /// What the database reports.
    pub async fn place_events(&self) -> Result<()> {
        match &self.inner.driver {
            Driver::Sqlite { .. } => Ok(()),
            Driver::Postgres(postgres) => postgres.place_events().await,
        }
    }

    /// Brings the database to rest after the last write: SQLite's write-ahead log is moved into `tieline.db`, which
    /// is then complete without it. For the end of a server; the store can still be used.
    ///
    /// # Errors
    /// [`Error::Unusable`] if another program is reading the database.
    pub async fn settle(&self) -> Result<()> {
        match &self.inner.driver {
            Driver::Sqlite { writer: None, .. } | Driver::Postgres(_) => Ok(()),
            Driver::Sqlite { writer: Some(writer), .. } => {
                // It reads while it works, which would keep the log from being moved.
                let _idle = self.upkeep().await;
                writer.checkpoint().await
            }
        }
    }

    /// Whether many nodes may write to this database at once.
    #[must_use]
    pub fn writes_in_parallel(&self) -> bool {
        matches!(self.inner.driver, Driver::Postgres(_))
    }
}

fn open_sqlite(folder: &Path, sources: &Arc<Sources>, appended: &watch::Sender<u64>) -> Result<Driver> {
    let unusable = |error: std::io::Error| {
        Error::Unusable(format!("the folder {} cannot be used: {error}", folder.display()))
    };
    private::folder(folder).map_err(unusable)?;
    let file = folder.join("tieline.db");
    // SQLite gives the files that it makes beside the database the database's own mode.
    private::file(&file).map_err(unusable)?;
    migrate::sqlite(&mut sqlite::open(&file, true)?)?;
    let writer = Writer::start(&file, Arc::clone(sources), appended.clone())?;
    Ok(Driver::Sqlite { writer: Some(writer), readers: Arc::new(Readers::new(file)) })
}

fn open_sqlite_to_read(folder: &Path) -> Result<Driver> {
    let file = folder.join("tieline.db");
    if !file.exists() {
        return Err(Error::Unusable(format!("no database at {}", file.display())));
    }
    let readers = Arc::new(Readers::new(file));
    readers.with(|connection| migrate::check_sqlite(connection))?;
    Ok(Driver::Sqlite { writer: None, readers })
}
