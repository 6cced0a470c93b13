//! A transaction, whichever database it is on: what domain procedures are written against.
//!
//! This is an enum rather than a trait because there are two databases and both are ours: a procedure reads
//! `&mut Tx` in its signature, nothing is generic, and no future is boxed on the way to a statement.

use crate::clock::Entropy;
use crate::error::{Error, Result};
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

/// A value that goes into a statement.
#[derive(Clone, Copy, Debug)]
pub enum Param<'a> {
    /// Nothing.
    Null,
    /// A number; times are milliseconds since 1970.
    Int(i64),
    /// A text.
    Text(&'a str),
    /// Raw bytes.
    Bytes(&'a [u8]),
}

macro_rules! from {
    ($($kind:ty, $value:ident => $param:expr;)*) => {$(
        impl<'a> From<$kind> for Param<'a> {
            fn from($value: $kind) -> Self {
                $param
            }
        }
    )*};
}

from! {
    i64, value => Self::Int(value);
    u32, value => Self::Int(i64::from(value));
    Timestamp, value => Self::Int(value.millis());
    &'a str, value => Self::Text(value);
    &'a String, value => Self::Text(value);
    &'a [u8], value => Self::Bytes(value);
    &'a Vec<u8>, value => Self::Bytes(value);
    &'a [u8; 32], value => Self::Bytes(value);
}

macro_rules! from_ids {
    ($($id:ident),*) => {$(
        impl<'a> From<&'a tieline_model::$id> for Param<'a> {
            fn from(id: &'a tieline_model::$id) -> Self {
                Self::Text(id.as_str())
            }
        }
    )*};
}

from_ids!(
    ConnectionId,
    ContactId,
    CustomFieldId,
    DeliveryId,
    EventId,
    KeyId,
    LocationId,
    NoteId,
    RunId,
    TaskId,
    WorkflowId
);

impl<'a, T> From<Option<T>> for Param<'a>
where
    Param<'a>: From<T>,
{
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::from)
    }
}

/// The values of a statement, each by [`Param::from`].
macro_rules! params {
    ($($value:expr),* $(,)?) => { &[$($crate::tx::Param::from($value)),*] };
}
pub(crate) use params;

/// A row of an answer. Columns are taken by their number, each once.
#[derive(Debug)]
pub struct Row {
    pub(crate) table: &'static str,
    pub(crate) values: Vec<Cell>,
}

/// A value of an answer.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Cell {
    Null,
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
}

impl Row {
    /// A number that has to be there.
    ///
    /// # Errors
    /// [`Error::Corrupt`] where it is not.
    pub fn int(&self, column: usize) -> Result<i64> {
        self.opt_int(column)?.ok_or_else(|| self.wrong(column, "a number"))
    }

    /// A number, or nothing.
    ///
    /// # Errors
    /// [`Error::Corrupt`] where it is something else.
    pub fn opt_int(&self, column: usize) -> Result<Option<i64>> {
        match self.values.get(column) {
            Some(Cell::Int(value)) => Ok(Some(*value)),
            Some(Cell::Null) => Ok(None),
            _ => Err(self.wrong(column, "a number")),
        }
    }

    /// A time that has to be there.
    ///
    /// # Errors
    /// [`Error::Corrupt`] where it is not.
    pub fn time(&self, column: usize) -> Result<Timestamp> {
        self.int(column).map(Timestamp::from_millis)
    }

    /// Takes a text that has to be there.
    ///
    /// # Errors
    /// [`Error::Corrupt`] where it is not.
    pub fn text(&mut self, column: usize) -> Result<String> {
        self.opt_text(column)?.ok_or_else(|| self.wrong(column, "a text"))
    }

    /// Takes a text, or nothing.
    ///
    /// # Errors
    /// [`Error::Corrupt`] where it is something else.
    pub fn opt_text(&mut self, column: usize) -> Result<Option<String>> {
        match self.values.get_mut(column).map(|cell| std::mem::replace(cell, Cell::Null)) {
            Some(Cell::Text(value)) => Ok(Some(value)),
            Some(Cell::Null) => Ok(None),
            _ => Err(self.wrong(column, "a text")),
        }
    }

    /// Takes an id that has to be there.
    ///
    /// # Errors
    /// [`Error::Corrupt`] where it is not.
    pub fn id<T: From<String>>(&mut self, column: usize) -> Result<T> {
        self.text(column).map(T::from)
    }

    /// Takes an id, or nothing.
    ///
    /// # Errors
    /// [`Error::Corrupt`] where it is something else.
    pub fn opt_id<T: From<String>>(&mut self, column: usize) -> Result<Option<T>> {
        Ok(self.opt_text(column)?.map(T::from))
    }

    /// Takes bytes that have to be there.
    ///
    /// # Errors
    /// [`Error::Corrupt`] where they are not.
    pub fn bytes(&mut self, column: usize) -> Result<Vec<u8>> {
        match self.values.get_mut(column).map(|cell| std::mem::replace(cell, Cell::Null)) {
            Some(Cell::Bytes(value)) => Ok(value),
            _ => Err(self.wrong(column, "bytes")),
        }
    }

    /// Takes a text and reads it as JSON.
    ///
    /// # Errors
    /// [`Error::Corrupt`] where it cannot be read.
    pub fn json<T: serde::de::DeserializeOwned>(&mut self, column: usize) -> Result<T> {
        let text = self.text(column)?;
        serde_json::from_str(&text).map_err(|error| self.corrupt(column, error.to_string()))
    }

    fn wrong(&self, column: usize, expected: &str) -> Error {
        self.corrupt(column, format!("expected {expected}"))
    }

    fn corrupt(&self, column: usize, message: String) -> Error {
        let row = match self.values.first() {
            Some(Cell::Text(key)) => key.clone(),
            Some(Cell::Int(key)) => key.to_string(),
            _ => "?".to_owned(),
        };
        Error::Corrupt { table: self.table, column: COLUMNS[column.min(COLUMNS.len() - 1)], row, message }
    }
}

/// Columns are asked for by number; an error tells it in words.
const COLUMNS: [&str; 13] =
    ["1st", "2nd", "3rd", "4th", "5th", "6th", "7th", "8th", "9th", "10th", "11th", "12th", "a later one"];

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
}

/// The word behind `FROM` or `INTO`, to name the table in errors.
pub(crate) fn table_of(sql: &'static str) -> &'static str {
    let mut words = sql.split_ascii_whitespace();
    words.find(|word| matches!(*word, "FROM" | "INTO" | "UPDATE"));
    words.next().unwrap_or("?")
}
