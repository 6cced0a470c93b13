//! Requests that leave the server: which addresses they may reach, how they are sent, and what an answer
//! means for the step that sent them.
//!
//! A workflow's author chooses where a request goes, so an address is checked after its name was resolved
//! and the connection is made to exactly the address that was checked.

pub mod client;
pub mod failure;
pub mod guard;
pub mod kinds;
pub mod redact;
pub mod request;
pub mod response;
mod retry_after;

pub use client::{Client, Options};
pub use failure::RequestFailure;
pub use guard::Guard;
pub use request::Request;
pub use response::Response;
