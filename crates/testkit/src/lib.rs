//! What tests of several crates share.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot be set up fails at once and says why"
)]

pub mod app;
pub mod database;
pub mod postgres;
