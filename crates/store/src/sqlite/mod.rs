//! The embedded database: one writer thread that commits many transactions in one fsync, and readers that
//! never wait for it.

mod checkpoint;
mod readers;
mod writer;

use crate::error::Result;
use crate::param::Param;
use crate::row::{Cell, Row, Shape};
use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags, Statement, ToSql};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

pub(crate) use readers::Readers;
pub(crate) use writer::{Writer, drive};

impl ToSql for Param<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Bool(value) => ValueRef::Integer((*value).into()),
            Self::Int(value) => ValueRef::Integer(*value),
            Self::Float(value) => ValueRef::Real(*value),
            Self::Text(value) => ValueRef::Text(value.as_bytes()),
            Self::Bytes(value) => ValueRef::Blob(value),
        }))
    }
}

pub(crate) fn execute(connection: &Connection, sql: &'static str, params: &[Param<'_>]) -> Result<u64> {
    let mut statement = connection.prepare_cached(sql)?;
    bind(&mut statement, params)?;
    Ok(statement.raw_execute()? as u64)
}

pub(crate) fn query(connection: &Connection, sql: &'static str, params: &[Param<'_>]) -> Result<Vec<Row>> {
    let mut statement = connection.prepare_cached(sql)?;
    bind(&mut statement, params)?;
    let shape = Shape::of(sql, || names(&statement));
    let mut rows = statement.raw_query();
    let mut answer = Vec::new();
    while let Some(row) = rows.next()? {
        answer.push(Row::new(Arc::clone(&shape), cells(row)?));
    }
    Ok(answer)
}

pub(crate) fn query_first(
    connection: &Connection,
    sql: &'static str,
    params: &[Param<'_>],
) -> Result<Option<Row>> {
    let mut statement = connection.prepare_cached(sql)?;
    bind(&mut statement, params)?;
    let shape = Shape::of(sql, || names(&statement));
    let mut rows = statement.raw_query();
    rows.next()?.map(|row| Ok(Row::new(shape, cells(row)?))).transpose()
}

fn names(statement: &Statement<'_>) -> Vec<String> {
    statement.column_names().map(str::to_owned).collect()
}

fn bind(statement: &mut Statement<'_>, params: &[Param<'_>]) -> Result<()> {
    for (n, param) in params.iter().enumerate() {
        statement.raw_bind_parameter(n + 1, param)?;
    }
    Ok(())
}

fn cells(row: &rusqlite::Row<'_>) -> Result<Vec<Cell>> {
    let columns = row.as_ref().column_count();
    (0..columns).map(|column| Ok(cell(row.get_ref(column)?))).collect()
}

fn cell(value: ValueRef<'_>) -> Cell {
    match value {
        ValueRef::Null => Cell::Null,
        ValueRef::Integer(value) => Cell::Int(value),
        ValueRef::Real(value) => Cell::Float(value),
        ValueRef::Text(bytes) => Cell::Text(String::from_utf8_lossy(bytes).into_owned()),
        ValueRef::Blob(bytes) => Cell::Bytes(bytes.to_vec()),
    }
}

/// Waits until another program has committed: for at least 30 seconds, asked every millisecond. SQLite's own handler
/// soon asks ten times a second only, and a server that is always writing leaves the lock free for moments.
fn wait_for_the_lock(tries: i32) -> bool {
    std::thread::sleep(Duration::from_millis(1));
    tries < 30_000
}

/// Opens a connection and sets it up; every connection goes through here.
pub(crate) fn open(path: &Path, writable: bool) -> Result<Connection> {
    let access = if writable {
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE
    } else {
        OpenFlags::SQLITE_OPEN_READ_ONLY
    };
    // Each connection is used by one thread at a time, which the types enforce, so SQLite needs no lock.
    let mut connection = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_handler(Some(wait_for_the_lock))?;
    connection.set_prepared_statement_cache_capacity(256);
    // Each statement is planned once. Otherwise SQLite parses a statement again at every binding of a value that
    // might lead to another index, which costs more than running it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    if writable {
        // For a new file only. Payloads and documents take one to four kilobytes: on pages of this size few of them
        // overflow, and a commit writes fewer pages.
        connection.pragma_update(None, "page_size", 8192)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
    }
    // FULL: a commit is on the disk before it is acknowledged.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "cache_size", if writable { -65_536 } else { -16_384 })?;
    connection.pragma_update(None, "mmap_size", 1_i64 << 30)?;
    // The writer folds the log back itself when it has grown to 40,000 pages (320 MB), which it seldom does:
    // see `checkpoint`. Afterwards the file shrinks to 64 MB.
    connection.pragma_update(None, "wal_autocheckpoint", 40_000)?;
    connection.pragma_update(None, "journal_size_limit", 64 << 20)?;
    Ok(connection)
}
