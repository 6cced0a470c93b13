//! Notes on a contact.

use crate::fields::{Fields, Patch};
use crate::id::{ContactId, NoteId};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// A note, named field by field as HighLevel names them on the wire.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Note {
    /// Its id.
    pub id: NoteId,
    /// The contact that it is on.
    pub contact_id: ContactId,
    /// The text, which may be HTML.
    pub body: String,
    /// Who wrote it. Not checked against users: clients put other ids here too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// A heading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// A colour, as `#FFAA00`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<String>,
    /// Whether it is kept on top.
    #[serde(default)]
    pub pinned: bool,
    /// When it was written.
    pub date_added: Timestamp,
}

/// What a client may say of a note; what it leaves out stays as it is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct NoteInput {
    /// See [`Note::body`].
    pub body: Patch<String>,
    /// See [`Note::user_id`].
    pub user_id: Patch<String>,
    /// See [`Note::title`].
    pub title: Patch<String>,
    /// See [`Note::color`].
    pub color: Patch<String>,
    /// See [`Note::pinned`].
    pub pinned: Patch<bool>,
}

impl NoteInput {
    /// The fields of a new note; `body` has to be there.
    pub fn create(fields: &mut Fields) -> Self {
        fields.require("body");
        Self::update(fields)
    }

    /// The fields of a change; all of them may be left out, and `body` may not be emptied.
    pub fn update(fields: &mut Fields) -> Self {
        Self {
            body: fields.non_empty_string("body"),
            user_id: fields.string("userId"),
            title: fields.string("title"),
            color: fields.string("color"),
            pinned: fields.boolean("pinned"),
        }
    }
}
