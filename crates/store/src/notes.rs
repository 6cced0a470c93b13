//! Notes on contacts.

use crate::attached::{self, Attached};
use tieline_model::event::kinds;
use tieline_model::note::Note;
use tieline_model::{ContactId, NoteId, Timestamp};

/// Lists a contact's notes, newest first.
pub type List = attached::List<Note>;
/// Gets a note.
pub type Get = attached::Get<Note>;
/// Creates a note; `body` is required.
pub type Create = attached::Create<Note>;
/// Changes a note.
pub type Update = attached::Update<Note>;
/// Deletes a note.
pub type Delete = attached::Delete<Note>;

impl Attached for Note {
    type Id = NoteId;

    const NAME: (&'static str, &'static str) = ("Note", "note");
    const SELECT_ALL: &'static str =
        "SELECT id, doc FROM notes WHERE location_id = ?1 AND contact_id = ?2 ORDER BY id DESC";
    const SELECT: &'static str =
        "SELECT id, doc FROM notes WHERE location_id = ?1 AND contact_id = ?2 AND id = ?3";
    const INSERT: &'static str =
        "INSERT INTO notes (location_id, contact_id, id, doc) VALUES (?1, ?2, ?3, ?4)";
    const UPDATE: &'static str =
        "UPDATE notes SET doc = ?4 WHERE location_id = ?1 AND contact_id = ?2 AND id = ?3";
    const DELETE: &'static str = "DELETE FROM notes WHERE location_id = ?1 AND contact_id = ?2 AND id = ?3";
    const CREATED: &'static str = kinds::NOTE_CREATED;
    const DELETED: &'static str = kinds::NOTE_DELETED;

    fn blank(id: NoteId, contact_id: ContactId, now: Timestamp) -> Self {
        Self::new(id, contact_id, now)
    }

    fn mint(now: Timestamp, random: [u8; 12]) -> NoteId {
        NoteId::mint(now, random)
    }

    fn changed(&self, _before: &Self) -> &'static str {
        kinds::NOTE_UPDATED
    }

    fn contact_id(&self) -> &ContactId {
        &self.contact_id
    }
}
