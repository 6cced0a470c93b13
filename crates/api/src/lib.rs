//! The HTTP API: HighLevel's contacts, as its clients know them, served from our own store.
//!
//! The operations are in [`tieline_operations`]. What all of them share (trace id, `Version`, key, scope,
//! tenant, reading, envelope) is done here, in one order.

mod answer;
mod app;
mod auth;
mod body;
pub mod clock;
mod error;
pub mod hooks;
mod openapi;
mod pipeline;
mod read;
mod request;
mod router;
mod trace;
mod version;

pub use app::{ApiSettings, App};
pub use router::router;
