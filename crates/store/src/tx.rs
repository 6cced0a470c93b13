//! A transaction, whichever database it is on: what domain procedures are written against.
//!
//! This is an enum rather than a trait because there are two databases and both are ours: a procedure reads
//! `&mut Tx` in its signature, nothing is generic, and no future is boxed on the way to a statement.

use crate::clock::Entropy;
use crate::error::Result;
use crate::param::Param;
use crate::row::{FromCell, FromRow, Row};
use crate::{postgres, sqlite};
use tieline_model::Timestamp;

/// A transaction, or for a reader a connection that sees committed data.
pub struct Tx<'c> {
    pub(crate) database: Database<'c>,
    pub(crate) now: Timestamp,
    pub(crate) entropy: &'c dyn Entropy,
    /// Whether events were appended, so that the readers of the log are woken after the commit.
    pub(crate) appended: bool,
    /// The contact that this procedure wrote last. A run's steps change one contact several times over, and
    /// need not read back what they have just written.
    pub(crate) written: Option<crate::contacts::Record>,
}

pub(crate) enum Database<'c> {
    Sqlite(&'c mut rusqlite::Connection),
    Postgres(&'c deadpool_postgres::Client),
}

impl Tx<'_> {
    /// When the procedure began. The same for all that it writes.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// Twelve random bytes, for an id: `ContactId::mint(tx.now(), tx.random())`.
    #[must_use]
    pub fn random(&self) -> [u8; 12] {
        let mut bytes = [0; 12];
        self.entropy.fill(&mut bytes);
        bytes
    }

    /// A random number.
    #[must_use]
    pub fn random_number(&self) -> u64 {
        let mut bytes = [0; 8];
        self.entropy.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    /// Whether many transactions may write at once, so that rows have to be claimed.
    #[must_use]
    pub const fn writes_in_parallel(&self) -> bool {
        matches!(self.database, Database::Postgres(_))
    }

    /// Runs a statement and gives the number of rows that it touched. Values stand in it as `?1`, `?2`, ….
    ///
    /// # Errors
    /// What the database says.
    pub async fn execute(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<u64> {
        match &mut self.database {
            Database::Sqlite(connection) => sqlite::execute(connection, sql, params),
            Database::Postgres(client) => postgres::execute(client, sql, params).await,
        }
    }

    /// Runs a query and gives its rows.
    ///
    /// # Errors
    /// What the database says.
    pub async fn query(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<Vec<Row>> {
        match &mut self.database {
            Database::Sqlite(connection) => sqlite::query(connection, sql, params),
            Database::Postgres(client) => postgres::query(client, sql, params).await,
        }
    }

    /// Runs a query and gives its first row, where there is one.
    ///
    /// # Errors
    /// What the database says.
    pub async fn query_first(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<Option<Row>> {
        match &mut self.database {
            Database::Sqlite(connection) => sqlite::query_first(connection, sql, params),
            Database::Postgres(client) => Ok(postgres::query(client, sql, params).await?.into_iter().next()),
        }
    }

    /// Runs a query and reads all its rows.
    ///
    /// # Errors
    /// What the database reports, or [`Error::Corrupt`](crate::Error::Corrupt).
    pub async fn all<T: FromRow>(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<Vec<T>> {
        self.query(sql, params).await?.iter_mut().map(T::from_row).collect()
    }

    /// Runs a query and reads its first row, if there is one.
    ///
    /// # Errors
    /// What the database reports, or [`Error::Corrupt`](crate::Error::Corrupt).
    pub async fn first<T: FromRow>(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<Option<T>> {
        self.query_first(sql, params).await?.as_mut().map(T::from_row).transpose()
    }

    /// Runs a query and reads one column of its first row, if there is one.
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
