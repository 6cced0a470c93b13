use super::*;
use serde_json::json;
use tieline_model::custom_field::{CustomField, DataType};
use tieline_model::workflow::read_text;

fn problems(step: &str) -> Vec<String> {
    let text = format!("{{tieline: 1, name: x, trigger: {{on: contact.created}}, steps: [{{do: {step}}}]}}");
    let checked = check(&read_text(&text).unwrap(), &Catalogue::default(), &Known::default());
    let found = checked.err().unwrap_or_default();
    found.iter().map(ToString::to_string).collect()
}

/// Cases D6 and D7.
#[test]
fn a_constant_that_every_run_would_refuse_is_reported_where_it_stands() {
    for (step, expected) in [
        ("contacts.add-tags, with: {tags: a}", "steps[0].with.tags: must be an array"),
        ("contacts.add-tags, with: {tags: [{}]}", "steps[0].with.tags: each value in tags must be a string"),
        ("contacts.upsert-contact, with: {email: nope}", "steps[0].with.email: must be an email"),
        (
            "contacts.upsert-contact, with: {email: 'a@b.co', phone: '12'}",
            "steps[0].with.phone: must be a valid phone number",
        ),
        (
            "contacts.upsert-contact, with: {email: 'a@b.co', timezone: Mars/Phobos}",
            "steps[0].with.timezone: must be an IANA time zone",
        ),
        ("contacts.upsert-contact, with: {name: Ada}", "steps[0].with: give at least one of email, phone"),
        ("contacts.create-note, with: {body: ''}", "steps[0].with.body: should not be empty"),
        (
            "contacts.create-task, with: {title: '', dueDate: 2026-12-24}",
            "steps[0].with.title: should not be empty",
        ),
        ("contacts.update-task, with: {taskId: ''}", "steps[0].with.taskId: should not be empty"),
        ("contacts.add-tags, with: {tags: []}", "steps[0].with.tags: should not be empty"),
        (
            "contacts.add-tags, with: {tags: [a], contactId: ''}",
            "steps[0].with.contactId: should not be empty",
        ),
        ("http.request, with: {url: ''}", "steps[0].with.url: is missing"),
        (
            "contacts.get-contact-by-external-id, with: {externalId: foo}",
            "steps[0].with.externalId: must be the system's name and the id",
        ),
        (
            "contacts.update-task-completed, with: {completed: true}",
            "steps[0].with: give at least one of taskId, title",
        ),
        ("contacts.update-contact, with: {gender: x}", "steps[0].with.gender: is not a field of"),
        ("http.request, with: {url: nope}", "steps[0].with.url: "),
        (
            "http.request, with: {url: '{{ trigger.contact.website }}', method: FETCH}",
            "steps[0].with.method: must be",
        ),
    ] {
        let found = problems(step);
        assert!(found.len() == 1 && found[0].starts_with(expected), "{step}: {found:?}");
    }
    let task = "contacts.create-task, with: {title: '{{ trigger.contact.source }}', dueDate: tomorrow, completed: maybe}";
    assert_eq!(problems(task).len(), 2, "{:?}", problems(task));
}

#[test]
fn what_an_event_or_the_location_decides_is_left_to_the_run() {
    for step in [
        "contacts.upsert-contact, with: {email: '{{ trigger.contact.email }}', phone: 0412 345 678, tags: ['{{ 1 }}']}",
        "contacts.add-tags, with: {tags: [2026]}",
        "contacts.create-task, with: {title: Call, dueDate: \"{{ now | plus('1d') }}\"}",
        "contacts.update-task-completed, with: {title: Call, completed: 'true'}",
        "http.request, with: {url: 'https://example.com/{{ trigger.contact.id }}', headers: {X-Key: k}}",
        "contacts.create-note, with: {body: '{{ trigger.contact.city }}', contactId: c1}",
        "contacts.update-task, with: {taskId: t1, title: ''}",
        "contacts.get-contact-by-external-id, with: {externalId: 'stripe:{{ trigger.contact.source }}'}",
    ] {
        let found = problems(step);
        assert_eq!(found, [""; 0], "{step}");
    }
}

fn sends(kind: &str, fields: Value) -> known::Sent {
    known::Sent { kind: Some(kind.to_owned()), fields: fields.as_object().cloned() }
}

fn checked(text: &str) -> Result<Checked, Vec<String>> {
    let known = Known { custom_fields: Some(Vec::new()), sent: None };
    let checked = check(&read_text(text).unwrap(), &Catalogue::default(), &known);
    checked.map_err(|problems| problems.iter().map(ToString::to_string).collect())
}

