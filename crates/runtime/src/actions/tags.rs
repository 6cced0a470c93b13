//! `contacts.add-tags` and `contacts.remove-tags`.

use super::{Call, Done, local, required};
use tieline_engine::{ActionSpec, FieldSpec};
use tieline_model::text;
use tieline_store::contacts::{AddTags, RemoveTags, TagsChanged};
use tieline_store::{Procedure, Result, Tx};

const FIELDS: &[FieldSpec] = &[required("tags", "a list of tags")];

pub(super) const ADD: ActionSpec = local("contacts.add-tags", true, FIELDS);
pub(super) const REMOVE: ActionSpec = local("contacts.remove-tags", true, FIELDS);

pub(super) async fn add(tx: &mut Tx<'_>, mut call: Call<'_>) -> Result<Done> {
    let (location_id, id) = (call.location.id.clone(), call.contact_id());
    let tags = tags(&mut call)?;
    let changed = AddTags { location_id, id, tags, cause: call.cause }.run(tx).await?;
    done("added", &changed.tags_added, &changed)
}

pub(super) async fn remove(tx: &mut Tx<'_>, mut call: Call<'_>) -> Result<Done> {
    let (location_id, id) = (call.location.id.clone(), call.contact_id());
    let tags = tags(&mut call)?;
    let changed = RemoveTags { location_id, id, tags, cause: call.cause }.run(tx).await?;
    done("removed", &changed.tags_removed, &changed)
}

fn tags(call: &mut Call<'_>) -> Result<Vec<String>> {
    call.read(|fields| {
        fields.require("tags");
        text::tags(&fields.strings("tags").into_option().unwrap_or_default())
    })
}

fn done(verb: &str, which: &[String], changed: &TagsChanged) -> Result<Done> {
    let did = match which {
        [] => format!("no tag {verb}"),
        tags => format!("tag {} {verb}", tags.join(", ")),
    };
    Ok(Done { output: serde_json::to_value(changed)?, contact_id: None, did })
}
