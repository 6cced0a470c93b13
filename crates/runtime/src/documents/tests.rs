use super::*;
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
        ("contacts.add-tags, with: {tags: a}", "steps[0].with.tags: tags must be an array"),
        ("contacts.add-tags, with: {tags: [{}]}", "steps[0].with.tags: each value in tags must be a string"),
        ("contacts.upsert-contact, with: {email: nope}", "steps[0].with.email: email must be an email"),
        (
            "contacts.upsert-contact, with: {email: 'a@b.co', phone: '12'}",
            "steps[0].with.phone: phone must be a valid phone number",
        ),
        (
            "contacts.upsert-contact, with: {email: 'a@b.co', timezone: Mars/Phobos}",
            "steps[0].with.timezone: timezone must be an IANA time zone",
        ),
        ("contacts.upsert-contact, with: {name: Ada}", "steps[0].with: give at least one of email, phone"),
        (
            "contacts.update-task-completed, with: {completed: true}",
            "steps[0].with: give at least one of taskId, title",
        ),
        ("contacts.update-contact, with: {gender: x}", "steps[0].with.gender: is not a field of"),
        ("http.request, with: {url: nope}", "steps[0].with.url: url"),
        (
            "http.request, with: {url: '{{ trigger.contact.website }}', method: FETCH}",
            "steps[0].with.method: method",
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
        "contacts.create-note, with: {body: '', contactId: c1}",
    ] {
        let found = problems(step);
        assert!(found.iter().all(|problem| problem.contains("is missing")), "{step}: {found:?}");
    }
}

fn checked(text: &str) -> Result<Checked, Vec<String>> {
    let checked = check(&read_text(text).unwrap(), &Catalogue::default(), &Known::default());
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
    let known = Known { custom_fields: Some(Vec::new()), sent: Some(vec!["shop.ordered".to_owned()]) };
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