/// Case D7.
#[test]
fn a_step_on_a_contact_that_no_run_can_have_is_reported() {
    let before = "{tieline: 1, name: x, trigger: {on: shop.ordered}, steps: [{do: contacts.add-tags, with: {tags: [a]}}, \
                  {do: contacts.upsert-contact, with: {email: a@b.co}}]}";
    let problems = checked(before).unwrap_err();
    assert!(
        problems.len() == 1 && problems[0].starts_with("steps[0].do: `contacts.add-tags` needs a contact"),
        "{problems:?}"
    );
    let named = before.replace("tags: [a]", "tags: [a], contactId: c1");
    assert!(checked(&named).is_ok());
    assert!(checked(&before.replace("shop.ordered", "contact.created")).is_ok());
}

/// Case D8.
#[test]
fn a_path_that_no_event_and_no_contact_has_is_reported() {
    let document = "{tieline: 1, name: x, trigger: {on: task.completed, when: 'trigger.task.titel == 1'}, steps: [ \
                    {stop: {reason: '{{ contact.firstname }} {{ contact.first_name }} {{ trigger.task.title }}'}}]}";
    let problems = checked(document).unwrap_err();
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert!(
        problems.iter().any(|problem| problem.starts_with("trigger.when: `trigger.task.titel`")
            && problem.contains("`title`")),
        "{problems:?}"
    );
    assert!(
        problems
            .iter()
            .any(|problem| problem.contains("`contact.firstname`") && problem.contains("`firstName`")),
        "{problems:?}"
    );
    let free =
        document.replace("task.completed", "shop.ordered").replace("contact.firstname", "contact.firstName");
    assert!(checked(&free).is_ok(), "{:?}", checked(&free));
}

/// Cases D8 and D14.
#[test]
fn what_the_location_does_not_have_is_warned_of() {
    let known = Known { custom_fields: Some(Vec::new()), sent: Some(vec![sends("shop.ordered", json!({}))]) };
    let warnings = |text: &str| -> Vec<String> {
        let checked = check(&read_text(text).unwrap(), &Catalogue::default(), &known).unwrap();
        checked.warnings.iter().map(ToString::to_string).collect()
    };
    let document = "{tieline: 1, name: x, trigger: {on: shop.order}, steps: [{wait: {event: tasks.completed, within: 1d}}, \
                    {do: contacts.upsert-contact, with: {email: a@b.co, customFields: [{key: plna, field_value: 1}]}}]}";
    let found = warnings(document);
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(
        found[0].starts_with("trigger.on: no connection") && found[0].contains("did you mean `shop.ordered`"),
        "{found:?}"
    );
    assert!(
        found[1].starts_with("steps[0].wait.event") && found[1].contains("`task.completed`"),
        "{found:?}"
    );
    assert!(found[2].starts_with("steps[1].with.customFields[0]"), "{found:?}");
    assert!(warnings("{tieline: 1, name: x, trigger: {on: shop.ordered}, steps: []}").is_empty());
}

/// The warnings of a document whose conditions are these, where `shop.ordered` is sent with an `email`.
fn warnings_of(trigger: &str, conditions: &[&str]) -> Vec<String> {
    let known = Known { custom_fields: None, sent: Some(vec![sends("shop.ordered", json!({"email": "x"}))]) };
    let steps: Vec<Value> =
        conditions.iter().map(|when| json!({"if": [{"when": when, "steps": []}]})).collect();
    let document = json!({"tieline": 1, "name": "x", "trigger": {"on": trigger}, "steps": steps});
    let checked = check(&document, &Catalogue::default(), &known).unwrap();
    checked.warnings.iter().map(ToString::to_string).collect()
}

#[test]
fn a_path_that_no_connection_sends_is_warned_of() {
    let found =
        warnings_of("webhook.received", &["trigger.boddy.email", "trigger.body.email", "trigger.query.a"]);
    assert!(
        found.len() == 1 && found[0].starts_with("steps[0].if[0].when") && found[0].contains("`body`"),
        "{found:?}"
    );
    let found = warnings_of("shop.ordered", &["trigger.emial", "trigger.emial"]);
    assert!(found.len() == 2 && found[1].starts_with("steps[1].if[0].when"), "each has its place: {found:?}");
    let found = warnings_of("shop.ordered", &["trigger.emial", "trigger.email", "trigger.body.x"]);
    assert!(found.len() == 1 && found[0].contains("did you mean `email`?"), "{found:?}");
}

fn path_problems(when: &str) -> Vec<String> {
    let steps = "{id: p, do: contacts.upsert-contact, with: {email: a@b.co}}, \
                 {id: w, wait: {event: task.completed, within: 1d}}";
    let document = format!(
        "{{tieline: 1, name: x, trigger: {{on: contact.created}}, steps: [{steps}, {{if: [{{when: \"{when}\", steps: []}}]}}]}}"
    );
    checked(&document).err().unwrap_or_default()
}

