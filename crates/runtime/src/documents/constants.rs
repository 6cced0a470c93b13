//! Literal values, which are the same in every run, checked by the rules of their actions.

use super::all;
use serde_json::{Map, Value};
use tieline_expr::is_template;
use tieline_model::form::is_blank;
use tieline_model::workflow::{Problem, Step, StepKind};
use tieline_operations::{Catalogue, Operation};

/// What is wrong with the literal values of the steps.
pub(super) fn mistakes(steps: &[Step], catalogue: &Catalogue) -> Vec<Problem> {
    let mut found = Vec::new();
    for step in all(steps) {
        if let StepKind::Do { action, with, .. } = &step.kind
            && let Some(operation) = catalogue.operation(action)
        {
            found.extend(in_action(step, operation, with));
        }
    }
    found
}

fn in_action(step: &Step, operation: &Operation, with: &Map<String, Value>) -> Vec<Problem> {
    let constants = with.iter().filter(|(_, value)| is_constant(value));
    let constants = constants.map(|(name, value)| (name.clone(), value.clone())).collect();
    let wrong = operation.input.check_constants(&constants);
    let mut problems: Vec<Problem> = wrong
        .into_iter()
        .map(|error| Problem {
            place: format!("{}.with.{}", step.place, error.field),
            message: error.reason().to_owned(),
        })
        .collect();
    let given = |name: &str| with.get(name).is_some_and(|value| !is_blank(value));
    if let Some(names) = operation.input.missing_choice(given) {
        let message = format!("give at least one of {}", names.join(", "));
        problems.push(Problem { place: format!("{}.with", step.place), message });
    }
    problems
}

/// Whether a value holds no template.
pub(super) fn is_constant(value: &Value) -> bool {
    match value {
        Value::String(text) => !is_template(text),
        Value::Array(items) => items.iter().all(is_constant),
        Value::Object(map) => map.values().all(is_constant),
        Value::Null | Value::Bool(_) | Value::Number(_) => true,
    }
}
