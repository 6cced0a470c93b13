//! One file per command.

pub(crate) mod catalog;
pub(crate) mod connections;
pub(crate) mod deliveries;
pub(crate) mod demo;
pub(crate) mod keys;
pub(crate) mod location;
mod name;
mod page;
pub(crate) mod paythen_settings;
pub(crate) mod runs;
mod secret;
pub(crate) mod secret_key;
pub(crate) mod serve;
pub(crate) mod workflows;
