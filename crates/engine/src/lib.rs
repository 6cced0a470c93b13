//! The run machine: what a workflow does next, as a pure function.
//!
//! A [`Document`](tieline_model::workflow::Document) is compiled once into a [`Program`]. A run is a
//! [`RunState`], which its caller keeps, and [`advance`] takes it from one [`Input`] to the next [`Effect`].
//! There is no I/O, no clock and no randomness in here: they come in with the [`World`]. Whoever calls does
//! what the effect says, stores the state as the run's checkpoint and answers with an input.
//!
//! A state belongs to the version of the document that the run was started on. It names steps by their ids, so that a
//! later Tieline, which may compile the document to another program, goes on from it.

mod advance;
mod catalogue;
mod compile;
mod custom_fields;
mod effect;
mod program;
mod retry;
mod state;
mod steps;
mod world;

pub use advance::advance;
pub use catalogue::{ActionSpec, Catalogue, Class, FieldSpec};
pub use custom_fields::CustomFields;
pub use effect::{Act, ActionFailure, Decision, Effect, Input, Outcome, Passed, Sleep, Why};
pub use program::Program;
pub use state::RunState;
pub use world::World;
