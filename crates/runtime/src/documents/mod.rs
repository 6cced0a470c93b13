//! Checking workflow documents before they are saved.

mod constants;
mod contact;
mod known;
mod order;
mod paths;
mod places;
#[cfg(test)]
mod tests;
mod walk;

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
    let (parsed, mut problems) = Document::parse_some(document);
    let Some(parsed) = parsed else {
        places::name_steps(document, &mut problems);
        return Err(problems);
    };
    let is_whole = problems.is_empty();
    let (read, found) = Program::examine(&parsed, &Actions(catalogue));
    problems.extend(found);
    problems.extend(constants::mistakes(&parsed.steps, catalogue));
    if is_whole {
        // A step that could not be read may be the one that finds the contact.
        problems.extend(contact::missing(&parsed, catalogue));
    }
    let paths = paths::check(&parsed, &read, catalogue, known);
    problems.extend(paths.mistakes);
    if !problems.is_empty() {
        problems.sort_by_cached_key(|problem| order::of(&problem.place));
        places::name_steps(document, &mut problems);
        return Err(problems);
    }
    let mut warnings = known.warnings(&parsed, catalogue);
    warnings.extend(paths.warnings);
    warnings.sort_by_cached_key(|warning| order::of(&warning.place));
    places::name_steps(document, &mut warnings);
    Ok(Checked { warnings, name: parsed.name })
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
