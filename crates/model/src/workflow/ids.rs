//! Stable ids for the steps of a document.

use serde_json::{Map, Value};
use std::collections::HashSet;

/// Gives every step that has no `id` one, for use when a document is saved. `previous` is the document as it was
/// saved before; a step that is still the same one keeps its id, so that runs and their history of before and
/// after an edit can be compared.
///
/// An author's own ids are left alone. A step without one takes the id of the earlier step with the same content,
/// or else of the one that stood at its place and is of the same kind; a new step gets an id from its action,
/// such as `add_tags` or `add_tags_2`, that neither document has.
///
/// The document's shape is checked elsewhere: what is no step is passed over.
pub fn give_ids(document: &mut Value, previous: Option<&Value>) {
    let mut known = Vec::new();
    if let Some(previous) = previous {
        visit(previous, "", &mut |place, step| known.extend(Known::of(place, step)));
    }
    let mut taken = HashSet::new();
    visit(document, "", &mut |_, step| taken.extend(id(step).map(str::to_owned)));
    known.retain(|step| !taken.contains(&step.id));
    take(document, &mut taken, |_, step| Known::claim(&mut known, |old| old.content == content(step)));
    take(document, &mut taken, |place, step| {
        Known::claim(&mut known, |old| old.place == place && old.kind == kind(step))
    });
    taken.extend(known.into_iter().map(|step| step.id));
    let mut fresh = taken.clone();
    take(document, &mut taken, |_, step| {
        let id = unused(&kind(step), &fresh);
        fresh.insert(id.clone());
        Some(id)
    });
}

/// A step of the earlier document whose id is free.
struct Known {
    id: String,
    place: String,
    kind: String,
    content: Value,
}

impl Known {
    fn of(place: &str, step: &Map<String, Value>) -> Option<Self> {
        let id = id(step)?.to_owned();
        Some(Self { id, place: place.to_owned(), kind: kind(step), content: content(step) })
    }

    fn claim(known: &mut Vec<Self>, fits: impl Fn(&Self) -> bool) -> Option<String> {
        let found = known.iter().position(fits)?;
        Some(known.remove(found).id)
    }
}

/// Gives ids to steps that have none, where `choose` finds one.
fn take(
    document: &mut Value,
    taken: &mut HashSet<String>,
    mut choose: impl FnMut(&str, &Map<String, Value>) -> Option<String>,
) {
    let mut chosen = Vec::new();
    visit(document, "", &mut |place, step| {
        if id(step).is_none() {
            chosen.extend(choose(place, step).map(|id| (place.to_owned(), id)));
        }
    });
    for (place, id) in chosen {
        if let Some(Value::Object(step)) = document.pointer_mut(&place) {
            taken.insert(id.clone());
            step.insert("id".to_owned(), Value::String(id));
        }
    }
}

/// Calls `see` with every step and its place, a JSON pointer, in the order of the document.
fn visit(block: &Value, place: &str, see: &mut dyn FnMut(&str, &Map<String, Value>)) {
    for branch in ["steps", "else"] {
        let steps = block.get(branch).and_then(Value::as_array).into_iter().flatten();
        for (n, step) in steps.enumerate() {
            let (Value::Object(map), place) = (step, format!("{place}/{branch}/{n}")) else { continue };
            see(&place, map);
            let branches = map.get("if").and_then(Value::as_array).into_iter().flatten();
            for (n, branch) in branches.enumerate() {
                visit(branch, &format!("{place}/if/{n}"), see);
            }
        }
    }
}

fn id(step: &Map<String, Value>) -> Option<&str> {
    step.get("id").and_then(Value::as_str).filter(|id| !id.is_empty())
}

/// What a step is called after: the last word of its action, or the kind of step.
fn kind(step: &Map<String, Value>) -> String {
    if let Some(action) = step.get("do").and_then(Value::as_str) {
        let name = action.rsplit('.').next().unwrap_or_default();
        return name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    }
    let kinds = [("wait", "wait"), ("if", "branch"), ("stop", "stop")];
    kinds.iter().find(|(key, _)| step.contains_key(*key)).map_or("step", |(_, name)| name).to_owned()
}

/// A step without its id and without those of the steps in it.
fn content(step: &Map<String, Value>) -> Value {
    let mut step = Value::Object(step.clone());
    forget_ids(&mut step);
    step
}

fn forget_ids(step: &mut Value) {
    let Value::Object(map) = step else { return };
    map.remove("id");
    for branch in map.get_mut("if").and_then(Value::as_array_mut).into_iter().flatten() {
        for steps in ["steps", "else"] {
            branch.get_mut(steps).and_then(Value::as_array_mut).into_iter().flatten().for_each(forget_ids);
        }
    }
}

fn unused(name: &str, taken: &HashSet<String>) -> String {
    let name = if name.starts_with(|c: char| c.is_ascii_alphabetic()) { name } else { "step" };
    let numbered = (2..).map(|n| format!("{name}_{n}"));
    std::iter::once(name.to_owned()).chain(numbered).find(|id| !taken.contains(id)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn ids(document: &Value) -> Vec<String> {
        let mut ids = Vec::new();
        visit(document, "", &mut |_, step| ids.push(id(step).unwrap().to_owned()));
        ids
    }

    fn given(steps: Value, previous: Option<&Value>) -> Value {
        let mut document = json!({ "steps": steps });
        give_ids(&mut document, previous);
        document
    }

    fn note(body: &str) -> Value {
        json!({ "do": "contacts.create-note", "with": { "body": body } })
    }

    #[test]
    fn new_steps_are_called_after_what_they_do() {
        let branches =
            json!({ "if": [{ "when": "true", "steps": [note("a")] }, { "else": [{ "stop": true }] }] });
        let document = given(json!([note("x"), { "wait": { "for": "1d" } }, branches]), None);
        assert_eq!(ids(&document), ["create_note", "wait", "branch", "create_note_2", "stop"]);
    }

    #[test]
    fn an_authors_ids_stay_and_are_not_given_twice() {
        let document = given(json!([note("x"), { "id": "create_note", "stop": true }]), None);
        assert_eq!(ids(&document), ["create_note_2", "create_note"]);
    }

    #[test]
    fn a_step_keeps_its_id_when_it_moves_or_changes() {
        let first = given(json!([note("a"), note("b"), { "wait": { "for": "1d" } }]), None);
        let moved = given(json!([{ "wait": { "for": "1d" } }, note("b"), note("a")]), Some(&first));
        assert_eq!(ids(&moved), ["wait", "create_note_2", "create_note"]);
        let changed = given(json!([note("a"), note("c"), { "wait": { "for": "2d" } }]), Some(&first));
        assert_eq!(ids(&changed), ids(&first));
    }

    #[test]
    fn a_step_that_was_dropped_leaves_its_id_to_no_other() {
        let first = given(json!([note("a"), note("b")]), None);
        let second = given(json!([note("b"), note("c")]), Some(&first));
        assert_eq!(ids(&second), ["create_note_2", "create_note_3"]);
    }

    #[test]
    fn saving_the_same_text_again_changes_nothing() {
        let steps = json!([note("a"), note("a"), { "if": [{ "when": "true", "steps": [note("a")] }] }]);
        let first = given(steps.clone(), None);
        assert_eq!(given(steps, Some(&first)), first);
    }
}
