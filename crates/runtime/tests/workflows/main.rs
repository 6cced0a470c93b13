//! What workflows promise whoever draws them, asked of SQLite and of PostgreSQL alike.

mod ingress;
mod nodes;
mod order;
mod payments;
mod refusals;
mod requests;
mod server;
mod stopping;
mod support;
mod takeover;
mod triggers;
mod versions;
mod waits;
