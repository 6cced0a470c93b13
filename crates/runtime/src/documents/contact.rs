//! Steps that need a contact that no run can have.

use super::all;
use tieline_model::workflow::{Document, Problem, StepKind};
use tieline_operations::Catalogue;

/// The steps that act on the run's contact before any step can have found one.
pub(super) fn missing(document: &Document, catalogue: &Catalogue) -> Vec<Problem> {
    if catalogue.event(&document.trigger.on).is_some_and(|event| event.is_about_contact) {
        return Vec::new();
    }
    let mut problems = Vec::new();
    for step in all(&document.steps) {
        let StepKind::Do { action, with, .. } = &step.kind else { continue };
        let Some(operation) = catalogue.operation(action) else { continue };
        if operation.finds_contact {
            return problems;
        }
        if operation.is_on_contact() && !with.contains_key("contactId") {
            let message = format!(
                "`{action}` needs a contact, and no run has one yet: an event of `{}` names none; put a \
                 `contacts.upsert-contact` step before it, or give `contactId`",
                document.trigger.on
            );
            problems.push(Problem { place: format!("{}.do", step.place), message });
        }
    }
    problems
}
