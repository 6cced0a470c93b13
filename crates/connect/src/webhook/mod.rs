//! Webhooks: where a delivery comes from, what its body says, and which event that makes.

pub mod auth;
pub mod body;
mod connector;
pub mod mapping;

pub use connector::{KIND, Webhook};
