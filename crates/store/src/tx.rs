//! A transaction, whichever database it is on: what procedures are written against.
//!
//! This is an enum rather than a trait because there are two databases and both are ours: a procedure reads
//! `&mut Tx` in its signature, nothing is generic, and on SQLite no future is boxed on the way to a statement.

use crate::clock::Entropy;
use crate::error::Result;
use crate::memo::Memo;
use crate::param::Param;
use crate::row::{FromCell, FromRow, Row};
use crate::search::Cache;
use crate::sources::Sources;
use crate::{postgres, sqlite};
use tieline_model::{EventId, Timestamp};

/// A transaction, or for a reader a connection that sees committed data.
pub struct Tx<'c> {
    database: Database<'c>,
    now: Timestamp,
    sources: &'c Sources,
    /// How many statements have written so far.
    pub(crate) writes: u64,
    /// Whether a savepoint is set around each step; see [`crate::step`].
    pub(crate) savepoints: bool,
    /// Whether the procedure has to be run again, with savepoints, whatever it returns.
    pub(crate) repeat: bool,
    /// The events that were appended: their kinds and ids. The readers of the log are woken after the commit.
    pub(crate) appended: Vec<(String, EventId)>,
    /// What the procedure has just written and may need again.
    pub(crate) memo: Memo,
}

// On PostgreSQL a statement's future is boxed: it is large, and would be moved about with each statement to SQLite
// as well, whose future is done when it is made.
pub(crate) enum Database<'c> {
    Sqlite(&'c mut rusqlite::Connection),
    Postgres(&'c deadpool_postgres::Client),
}

impl<'c> Tx<'c> {
    pub(crate) fn new(database: Database<'c>, sources: &'c Sources) -> Self {
        Self {
            database,
            now: sources.clock.now(),
            sources,
            writes: 0,
            savepoints: false,
            repeat: false,
            appended: Vec::new(),
            memo: Memo::default(),
        }
    }

    /// The same, with a savepoint around each step.
    pub(crate) const fn with_savepoints(mut self, savepoints: bool) -> Self {
        self.savepoints = savepoints;
        self
    }

    /// When the procedure began. The same for all that it writes.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// The part of a new id behind its time: `ContactId::mint(tx.now(), tx.id_part())`. Ids of one process
    /// sort in the order in which they are made, even within a millisecond.
    #[must_use]
    pub fn id_part(&self) -> [u8; 12] {
        self.sources.id_part()
    }

    /// A random number.
    #[must_use]
    pub fn random_number(&self) -> u64 {
        let mut bytes = [0; 8];
        self.entropy().fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    /// The kinds and ids of the events that were appended so far, the newest last. What an undone step appended
    /// is not among them.
    #[must_use]
    pub fn appended(&self) -> &[(String, EventId)] {
        &self.appended
    }

    /// The store's source of randomness, for tokens and seals.
    #[must_use]
    pub fn entropy(&self) -> &'c dyn Entropy {
        self.sources.entropy.as_ref()
    }

    /// What the store keeps of the search index in memory.
    pub(crate) const fn search(&self) -> &'c Cache {
        &self.sources.search
    }

    /// Whether many transactions may write at once, so that rows have to be claimed.
    #[must_use]
    pub const fn writes_in_parallel(&self) -> bool {
        matches!(self.database, Database::Postgres(_))
    }

    /// Runs a statement and returns the number of rows that it touched. Its values are written `?1`, `?2`, ….
    ///
    /// # Errors
    /// What the database reports.
    pub async fn execute(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<u64> {
        let touched = match &mut self.database {
            Database::Sqlite(connection) => sqlite::execute(connection, sql, params),
            Database::Postgres(client) => Box::pin(postgres::execute(client, sql, params)).await,
        }?;
        self.writes += u64::from(touched > 0);
        Ok(touched)
    }

    /// Runs a statement that neither takes values nor touches rows, such as `SAVEPOINT`.
    pub(crate) async fn statement(&mut self, sql: &'static str) -> Result<()> {
        match &mut self.database {
            Database::Sqlite(connection) => sqlite::execute(connection, sql, &[]).map(|_| ()),
            Database::Postgres(client) => Ok(Box::pin(client.batch_execute(sql)).await?),
        }
    }

    /// Runs a query and returns its rows.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn query(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<Vec<Row>> {
        self.writes += u64::from(!sql.starts_with("SELECT"));
        match &mut self.database {
            Database::Sqlite(connection) => sqlite::query(connection, sql, params),
            Database::Postgres(client) => Box::pin(postgres::query(client, sql, params)).await,
        }
    }

    /// Runs a query and returns its first row, if any.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn query_first(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<Option<Row>> {
        self.writes += u64::from(!sql.starts_with("SELECT"));
        match &mut self.database {
            Database::Sqlite(connection) => sqlite::query_first(connection, sql, params),
            Database::Postgres(client) => {
                Ok(Box::pin(postgres::query(client, sql, params)).await?.into_iter().next())
            }
        }
    }

    /// Runs a query and reads all its rows.
    ///
    /// # Errors
    /// What the database reports, or [`Error::Corrupt`](crate::Error::Corrupt).
    pub async fn all<T: FromRow>(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<Vec<T>> {
        self.query(sql, params).await?.iter_mut().map(T::from_row).collect()
    }

    /// Runs a query and reads its first row, if any.
    ///
    /// # Errors
    /// What the database reports, or [`Error::Corrupt`](crate::Error::Corrupt).
    pub async fn first<T: FromRow>(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<Option<T>> {
        self.query_first(sql, params).await?.as_mut().map(T::from_row).transpose()
    }

    /// Runs a query and reads one column of its first row, if any.
    ///
    /// # Errors
    /// What the database reports, or [`Error::Corrupt`](crate::Error::Corrupt).
    pub async fn value<T: FromCell>(
        &mut self,
        sql: &'static str,
        column: &str,
        params: &[Param<'_>],
    ) -> Result<Option<T>> {
        self.query_first(sql, params).await?.map(|mut row| row.get(column)).transpose()
    }

    /// Whether a query finds a row.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn exists(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<bool> {
        Ok(self.query_first(sql, params).await?.is_some())
    }
}
