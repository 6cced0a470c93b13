//! Checking workflow documents before they are saved.

use crate::catalogue::Catalogue;
use crate::constants;
use serde_json::Value;
use tieline_engine::Program;
use tieline_model::workflow::{Document, Problem};

/// Checks a document as far as it can be without an event: its shape, its actions and their fields, its
/// templates and conditions. Gives its name.
///
/// # Errors
/// Every mistake, with its place and the fix.
pub fn check(document: &Value) -> Result<String, Vec<Problem>> {
    let parsed = Document::parse(document)?;
    Program::compile(&parsed, &Catalogue)?;
    match constants::mistakes(&parsed.steps) {
        problems if problems.is_empty() => Ok(parsed.name),
        problems => Err(problems),
    }
}
