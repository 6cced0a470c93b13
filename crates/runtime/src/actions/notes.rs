//! `contacts.create-note` and what else there is to do with notes.

use super::{Call, Done, local, optional, required};
use serde_json::json;
use tieline_engine::ActionSpec;
use tieline_model::NoteId;
use tieline_model::note::NoteInput;
use tieline_store::{Procedure, Result, Tx, notes};

pub(super) const CREATE: ActionSpec = local(
    "contacts.create-note",
    true,
    &[
        required("body", "the note's text"),
        optional("userId", "who wrote it"),
        optional("title", "a heading"),
        optional("color", "a colour, like #FFAA00"),
        optional("pinned", "whether it is kept on top"),
    ],
);
pub(super) const UPDATE: ActionSpec = local(
    "contacts.update-note",
    true,
    &[
        required("id", "the note's id"),
        optional("body", "the note's text"),
        optional("userId", "who wrote it"),
        optional("title", "a heading"),
        optional("color", "a colour, like #FFAA00"),
        optional("pinned", "whether it is kept on top"),
    ],
);
pub(super) const DELETE: ActionSpec = local("contacts.delete-note", true, &[required("id", "the note's id")]);

pub(super) async fn create(tx: &mut Tx<'_>, mut call: Call<'_>) -> Result<Done> {
    let (location_id, contact_id) = (call.location.id.clone(), call.contact_id());
    let input = call.read(NoteInput::create)?;
    let note = notes::Create { location_id, contact_id, input, cause: call.cause }.run(tx).await?;
    let did = format!("note {} written", note.id);
    Ok(Done { output: json!({ "note": note }), contact_id: None, did })
}

pub(super) async fn update(tx: &mut Tx<'_>, mut call: Call<'_>) -> Result<Done> {
    let (location_id, contact_id) = (call.location.id.clone(), call.contact_id());
    let id = NoteId::from(call.id("id"));
    let input = call.read(NoteInput::update)?;
    let note = notes::Update { location_id, contact_id, id, input, cause: call.cause }.run(tx).await?;
    let did = format!("note {} changed", note.id);
    Ok(Done { output: json!({ "note": note }), contact_id: None, did })
}

pub(super) async fn delete(tx: &mut Tx<'_>, mut call: Call<'_>) -> Result<Done> {
    let (location_id, contact_id) = (call.location.id.clone(), call.contact_id());
    let id = NoteId::from(call.id("id"));
    let did = format!("note {id} deleted");
    notes::Delete { location_id, contact_id, id, cause: call.cause }.run(tx).await?;
    Ok(Done { output: json!({ "succeded": true, "succeeded": true }), contact_id: None, did })
}
