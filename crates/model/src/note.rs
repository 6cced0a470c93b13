//! Notes on a contact.

use crate::form::kinds::{Flag, Ref, Text};
use crate::form::{Field, Form};
use crate::id::{ContactId, NoteId};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// A note, named field by field as HighLevel names them on the wire.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Note {
    /// Its id.
    pub id: NoteId,
    /// The contact that it is on.
    pub contact_id: ContactId,
    /// When it was written.
    pub date_added: Timestamp,
    /// What [`form`] writes, by name, and what a newer version wrote.
    #[serde(flatten)]
    pub fields: Map<String, Value>,
}

impl Note {
    /// A note that says nothing yet.
    #[must_use]
    pub fn new(id: NoteId, contact_id: ContactId, now: Timestamp) -> Self {
        let fields = [("body".to_owned(), json!("")), ("pinned".to_owned(), json!(false))];
        Self { id, contact_id, date_added: now, fields: fields.into_iter().collect() }
    }

    /// The text of one of its fields.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.fields.get(name)?.as_str()
    }
}

/// The fields of a note that a client may write. A new note needs a `body`; no note's `body` can be emptied.
#[must_use]
pub fn form(is_new: bool) -> Form {
    let body = Field::new("body", Text::lines(), "the note's text").sampled("Called, no answer.");
    Form::new([
        if is_new { body.required() } else { body.refuses_empty() },
        // Not checked against users: clients put other ids here too.
        Field::new("userId", Ref("user"), "who wrote it"),
        Field::new("title", Text::line(), "a heading").sampled("Call"),
        Field::new("color", Text::line(), "a colour, like #FFAA00").sampled("#FFAA00"),
        Field::new("pinned", Flag, "whether it is kept on top").ignores_null(),
    ])
}
