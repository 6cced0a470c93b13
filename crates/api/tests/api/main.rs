//! The API as a client sees it: every test asks the router and looks at what comes back.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that is answered otherwise is to fail where it stands"
)]

mod arbitrary;
mod clients;
mod clock;
mod contacts;
mod conversation;
mod custom_fields;
mod definitions;
mod envelope;
mod hooks;
mod notes;
mod paging;
mod routes;
mod tags;
mod tasks;
