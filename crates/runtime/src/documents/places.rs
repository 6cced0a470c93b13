//! Places as people find them: a step is named by its id where it has one.

use serde_json::Value;
use std::collections::HashMap;
use tieline_model::workflow::Problem;

/// Writes `steps.send_mail.with.body` for `steps[2].with.body` where the step has the id `send_mail`. Ids that two steps
/// have name neither.
pub(super) fn name_steps(document: &Value, problems: &mut [Problem]) {
    let mut ids = Vec::new();
    visit(&document["steps"], "", &mut ids);
    let mut steps: HashMap<&str, usize> = HashMap::new();
    ids.iter().for_each(|(_, id)| *steps.entry(id).or_default() += 1);
    ids.retain(|(_, id)| steps.get(id) == Some(&1));
    for problem in problems {
        let above = ids.iter().filter(|(place, _)| problem.place.starts_with(place.as_str()));
        if let Some((place, id)) = above.max_by_key(|(place, _)| place.len()) {
            problem.place.replace_range(..place.len(), &format!("steps.{id}"));
        }
    }
}

/// The steps that have an id, each with its place. `above` is the place of the branch that holds them, with a dot.
fn visit<'d>(steps: &'d Value, above: &str, ids: &mut Vec<(String, &'d str)>) {
    for (n, step) in steps.as_array().into_iter().flatten().enumerate() {
        let place = format!("{above}steps[{n}]");
        for (n, branch) in step["if"].as_array().into_iter().flatten().enumerate() {
            let above = format!("{place}.if[{n}].");
            visit(&branch["steps"], &above, ids);
            visit(&branch["else"], &above, ids);
        }
        if let Some(id) = step["id"].as_str().filter(|id| !id.is_empty()) {
            ids.push((place, id));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_step_is_named_by_the_nearest_id() {
        let document = json!({"steps": [
            {"do": "a"},
            {"id": "ask", "if": [{"when": "x", "steps": [{"do": "a"}]}, {"else": [{"id": "call", "do": "a"}]}]},
            {"id": "twice"}, {"id": "twice"},
        ]});
        for (place, named) in [
            ("steps[0].with.body", "steps[0].with.body"),
            ("steps[1].if[0].when", "steps.ask.if[0].when"),
            ("steps[1].if[0].steps[0].do", "steps.ask.if[0].steps[0].do"),
            ("steps[1].if[1].steps[0].do", "steps.call.do"),
            ("steps[1]", "steps.ask"),
            ("steps[3].id", "steps[3].id"),
            ("steps[10]", "steps[10]"),
            ("trigger.when", "trigger.when"),
        ] {
            let mut problems = [Problem { place: place.to_owned(), message: String::new() }];
            name_steps(&document, &mut problems);
            assert_eq!(problems[0].place, named);
        }
    }
}
