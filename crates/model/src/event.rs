//! Entries of the event log.

use crate::cause::Cause;
use crate::id::{ContactId, EventId, LocationId};
use crate::time::Timestamp;
use serde_json::value::RawValue;

/// The names of the events that Tieline's own changes write; a trigger of a workflow takes them by these.
///
/// Payment events are named in the Paythen connector, and a webhook connection may send any name.
pub mod kinds {
    /// A contact was created; the payload holds it.
    pub const CONTACT_CREATED: &str = "contact.created";
    /// Fields of a contact changed; the payload holds what they were and what they are.
    pub const CONTACT_UPDATED: &str = "contact.updated";
    /// A contact was deleted; the payload holds it as it was.
    pub const CONTACT_DELETED: &str = "contact.deleted";
    /// Tags were added to a contact or removed from it.
    pub const CONTACT_TAGS_CHANGED: &str = "contact.tags_changed";
    /// A note was written.
    pub const NOTE_CREATED: &str = "note.created";
    /// A note was changed.
    pub const NOTE_UPDATED: &str = "note.updated";
    /// A note was deleted.
    pub const NOTE_DELETED: &str = "note.deleted";
    /// A task was made.
    pub const TASK_CREATED: &str = "task.created";
    /// A task was changed.
    pub const TASK_UPDATED: &str = "task.updated";
    /// A task was marked as done.
    pub const TASK_COMPLETED: &str = "task.completed";
    /// A task was deleted.
    pub const TASK_DELETED: &str = "task.deleted";
    /// A delivery to a webhook connection was mapped, and the mapping names no event of its own.
    pub const WEBHOOK_RECEIVED: &str = "webhook.received";

    /// The first words of events that only Tieline itself sends. No sender's event may begin with one of them.
    pub const OWN_MODULES: [&str; 3] = ["contact", "note", "task"];

    /// The first words that are reserved for connectors and for events of later versions. A new mapping may not
    /// send them, and no template may render them; a literal kind that was saved before they were reserved keeps
    /// working, with a warning.
    pub const RESERVED_MODULES: [&str; 21] = [
        "appointment",
        "business",
        "calendar",
        "campaign",
        "conversation",
        "form",
        "highlevel",
        "http",
        "invoice",
        "location",
        "opportunity",
        "paythen",
        "run",
        "schedule",
        "stripe",
        "survey",
        "tag",
        "tieline",
        "user",
        "webhook",
        "workflow",
    ];

    /// Whether a text is written as kinds are: two or more words of a-z, 0-9 and _ with dots between them.
    #[must_use]
    pub fn is_kind(text: &str) -> bool {
        let is_word = |word: &str| {
            !word.is_empty() && word.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_'))
        };
        text.contains('.') && text.split('.').all(is_word)
    }

    /// The first word of a kind.
    #[must_use]
    pub fn module_of(kind: &str) -> &str {
        kind.split('.').next().unwrap_or_default()
    }

    /// All of the above.
    pub const OWN: &[&str] = &[
        CONTACT_CREATED,
        CONTACT_UPDATED,
        CONTACT_DELETED,
        CONTACT_TAGS_CHANGED,
        NOTE_CREATED,
        NOTE_UPDATED,
        NOTE_DELETED,
        TASK_CREATED,
        TASK_UPDATED,
        TASK_COMPLETED,
        TASK_DELETED,
        WEBHOOK_RECEIVED,
    ];
}

/// How the subjects of events begin that a connector of Tieline sends.
pub mod subjects {
    /// Anything that Stripe knows.
    pub const STRIPE: &str = "stripe:";
    /// A customer of Stripe, who is one contact whatever their e-mail address is.
    pub const STRIPE_CUSTOMER: &str = "stripe:cus_";

    /// The beginnings that only Tieline's connectors send. A new mapping may not write them, and no template may
    /// render them; a literal subject that was saved before they were reserved keeps working, with a warning.
    pub const RESERVED: [&str; 1] = [STRIPE];

    /// The reserved beginning of a subject.
    #[must_use]
    pub fn reserved_in(subject: &str) -> Option<&'static str> {
        RESERVED.into_iter().find(|prefix| subject.starts_with(prefix))
    }
}

/// An event that is about to be appended to the log, in the transaction of the change that it reports.
#[derive(Clone, Debug)]
pub struct NewEvent {
    /// What happened, as `module.thing.past_participle`: `paythen.payment.failed`, `contact.created`.
    pub kind: String,
    /// The contact that it is about, where that is known.
    pub contact_id: Option<ContactId>,
    /// Whom it is about, in the words of where it came from (`stripe:cus_…`), where no contact is known
    /// yet. Events with the same subject are handled one after the other.
    pub subject: Option<String>,
    /// When it happened, which for an event from outside is before it was recorded.
    pub occurred_at: Timestamp,
    /// What a workflow sees as `trigger`.
    pub payload: Box<RawValue>,
}

/// An event in the log.
#[derive(Clone, Debug)]
pub struct Event {
    /// Its place in the log. Places grow, and a reader that has seen one has seen all before it.
    pub seq: i64,
    /// Its id.
    pub id: EventId,
    /// The location that it belongs to.
    pub location_id: LocationId,
    /// See [`NewEvent::kind`].
    pub kind: String,
    /// See [`NewEvent::contact_id`].
    pub contact_id: Option<ContactId>,
    /// See [`NewEvent::subject`].
    pub subject: Option<String>,
    /// See [`NewEvent::occurred_at`].
    pub occurred_at: Timestamp,
    /// When it was written down.
    pub recorded_at: Timestamp,
    /// Who caused it.
    pub cause: Cause,
    /// See [`NewEvent::payload`].
    pub payload: Box<RawValue>,
}
