//! Webhooks: where a delivery comes from, what its body says, and which event that makes.

pub mod auth;
pub mod body;
mod connector;
pub mod form;
pub mod mapping;
pub mod multipart;
pub mod unpack;

pub use connector::{KIND, Webhook};
