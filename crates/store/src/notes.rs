//! Notes on contacts.

use crate::contacts::{must_exist, not_found};
use crate::error::Result;
use crate::log;
use crate::store::Operation;
use crate::tx::{Tx, params};
use tieline_model::event::kinds;
use tieline_model::note::{Note, NoteInput};
use tieline_model::{Cause, ContactId, LocationId, NewEvent, NoteId};

/// Lists a contact's notes, newest first.
#[derive(Clone, Debug)]
pub struct List {
    /// The location.
    pub location_id: LocationId,
    /// The contact.
    pub contact_id: ContactId,
}

impl Operation for List {
    type Output = Vec<Note>;
    const SCANS: bool = true;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<Note>> {
        must_exist(tx, &self.location_id, &self.contact_id).await?;
        let rows = tx
            .query(
                "SELECT id, doc FROM notes WHERE location_id = ?1 AND contact_id = ?2 ORDER BY id DESC",
                params![&self.location_id, &self.contact_id],
            )
            .await?;
        rows.into_iter().map(|mut row| row.json(1)).collect()
    }
}

/// Gets a note.
#[derive(Clone, Debug)]
pub struct Get {
    /// The location.
    pub location_id: LocationId,
    /// The contact.
    pub contact_id: ContactId,
    /// The note.
    pub id: NoteId,
}

impl Operation for Get {
    type Output = Note;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Note> {
        must_exist(tx, &self.location_id, &self.contact_id).await?;
        let row = tx
            .query_first(
                "SELECT id, doc FROM notes WHERE location_id = ?1 AND contact_id = ?2 AND id = ?3",
                params![&self.location_id, &self.contact_id, &self.id],
            )
            .await?;
        row.ok_or_else(|| not_found("Note", &self.id))?.json(1)
    }
}

/// Writes a note.
#[derive(Clone, Debug)]
pub struct Create {
    /// The location.
    pub location_id: LocationId,
    /// The contact.
    pub contact_id: ContactId,
    /// What it says; `body` is there.
    pub input: NoteInput,
    /// Who writes it.
    pub cause: Cause,
}

impl Operation for Create {
    type Output = Note;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Note> {
        must_exist(tx, &self.location_id, &self.contact_id).await?;
        let mut note = Note {
            id: NoteId::mint(tx.now(), tx.random()),
            contact_id: self.contact_id.clone(),
            body: String::new(),
            user_id: None,
            title: None,
            color: None,
            pinned: false,
            date_added: tx.now(),
        };
        apply(&mut note, &self.input);
        tx.execute(
            "INSERT INTO notes (location_id, contact_id, id, doc) VALUES (?1, ?2, ?3, ?4)",
            params![&self.location_id, &self.contact_id, &note.id, &serde_json::to_string(&note)?],
        )
        .await?;
        tell(tx, &self.location_id, &self.cause, kinds::NOTE_CREATED, &note, None).await?;
        Ok(note)
    }
}

/// Changes a note.
#[derive(Clone, Debug)]
pub struct Update {
    /// The location.
    pub location_id: LocationId,
    /// The contact.
    pub contact_id: ContactId,
    /// The note.
    pub id: NoteId,
    /// What changes.
    pub input: NoteInput,
    /// Who changes it.
    pub cause: Cause,
}

impl Operation for Update {
    type Output = Note;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Note> {
        let get = Get {
            location_id: self.location_id.clone(),
            contact_id: self.contact_id.clone(),
            id: self.id.clone(),
        };
        let before = get.run(tx).await?;
        let mut note = before.clone();
        apply(&mut note, &self.input);
        if note != before {
            tx.execute(
                "UPDATE notes SET doc = ?4 WHERE location_id = ?1 AND contact_id = ?2 AND id = ?3",
                params![&self.location_id, &self.contact_id, &self.id, &serde_json::to_string(&note)?],
            )
            .await?;
            tell(tx, &self.location_id, &self.cause, kinds::NOTE_UPDATED, &note, Some(&before)).await?;
        }
        Ok(note)
    }
}

/// Deletes a note.
#[derive(Clone, Debug)]
pub struct Delete {
    /// The location.
    pub location_id: LocationId,
    /// The contact.
    pub contact_id: ContactId,
    /// The note.
    pub id: NoteId,
    /// Who deletes it.
    pub cause: Cause,
}

impl Operation for Delete {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<()> {
        let get = Get {
            location_id: self.location_id.clone(),
            contact_id: self.contact_id.clone(),
            id: self.id.clone(),
        };
        let note = get.run(tx).await?;
        tx.execute(
            "DELETE FROM notes WHERE location_id = ?1 AND contact_id = ?2 AND id = ?3",
            params![&self.location_id, &self.contact_id, &self.id],
        )
        .await?;
        tell(tx, &self.location_id, &self.cause, kinds::NOTE_DELETED, &note, None).await
    }
}

fn apply(note: &mut Note, input: &NoteInput) {
    if let Some(body) = input.body.as_set() {
        note.body.clone_from(body);
    }
    input.user_id.apply(&mut note.user_id);
    input.title.apply(&mut note.title);
    input.color.apply(&mut note.color);
    if let Some(pinned) = input.pinned.as_set() {
        note.pinned = *pinned;
    }
}

/// What an event tells of a note: the note, and for a change what it was before.
#[derive(serde::Serialize)]
struct Told<'a> {
    note: &'a Note,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<&'a Note>,
}

async fn tell(
    tx: &mut Tx<'_>,
    location: &LocationId,
    cause: &Cause,
    kind: &str,
    note: &Note,
    before: Option<&Note>,
) -> Result<()> {
    let event = NewEvent {
        kind: kind.to_owned(),
        contact_id: Some(note.contact_id.clone()),
        subject: None,
        occurred_at: tx.now(),
        payload: log::payload(&Told { note, before })?,
    };
    log::append(tx, location, cause, &event).await.map(|_| ())
}
