//! The HTTP API: HighLevel's contacts, as its clients know them, served from our own store.
//!
//! Each operation stands in a file of its own under the path that it serves, and on one line of
//! [`operations`]. What all of them share (trace id, `Version`, key, scope, tenant, envelope) is done once,
//! in one order, before and after the operation's own handler.

mod answer;
mod app;
mod auth;
mod call;
mod contacts;
mod error;
pub mod hooks;
mod locations;
mod operation;
mod pipeline;
mod query;
mod router;
mod trace;
mod version;

pub use app::{ApiSettings, App};
pub use operation::{Operation, operations};
pub use router::router;
pub use version::Version;
