//! What Tieline can do, and what it reports: each operation and each kind of event, defined once.
//!
//! An [`Operation`] is one file. From it come the route of the HTTP API, both OpenAPI documents, the action in
//! workflows with its check when a document is saved, the catalogue and the tables in the documents. An
//! [`EventKind`] gives the trigger, its payload's schema and sample. The [`Catalogue`] holds both.

mod answer;
mod call;
mod catalogue;
mod contacts;
mod custom_fields;
pub mod documents;
mod event;
mod events;
mod form_entity;
mod http;
mod notes;
mod operation;
mod reads;
mod shape;
mod tasks;
mod tieline;
mod version;

pub use answer::{Answer, Part};
pub use call::Call;
pub use catalogue::Catalogue;
pub use event::EventKind;
pub use operation::{
    Class, Operation, Outside, OutsideAnswer, Perform, Performing, Route, Run, Sending, Sent,
};
pub use reads::Rendered;
pub use shape::{Entity, Shape};
pub use version::Version;
