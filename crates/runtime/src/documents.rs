//! Checking workflow documents before they are saved.

use crate::catalogue::Actions;
use serde_json::{Map, Value};
use tieline_engine::Program;
use tieline_expr::is_template;
use tieline_model::workflow::{Document, Problem, Step, StepKind};
use tieline_operations::{Catalogue, Operation};

/// Checks a document as far as it can be without an event: its shape, its actions and their fields, its
/// templates and conditions, and the values that no event can change. Gives its name.
///
/// # Errors
/// Every mistake, with its place and the fix.
pub fn check(document: &Value, catalogue: &Catalogue) -> Result<String, Vec<Problem>> {
    let parsed = Document::parse(document)?;
    Program::compile(&parsed, &Actions(catalogue))?;
    match in_steps(&parsed.steps, catalogue) {
        problems if problems.is_empty() => Ok(parsed.name),
        problems => Err(problems),
    }
}

/// What is wrong with the constants of the steps, branches included.
fn in_steps(steps: &[Step], catalogue: &Catalogue) -> Vec<Problem> {
    let mut found = Vec::new();
    for step in steps {
        match &step.kind {
            StepKind::Do { action, with, .. } => {
                let operation = catalogue.operation(action);
                found.extend(operation.into_iter().flat_map(|operation| in_action(step, operation, with)));
            }
            StepKind::If(branches) => {
                branches.iter().for_each(|branch| found.extend(in_steps(&branch.steps, catalogue)));
            }
            StepKind::Wait(_) | StepKind::Stop { .. } => {}
        }
    }
    found
}

fn in_action(step: &Step, operation: &Operation, with: &Map<String, Value>) -> Vec<Problem> {
    let constants = with.iter().filter(|(_, value)| is_constant(value));
    let constants = constants.map(|(name, value)| (name.clone(), value.clone())).collect();
    let mut problems: Vec<Problem> = operation
        .input
        .check_constants(&constants)
        .into_iter()
        .map(|error| Problem {
            place: format!("{}.with.{}", step.place, error.field),
            message: error.message,
        })
        .collect();
    let given = |name: &str| with.get(name).is_some_and(|value| !value.is_null() && value != "");
    if let Some(names) = operation.input.missing_choice(given) {
        let message = format!("give at least one of {}", names.join(", "));
        problems.push(Problem { place: format!("{}.with", step.place), message });
    }
    problems
}

/// Whether a value holds no template.
fn is_constant(value: &Value) -> bool {
    match value {
        Value::String(text) => !is_template(text),
        Value::Array(items) => items.iter().all(is_constant),
        Value::Object(map) => map.values().all(is_constant),
        Value::Null | Value::Bool(_) | Value::Number(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tieline_model::workflow::read_text;

    fn problems(step: &str) -> Vec<String> {
        let text = format!("{{tieline: 1, name: x, trigger: {{on: a.b}}, steps: [{{do: {step}}}]}}");
        let found = check(&read_text(&text).unwrap(), &Catalogue::default()).err().unwrap_or_default();
        found.iter().map(ToString::to_string).collect()
    }

    /// Cases D6 and D7.
    #[test]
    fn a_constant_that_every_run_would_refuse_is_reported_where_it_stands() {
        for (step, expected) in [
            ("contacts.add-tags, with: {tags: a}", "steps[0].with.tags: tags must be an array"),
            (
                "contacts.add-tags, with: {tags: [{}]}",
                "steps[0].with.tags: each value in tags must be a string",
            ),
            ("contacts.upsert-contact, with: {email: nope}", "steps[0].with.email: email must be an email"),
            (
                "contacts.upsert-contact, with: {email: 'a@b.co', phone: '12'}",
                "steps[0].with.phone: phone must be a valid phone number",
            ),
            (
                "contacts.upsert-contact, with: {email: 'a@b.co', timezone: Mars/Phobos}",
                "steps[0].with.timezone: timezone must be an IANA time zone",
            ),
            (
                "contacts.upsert-contact, with: {name: Ada}",
                "steps[0].with: give at least one of email, phone",
            ),
            (
                "contacts.update-task-completed, with: {completed: true}",
                "steps[0].with: give at least one of taskId, title",
            ),
            ("contacts.update-contact, with: {gender: x}", "steps[0].with.gender: is not a field of"),
            ("http.request, with: {url: nope}", "steps[0].with.url: url"),
            ("http.request, with: {url: '{{ trigger.u }}', method: FETCH}", "steps[0].with.method: method"),
        ] {
            let found = problems(step);
            assert!(found.len() == 1 && found[0].starts_with(expected), "{step}: {found:?}");
        }
        let task =
            "contacts.create-task, with: {title: '{{ trigger.t }}', dueDate: tomorrow, completed: maybe}";
        assert_eq!(problems(task).len(), 2, "{:?}", problems(task));
    }

    #[test]
    fn what_an_event_or_the_location_decides_is_left_to_the_run() {
        for step in [
            "contacts.upsert-contact, with: {email: '{{ trigger.email }}', phone: 0412 345 678, tags: ['{{ 1 }}']}",
            "contacts.add-tags, with: {tags: [2026]}",
            "contacts.create-task, with: {title: Call, dueDate: \"{{ now | plus('1d') }}\"}",
            "contacts.update-task-completed, with: {title: Call, completed: 'true'}",
            "http.request, with: {url: 'https://example.com/{{ trigger.id }}', headers: {X-Key: k}}",
            "contacts.create-note, with: {body: '', contactId: c1}",
        ] {
            let found = problems(step);
            assert!(found.iter().all(|problem| problem.contains("is missing")), "{step}: {found:?}");
        }
    }
}
