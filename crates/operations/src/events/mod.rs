//! The kinds of events, each defined once: those of Tieline's own data, of Paythen and of webhooks.

use crate::contacts::shape::CONTACT;
use crate::event::EventKind;
use crate::notes::NOTE;
use crate::shape::{Entity, Shape};
use crate::tasks::TASK;
use serde_json::{Value, json};
use tieline_connect::paythen;
use tieline_model::event::kinds;

pub(crate) fn all() -> Vec<EventKind> {
    let mut all = contacts();
    all.extend(notes().into_iter().map(|kind| kind.identified_by("note.id")));
    all.extend(tasks().into_iter().map(|kind| kind.identified_by("task.id")));
    let mut all: Vec<EventKind> = all.into_iter().map(EventKind::about_contact).collect();
    all.extend(payments());
    all.push(webhook());
    all
}

fn contacts() -> Vec<EventKind> {
    let whole = || Shape::Object(vec![("contact", Shape::Entity(&CONTACT))]);
    let changes = json!({ "changes": { "city": { "from": "Perth", "to": "Sydney" } } });
    let tags =
        json!({ "tags": ["vip", "payment-failed"], "tagsAdded": ["payment-failed"], "tagsRemoved": ["new"] });
    vec![
        EventKind::new(kinds::CONTACT_CREATED, "Contact created", "A contact was created.", whole()),
        EventKind {
            payload: Shape::Schema(json!({
                "type": "object",
                "properties": { "changes": {
                    "type": "object",
                    "description": "each changed field, with its value before and after",
                    "additionalProperties": { "type": "object", "properties": { "from": {}, "to": {} } },
                } },
            })),
            ..EventKind::like(
                kinds::CONTACT_UPDATED,
                "Contact changed",
                "Fields of a contact changed.",
                changes,
            )
        },
        EventKind::new(
            kinds::CONTACT_DELETED,
            "Contact deleted",
            "A contact was deleted; the payload holds its last state.",
            whole(),
        ),
        EventKind::like(
            kinds::CONTACT_TAGS_CHANGED,
            "Tags changed",
            "Tags were added to a contact or removed from it.",
            tags,
        ),
    ]
}

/// The payload of an event about something on a contact.
fn attached(name: &'static str, entity: &'static Entity) -> Shape {
    Shape::Object(vec![(name, Shape::Entity(entity))])
}

/// The same for a change, with the state before it.
fn changed(name: &'static str, entity: &'static Entity) -> Shape {
    Shape::Object(vec![(name, Shape::Entity(entity)), ("before", Shape::Entity(entity))])
}

fn notes() -> Vec<EventKind> {
    vec![
        EventKind::new(
            kinds::NOTE_CREATED,
            "Note created",
            "A note was written on a contact.",
            attached("note", &NOTE),
        ),
        EventKind::new(kinds::NOTE_UPDATED, "Note changed", "A note was changed.", changed("note", &NOTE)),
        EventKind::new(kinds::NOTE_DELETED, "Note deleted", "A note was deleted.", attached("note", &NOTE)),
    ]
}

fn tasks() -> Vec<EventKind> {
    vec![
        EventKind::new(kinds::TASK_CREATED, "Task created", "A task was created.", attached("task", &TASK)),
        EventKind::new(
            kinds::TASK_UPDATED,
            "Task changed",
            "A task was changed, or opened again.",
            changed("task", &TASK),
        ),
        EventKind::new(
            kinds::TASK_COMPLETED,
            "Task completed",
            "A task was marked as done.",
            changed("task", &TASK),
        ),
        EventKind::new(kinds::TASK_DELETED, "Task deleted", "A task was deleted.", attached("task", &TASK)),
    ]
}

/// Paythen's events.
fn payments() -> Vec<EventKind> {
    let kind = |kind: &paythen::KindSample| EventKind {
        payload: payment_payload((kind.sample)()),
        // A new plan is another one by its nature, and a card may pay for several.
        identity: (![paythen::kinds::SIGNED_UP, paythen::kinds::METHOD_UPDATED].contains(&kind.key))
            .then_some("plan.id"),
        ..EventKind::like(kind.key, kind.title, kind.help, (kind.sample)())
    };
    paythen::TABLE.iter().map(kind).collect()
}

/// The shape of a payment event: that of its sample, except that any value may be null and that the merchant
/// names the custom fields.
fn payment_payload(sample: Value) -> Shape {
    let mut payload = Shape::like(&sample);
    if let Shape::Schema(schema) = &mut payload {
        allow_null(schema);
        schema["properties"]["customFields"] =
            json!({ "type": "object", "additionalProperties": { "type": "string" } });
    }
    payload
}

fn allow_null(schema: &mut Value) {
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        properties.values_mut().for_each(allow_null);
    } else if let Some(kind) = schema.get_mut("type") {
        *kind = json!([kind.take(), "null"]);
    }
}

fn webhook() -> EventKind {
    let summary = "A webhook connection took a delivery whose mapping names no event of its own.";
    let sample = json!({
        "body": { "email": "ada@example.com", "total": 120 },
        "headers": { "user-agent": "Shop/2" },
        "query": { "store": "west" },
    });
    let payload = json!({
        "type": "object",
        "properties": {
            "body": { "description": "what was sent" },
            "headers": { "type": "object", "additionalProperties": { "type": "string" } },
            "query": { "type": "object" },
        },
    });
    EventKind {
        open: true,
        payload: Shape::Schema(payload),
        ..EventKind::like(kinds::WEBHOOK_RECEIVED, "Webhook received", summary, sample)
    }
}
