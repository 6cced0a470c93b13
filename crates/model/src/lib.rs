//! What Tieline is about, as plain types: ids, contacts, tasks, notes, events, scopes and workflow
//! documents. Nothing here does I/O, reads a clock or draws a random number.

mod about;
pub mod cause;
pub mod connection;
pub mod contact;
pub mod custom_field;
pub mod depth;
pub mod event;
pub mod fold;
pub mod form;
pub mod id;
pub mod json;
pub mod key;
pub mod location;
pub mod notation;
pub mod note;
pub mod number;
pub mod refusal;
pub mod scope;
pub mod suggest;
pub mod task;
pub mod text;
pub mod time;
pub mod workflow;

pub use about::About;
pub use cause::Cause;
pub use event::{Event, NewEvent};
pub use id::{
    ConnectionId, ContactId, CustomFieldId, DeliveryId, EventId, KeyId, LocationId, NoteId, RunId, TaskId,
    WorkflowId,
};
pub use location::Location;
pub use refusal::Refusal;
pub use scope::{Scope, Scopes};
pub use time::Timestamp;
