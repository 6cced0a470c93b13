//! Contacts: one file per operation.

pub(crate) mod add_tags;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod duplicate;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod notes;
pub(crate) mod remove_tags;
mod shape;
pub(crate) mod tasks;
pub(crate) mod update;
pub(crate) mod upsert;

use tieline_model::fields::Fields;
use tieline_model::text;

/// The `tags` of a body that is about tags alone, in their stored form.
fn tags(fields: &mut Fields) -> Vec<String> {
    fields.require("tags");
    text::tags(&fields.strings("tags").into_option().unwrap_or_default())
}
