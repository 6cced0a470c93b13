//! The ceilings: the least programs that still do what a load asks for, and do it durably.
//!
//! They share the product's libraries, allocator and runtime, and nothing of its code.

pub(crate) mod create;
pub(crate) mod read;
pub(crate) mod run;
mod writer;

use crate::process::READY;
use axum::Router;
use axum::http::StatusCode;
use axum::serve::ListenerExt;
use rusqlite::Connection;
use std::path::Path;

/// What a ceiling answers where it fails: the load makes an error of it.
type Failed = (StatusCode, String);

fn failed(message: String) -> Failed {
    (StatusCode::INTERNAL_SERVER_ERROR, message)
}

/// Serves a ceiling on a free port of the loopback until the process is ended.
pub(crate) fn serve(make: impl FnOnce() -> Result<Router, String>) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("cannot serve: {error}");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(failed)?;
    let router = make()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.map_err(failed)?;
        crate::say(&format!("{READY}{}", listener.local_addr().map_err(failed)?))?;
        // Without this, small answers may wait for an acknowledgement.
        let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
        axum::serve(listener, router).await.map_err(failed)
    })
}

/// Opens a database as durably as the product's: WAL, and a commit returns when it is on the disk.
///
/// Checkpoints are rare, every 80 MB: with SQLite's own 4 MB, one answer in a hundred waited 20 ms for one.
fn open(data: &Path, schema: &str) -> Result<Connection, String> {
    let open = || -> rusqlite::Result<Connection> {
        let database = Connection::open(data.join("ceiling.db"))?;
        database.execute_batch(
            "PRAGMA journal_mode = WAL;
             PRAGMA synchronous = FULL;
             PRAGMA wal_autocheckpoint = 20000;
             PRAGMA cache_size = -65536;",
        )?;
        database.execute_batch(schema)?;
        Ok(database)
    };
    open().map_err(|error| format!("cannot open a database in {}: {error}", data.display()))
}

/// Twenty characters in the order of `n`, the length that the product's ids have.
fn id(n: u64) -> String {
    format!("{n:020}")
}
