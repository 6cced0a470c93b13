//! Deliveries of plain webhooks: where they are from, what their body says, and which event that makes.

pub mod auth;
pub mod body;
pub mod mapping;
