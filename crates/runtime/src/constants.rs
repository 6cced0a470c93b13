//! Values in a document that no event can change. They are checked when it is saved, by the rules that would
//! refuse them in every run.

use serde_json::{Map, Value, json};
use tieline_connect::http::Request;
use tieline_expr::is_template;
use tieline_model::contact::{ContactInput, Write};
use tieline_model::fields::Fields;
use tieline_model::note::NoteInput;
use tieline_model::task::TaskInput;
use tieline_model::workflow::{Problem, Step, StepKind};
use tieline_model::{Location, Timestamp};

/// Fields that only the store can judge.
const IDS: [&str; 3] = ["contactId", "taskId", "id"];

/// What is wrong with the constant fields of the steps, branches included.
pub(crate) fn mistakes(steps: &[Step]) -> Vec<Problem> {
    let mut found = Vec::new();
    for step in steps {
        match &step.kind {
            StepKind::Do { action, with, .. } => found.extend(in_action(step, action, with)),
            StepKind::If(branches) => {
                branches.iter().for_each(|branch| found.extend(mistakes(&branch.steps)));
            }
            StepKind::Wait(_) | StepKind::Stop { .. } => {}
        }
    }
    found
}

fn in_action(step: &Step, action: &str, with: &Map<String, Value>) -> Vec<Problem> {
    let is_judged = |name: &str, value: &Value| {
        let given = !value.is_null() && value != "";
        given && is_constant(value) && !IDS.contains(&name) && !depends_on_location(name, value)
    };
    let constants: Map<String, Value> = with
        .iter()
        .filter(|(name, value)| is_judged(name, value))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let sentences = read(action, constants.clone());
    let about = |sentence: &str| {
        // A sentence names its field; one about a field that is not constant is not for now.
        let mut words = sentence.split(|c: char| !c.is_alphanumeric());
        words.find(|word| constants.contains_key(*word)).map(str::to_owned)
    };
    let problem = |message: String| {
        about(&message).map(|name| Problem { place: format!("{}.with.{name}", step.place), message })
    };
    sentences.into_iter().filter_map(problem).collect()
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

/// A number without a country code is one of the location's country.
fn depends_on_location(name: &str, value: &Value) -> bool {
    name == "phone" && !value.as_str().is_some_and(|text| text.trim_start().starts_with('+'))
}

/// Reads the fields as the action would and gives what it would refuse.
fn read(action: &str, mut constants: Map<String, Value>) -> Vec<String> {
    if action == "http.request" {
        constants.entry("url").or_insert(json!("https://example.com"));
        return Request::read(&constants).err().unwrap_or_default();
    }
    let mut fields = Fields::rendered(constants);
    let contact = |fields: &mut Fields, write| drop(ContactInput::read(fields, write, &anywhere()));
    match action {
        "contacts.create-contact" => contact(&mut fields, Write::Create),
        "contacts.upsert-contact" => contact(&mut fields, Write::Upsert),
        "contacts.update-contact" => contact(&mut fields, Write::Update),
        "contacts.add-tags" | "contacts.remove-tags" => drop(fields.strings("tags")),
        "contacts.create-note" => drop(NoteInput::create(&mut fields)),
        "contacts.update-note" => drop(NoteInput::update(&mut fields)),
        "contacts.create-task" => drop(TaskInput::create(&mut fields)),
        "contacts.update-task" => drop(TaskInput::update(&mut fields)),
        "contacts.update-task-completed" => {
            fields.ignore(&["title"]);
            drop(TaskInput::completion(&mut fields));
        }
        _ => return Vec::new(),
    }
    fields.finish().err().unwrap_or_default()
}

/// A location for reading fields that mean the same in all of them.
fn anywhere() -> Location {
    Location {
        id: "anywhere".into(),
        name: String::new(),
        country: "US".to_owned(),
        timezone: "UTC".to_owned(),
        allow_duplicate_contact: false,
        date_added: Timestamp::default(),
    }
}

#[cfg(test)]
mod tests {
    use crate::documents::check;
    use tieline_model::workflow::read_text;

    fn problems(step: &str) -> Vec<String> {
        let text = format!("{{tieline: 1, name: x, trigger: {{on: a.b}}, steps: [{{do: {step}}}]}}");
        let found = check(&read_text(&text).unwrap()).err().unwrap_or_default();
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_constant_that_every_run_would_refuse_is_told_where_it_stands() {
        for (step, expected) in [
            ("contacts.add-tags, with: {tags: a}", "steps[0].with.tags: tags must be an array"),
            (
                "contacts.add-tags, with: {tags: [1]}",
                "steps[0].with.tags: each value in tags must be a string",
            ),
            ("contacts.upsert-contact, with: {email: nope}", "steps[0].with.email: email must be an email"),
            (
                "contacts.update-contact, with: {gender: x}",
                "steps[0].with.gender: property gender should not exist",
            ),
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
