//! The store: what Tieline knows, on SQLite or on PostgreSQL.
//!
//! A domain procedure ([`contacts::Create`], [`log::Read`], …) is a value that implements [`Procedure`]: its
//! fields are its input, and its logic is written once against [`Tx`], whichever database is underneath.
//! [`Store::write`] runs one in a transaction and answers when that is durable; [`Store::read`] runs one that
//! only reads, beside the writers.
//!
//! A change and the events that report it are written by the same procedure, so they commit together.

pub mod attached;
pub mod clock;
pub mod connections;
pub mod contacts;
pub mod custom_fields;
pub mod deliveries;
mod error;
pub mod keys;
pub mod locations;
pub mod log;
mod memo;
mod migrate;
pub mod notes;
mod param;
mod postgres;
pub mod private;
mod row;
pub mod runs;
pub mod seal;
pub mod search;
mod sources;
mod sqlite;
mod step;
mod store;
pub mod tasks;
mod tx;
mod unknown;
pub mod workflows;

pub use error::{Error, Result};
pub use param::Param;
pub use row::{Cell, FromCell, FromRow, Row};
pub use step::Step;
pub use store::{Options, Procedure, Store, Target};
pub use tx::Tx;
