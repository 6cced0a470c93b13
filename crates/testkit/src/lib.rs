//! What tests of the whole need.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot be set up is to fail at once, saying why"
)]

pub mod app;
pub mod database;
pub mod postgres;
