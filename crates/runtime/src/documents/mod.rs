//! Checking workflow documents before they are saved.

mod constants;
mod contact;
mod known;
mod paths;
#[cfg(test)]
mod tests;

pub use known::Known;

use crate::catalogue::Actions;
use serde_json::Value;
use tieline_engine::Program;
use tieline_model::workflow::{Document, Problem, Step, StepKind};
use tieline_operations::Catalogue;

/// A document that can be saved.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The workflow's name.
    pub name: String,
    /// Warnings about what is probably a mistake, each with its place. The document can still be saved.
    pub warnings: Vec<Problem>,
}

/// Checks a document as far as possible without an event: its structure, its actions and their fields, its
/// templates and conditions, its literal values, and the names that expressions read. `known` is what the
/// location is known to have.
///
/// # Errors
/// Every mistake, with its place and the fix.
pub fn check(document: &Value, catalogue: &Catalogue, known: &Known) -> Result<Checked, Vec<Problem>> {
    let parsed = Document::parse(document)?;
    let program = Program::compile(&parsed, &Actions(catalogue))?;
    let mut problems = constants::mistakes(&parsed.steps, catalogue);
    problems.extend(contact::missing(&parsed, catalogue));
    problems.extend(paths::mistakes(&parsed, program.references(), catalogue));
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(Checked { warnings: known.warnings(&parsed, catalogue), name: parsed.name })
}

/// The steps in order, those of branches after the step that branches.
fn all(steps: &[Step]) -> Vec<&Step> {
    let mut found = Vec::new();
    for step in steps {
        found.push(step);
        if let StepKind::If(branches) = &step.kind {
            branches.iter().for_each(|branch| found.extend(all(&branch.steps)));
        }
    }
    found
}