#[test]
fn a_member_of_a_text_or_a_list_and_of_what_a_step_gives_is_checked() {
    for (when, expected) in [
        ("contact.tags.length > 0", "a list has no `length`; write `contact.tags | length`"),
        ("contact.email.length > 3", "a text has no `length`; write `contact.email | length`"),
        ("contact.firstName.upper == 'A'", "write `contact.firstName | upper`"),
        ("contact.additionalEmails.email", "write `contact.additionalEmails[0].email`"),
        ("steps.w.event.task.titel", "did you mean `title`?"),
        ("steps.w.hapened", "did you mean `happened`?"),
        ("steps.p.cntact", "did you mean `contact`?"),
        ("location.timezne", "did you mean `timezone`?"),
    ] {
        let found = path_problems(when);
        assert!(found.len() == 1 && found[0].contains(expected), "{when}: {found:?}");
    }
    for when in [
        "contact.additionalEmails[0].email",
        "steps.w.event.task.title",
        "steps.w.happened",
        "steps.p.contact.email",
        "location.name and contact.first_name",
        "contact.customFields[0].value.anything",
    ] {
        assert_eq!(path_problems(when), [""; 0], "{when}");
    }
}

#[test]
fn all_mistakes_come_at_once_in_the_order_of_the_document() {
    let document = "{tieline: 1, name: x, trigger: {on: contact.created, when: contact.nme}, steps: [ \
                    {do: contacts.add-tags, with: {tags: a}}, {id: person, do: contacts.upsert-contact, width: 1}, \
                    {do: contacts.add-tag}, {if: [{when: steps.person.contact, steps: []}, {when: 'a b', steps: []}]}, \
                    {wait: {for: soon}}]}";
    let problems = checked(document).unwrap_err();
    let places: Vec<&str> = problems.iter().filter_map(|problem| problem.split(": ").next()).collect();
    let expected = [
        "trigger.when",
        "steps[0].with.tags",
        "steps.person",
        "steps.person.with",
        "steps[2].do",
        "steps[3].if[1].when",
        "steps[4].wait.for",
    ];
    assert_eq!(places, expected, "{problems:?}");
}

fn custom_field(key: &str, data_type: DataType) -> CustomField {
    CustomField {
        id: key.into(),
        name: key.into(),
        field_key: format!("contact.{key}"),
        data_type,
        placeholder: None,
        position: 0,
        picklist_options: Vec::new(),
    }
}

/// The mistakes of a document with this condition, where the location has some custom fields.
fn with_fields(when: &str) -> Vec<String> {
    let fields = vec![
        custom_field("plan_name", DataType::Text),
        custom_field("toppings", DataType::Checkbox),
        custom_field("tags", DataType::Text),
        custom_field("first_name", DataType::Numerical),
    ];
    let known = Known { custom_fields: Some(fields), sent: None };
    let document = json!({
        "tieline": 1, "name": "x", "trigger": {"on": "contact.created", "when": when},
        "steps": [{"id": "p", "do": "contacts.get-contact"}, {"if": [{"when": when, "steps": []}]}],
    });
    let problems = check(&document, &Catalogue::default(), &known).err().unwrap_or_default();
    problems.iter().map(ToString::to_string).collect()
}

#[test]
fn custom_fields_are_members_of_the_contact() {
    for when in ["contact.plan_name == 'Gold'", "contact.toppings[0] == 'a'", "contact['plan_name'] | upper"]
    {
        assert_eq!(with_fields(when), [""; 0], "{when}");
    }
    for (when, expected) in [
        ("contact.plan_nmae", "`contact` has no `plan_nmae`; did you mean `plan_name`?"),
        ("contact.plan_name.length", "a text has no `length`; write `contact.plan_name | length`"),
        ("contact.toppings.length", "a list has no `length`; write `contact.toppings | length`"),
        ("contact.tags.length", "a list has no `length`"),
        ("contact.first_name.length", "a text has no `length`"),
        (
            "trigger.contact.plan_name",
            "`trigger.contact` has no `plan_name`; custom fields are members of `contact` alone: write `contact.plan_name`",
        ),
    ] {
        let found = with_fields(when);
        assert!(found.len() == 2 && found[0].contains(expected), "{when}: {found:?}");
    }
    let found = path_problems("steps.p.contact.plan_name");
    assert!(found.len() == 1 && found[0].contains("no `plan_name`"), "{found:?}");
}

#[test]
fn a_member_of_the_contact_is_only_warned_of_where_the_fields_are_not_known() {
    let document = json!({
        "tieline": 1, "name": "x", "trigger": {"on": "contact.created", "when": "contact.plan_name"}, "steps": [],
    });
    let checked = check(&document, &Catalogue::default(), &Known::default()).unwrap();
    assert_eq!(checked.warnings.len(), 1, "{:?}", checked.warnings);
}
