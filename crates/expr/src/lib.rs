//! The language of workflows and mappings: `{{ … }}` templates and conditions over JSON data.
//!
//! A [`Template`], a [`Condition`] or a [`Tree`] of templates is compiled once, against the names that will
//! be in scope, and evaluated many times, by any number of threads at once, against a [`Scope`] of [`Data`].
//!
//! What an author can rely on:
//! - A text without `{{` and `{%` is itself. A text that is one `{{ … }}` keeps the value's type. Anything
//!   else becomes a text, in which null is empty, numbers are written as people write them, and lists and
//!   objects become JSON.
//! - A member that does not exist is null, however deep, and so is a member of null. Null is false in a
//!   condition, equal to null only, and neither smaller nor greater than anything. A text that is a number
//!   counts as one in calculations and next to a number. Other values of different kinds are neither equal
//!   nor ordered. Texts compare by their characters, which is right for times as Tieline writes them.
//! - Days and longer steps follow the calendar of a time zone, the location's by default.
//! - What could never work is refused when it is compiled: unknown names, filters and arguments, and
//!   expressions without names that fail.
//! - Evaluation is limited in time, memory and size ([`MAX_SOURCE`], [`MAX_OUTPUT`]); what goes beyond fails
//!   with an [`EvalError`] that says so.
//!
//! Expressions are minijinja's, without functions, methods, macros and includes. Plain paths such as
//! `trigger.customer.email` walk the JSON directly.

mod arithmetic;
mod calendar;
mod check;
mod condition;
mod data;
mod error;
mod expression;
mod filters;
mod json;
mod language;
mod lexer;
mod literals;
mod next;
mod numbers;
mod path;
mod references;
mod rewrite;
mod scope;
mod segments;
mod tags;
mod template;
mod tests_of_values;
mod tree;
mod zone;

pub use condition::Condition;
pub use data::{Data, camel_case};
pub use error::EvalError;
pub use language::suggest_filter;
pub use path::{Path, PathStep};
pub use references::References;
pub use scope::Scope;
pub use segments::is_template;
pub use template::Template;
pub use tieline_model::suggest::{did_you_mean, nearest};
pub use tree::Tree;

/// The longest text, in bytes, that is taken as a template or a condition.
pub const MAX_SOURCE: usize = 16 * 1024;

/// The largest result, in bytes of text or of JSON, that an evaluation may have.
pub const MAX_OUTPUT: usize = 256 * 1024;
