//! `POST /contacts/{contactId}/tags`: adds tags to a contact. 201, with all tags that it has then.

use crate::answer::{Answer, Object};
use crate::call::Call;
use crate::error::ApiError;
use crate::operation::Operation;
use tieline_model::Scope;
use tieline_store::contacts::AddTags;

pub(crate) const OPERATION: Operation =
    Operation::post("add-tags", "/contacts/{contactId}/tags", Scope::ContactsWrite, |call| {
        Box::pin(handle(call))
    });

async fn handle(call: Call) -> Result<Answer, ApiError> {
    let tags = call.read(super::tags)?;
    let (location_id, id) = (call.location_id(), call.contact_id());
    let changed = call.write(AddTags { location_id, id, tags, cause: call.cause() }).await?;
    let body = Object::new().field("tags", &changed.tags)?.field("tagsAdded", &changed.tags_added)?;
    Ok(Answer::created(body))
}
