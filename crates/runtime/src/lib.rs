//! What happens behind the API: deliveries become events, events start runs, runs continue.
//!
//! [`ingress`] receives deliveries. The [`Runtime`] follows the event log with one cursor and starts runs
//! (`dispatch`), and wakes those that slept or had a request under way (`worker`). What a run does to
//! Tieline's own data commits together with its checkpoint, so it happens exactly once.

mod catalogue;
mod contact;
mod definitions;
mod dispatch;
pub mod documents;
mod history;
pub mod ingress;
mod poison;
mod remote;
pub mod replay;
mod retention;
mod runtime;
mod segment;
mod slots;
mod waits;
mod worker;

pub use runtime::{Options, Runtime};
