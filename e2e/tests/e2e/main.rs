//! What a user meets: the built program, driven by its command line, over HTTP and by signals.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that gets another answer fails on the spot"
)]

mod cli;
mod crash;
mod drain;
mod duplicates;
mod http_step;
mod payment;
mod receiver;
mod sdk;
mod settings;
mod storm;
mod webhook;
mod webhook_mapping;
