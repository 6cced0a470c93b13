//! Drives the built program from outside, as a user does: over HTTP, by its command line, by signals.
//!
//! The program is the one that `TIELINE_BIN` names, else the debug build beside the test. Nothing here
//! waits forever, and no child outlives the test that started it.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that cannot be set up fails at once and says why"
)]

pub mod chance;
mod child;
pub mod cli;
pub mod http;
pub mod node;
pub mod place;
pub mod program;
pub mod server;
pub mod sign;
pub mod tenant;
pub mod wait;

pub use chance::Chance;
pub use cli::Cli;
pub use http::{Reply, Request};
pub use place::Place;
pub use server::Server;
pub use tenant::Tenant;
pub use tieline_testkit::database::Kind;
pub use wait::until;
