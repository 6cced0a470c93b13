use super::record::Record;
use crate::error::Result;
use crate::log;
use crate::store::Procedure;
use crate::tx::Tx;
use serde::Serialize;
use std::collections::HashSet;
use tieline_model::contact::Contact;
use tieline_model::event::kinds;
use tieline_model::form::kinds::MOST_TEXTS as MOST_TAGS;
use tieline_model::{Cause, ContactId, LocationId, NewEvent, Refusal};

/// Adds tags to a contact. Tags that it has already are left as they are. Refused if it would have more than
/// [`MOST_TAGS`].
#[derive(Clone, Debug)]
pub struct AddTags {
    /// The location.
    pub location_id: LocationId,
    /// The contact.
    pub id: ContactId,
    /// Tags in their stored form; see [`tieline_model::text::tags`].
    pub tags: Vec<String>,
    /// Who adds them.
    pub cause: Cause,
}

/// Removes tags from a contact. Tags that it does not have are ignored.
#[derive(Clone, Debug)]
pub struct RemoveTags {
    /// The location.
    pub location_id: LocationId,
    /// The contact.
    pub id: ContactId,
    /// Tags in their stored form; see [`tieline_model::text::tags`].
    pub tags: Vec<String>,
    /// Who removes them.
    pub cause: Cause,
}

/// A contact's tags after a change.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TagsChanged {
    /// All tags that the contact has now.
    pub tags: Vec<String>,
    /// The added tags.
    pub tags_added: Vec<String>,
    /// The removed tags.
    pub tags_removed: Vec<String>,
}

impl TagsChanged {
    /// How a contact's tags changed between two states of it.
    pub(super) fn between(before: &Contact, after: &Contact) -> Self {
        let (old, new): (HashSet<&String>, HashSet<&String>) =
            (before.tags.iter().collect(), after.tags.iter().collect());
        Self {
            tags: after.tags.clone(),
            tags_added: after.tags.iter().filter(|tag| !old.contains(tag)).cloned().collect(),
            tags_removed: before.tags.iter().filter(|tag| !new.contains(tag)).cloned().collect(),
        }
    }

    fn is_empty(&self) -> bool {
        self.tags_added.is_empty() && self.tags_removed.is_empty()
    }
}

impl Procedure for AddTags {
    type Output = TagsChanged;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<TagsChanged> {
        let record = Record::load(tx, &self.location_id, &self.id).await?;
        let has = &record.contact.tags;
        let known: HashSet<&String> = has.iter().collect();
        let added: Vec<String> = self.tags.iter().filter(|tag| !known.contains(tag)).cloned().collect();
        if !added.is_empty() && has.len() + added.len() > MOST_TAGS {
            let problem = format!("tags must be no more than {MOST_TAGS} on one contact; remove some first");
            return Err(Refusal::field("tags", problem).into());
        }
        let tags = has.iter().chain(&added).cloned().collect();
        change(tx, &record, TagsChanged { tags, tags_added: added, tags_removed: Vec::new() }, &self.cause)
            .await
    }
}

impl Procedure for RemoveTags {
    type Output = TagsChanged;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<TagsChanged> {
        let record = Record::load(tx, &self.location_id, &self.id).await?;
        let gone: HashSet<&String> = self.tags.iter().collect();
        let (removed, tags) = record.contact.tags.iter().cloned().partition(|tag| gone.contains(tag));
        change(tx, &record, TagsChanged { tags, tags_added: Vec::new(), tags_removed: removed }, &self.cause)
            .await
    }
}

async fn change(
    tx: &mut Tx<'_>,
    record: &Record,
    changed: TagsChanged,
    cause: &Cause,
) -> Result<TagsChanged> {
    if changed.is_empty() {
        return Ok(changed);
    }
    let mut contact = record.contact.clone();
    contact.tags.clone_from(&changed.tags);
    contact.date_updated = tx.now();
    record.save(tx, &contact).await?;
    append_tags_changed(tx, cause, &contact, &changed).await?;
    Ok(changed)
}

/// Appends the event of a contact's changed tags, if they changed.
pub(super) async fn append_tags_changed(
    tx: &mut Tx<'_>,
    cause: &Cause,
    contact: &Contact,
    changed: &TagsChanged,
) -> Result<()> {
    if changed.is_empty() {
        return Ok(());
    }
    let event = NewEvent {
        kind: kinds::CONTACT_TAGS_CHANGED.to_owned(),
        contact_id: Some(contact.id.clone()),
        subject: None,
        occurred_at: tx.now(),
        payload: log::payload(changed)?,
    };
    log::append(tx, &contact.location_id, cause, &event).await.map(|_| ())
}
