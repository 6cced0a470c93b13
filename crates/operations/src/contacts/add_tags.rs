//! `POST /contacts/{contactId}/tags`: adds tags to a contact. 201, with all tags that it has then.

use super::{contact_id, tags};
use crate::answer::Answer;
use crate::call::Call;
use crate::operation::Operation;
use crate::shape::Shape;
use http::Method;
use tieline_model::Scope;
use tieline_model::form::Form;
use tieline_store::contacts::AddTags;
use tieline_store::{Procedure, Result, Tx};

pub(super) fn operation() -> Operation {
    Operation::writes("contacts.add-tags", "Add tags", Scope::ContactsWrite, |tx, call| {
        Box::pin(change(tx, call))
    })
    .described("Add tags {tags}", "Adds tags to the contact and keeps those that it has.")
    .at(Method::POST, "/contacts/{contactId}/tags")
    .created()
    .takes(Form::new([contact_id(), tags("the tags to add")]))
    .gives([("tags", Shape::texts()), ("tagsAdded", Shape::texts())])
}

async fn change(tx: &mut Tx<'_>, call: &Call) -> Result<Answer> {
    let (location_id, id, tags) = (call.location_id(), call.contact_id(), call.input.texts("tags"));
    let changed = AddTags { location_id, id, tags, cause: call.cause.clone() }.run(tx).await?;
    let did = match &changed.tags_added[..] {
        [] => "no tag added".to_owned(),
        tags => format!("tag {} added", tags.join(", ")),
    };
    Answer::new().did(did).value("tags", &changed.tags)?.value("tagsAdded", &changed.tags_added)
}
