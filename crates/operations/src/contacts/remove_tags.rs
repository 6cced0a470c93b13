//! `DELETE /contacts/{contactId}/tags`: removes tags from a contact, by a body. 200, with the tags that are left.

use super::{contact_id, tags};
use crate::answer::Answer;
use crate::call::Call;
use crate::operation::Operation;
use crate::shape::Shape;
use http::Method;
use tieline_model::Scope;
use tieline_model::form::Form;
use tieline_store::contacts::RemoveTags;
use tieline_store::{Procedure, Result, Tx};

pub(super) fn operation() -> Operation {
    Operation::writes("contacts.remove-tags", "Remove tags", Scope::ContactsWrite, |tx, call| {
        Box::pin(change(tx, call))
    })
    .described(
        "Remove tags {tags}",
        "Removes tags from the contact; tags that it does not have are no fault.",
    )
    .at(Method::DELETE, "/contacts/{contactId}/tags")
    .takes(Form::new([contact_id(), tags("the tags to remove")]))
    .gives([("tags", Shape::texts()), ("tagsRemoved", Shape::texts())])
}

async fn change(tx: &mut Tx<'_>, call: &Call) -> Result<Answer> {
    let (location_id, id, tags) = (call.location_id(), call.contact_id(), call.input.texts("tags"));
    let changed = RemoveTags { location_id, id, tags, cause: call.cause.clone() }.run(tx).await?;
    let did = match &changed.tags_removed[..] {
        [] => "no tag removed".to_owned(),
        tags => format!("tag {} removed", tags.join(", ")),
    };
    Answer::new().did(did).value("tags", &changed.tags)?.value("tagsRemoved", &changed.tags_removed)
}
