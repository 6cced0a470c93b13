//! `DELETE /contacts/{contactId}/tags`, with a body: takes tags from a contact. Answers those that are left.

use crate::answer::{Answer, Object};
use crate::call::Call;
use crate::error::ApiError;
use crate::operation::Operation;
use tieline_model::Scope;
use tieline_store::contacts::RemoveTags;

pub(crate) const OPERATION: Operation =
    Operation::delete("remove-tags", "/contacts/{contactId}/tags", Scope::ContactsWrite, |call| {
        Box::pin(handle(call))
    });

async fn handle(call: Call) -> Result<Answer, ApiError> {
    let tags = call.read(super::tags)?;
    let (location_id, id) = (call.location_id(), call.contact_id());
    let changed = call.write(RemoveTags { location_id, id, tags, cause: call.cause() }).await?;
    let body = Object::new().field("tags", &changed.tags)?.field("tagsRemoved", &changed.tags_removed)?;
    Ok(Answer::ok(body))
}
