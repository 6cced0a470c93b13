use crate::catalogue::Catalogue;
use std::sync::Arc;
use tieline_model::form::{Door, Input};
use tieline_model::{Cause, ContactId, Location, LocationId};
use tieline_store::contacts::Subject;

/// One performance of an operation: for whom, because of whom, and with what.
#[derive(Clone, Debug)]
pub struct Call {
    /// All that can be asked for.
    pub catalogue: Catalogue,
    /// How it was asked for. Only where HighLevel's answers and a workflow's needs differ does it matter.
    pub door: Door,
    /// The location, as its settings are now.
    pub location: Arc<Location>,
    /// Who asks for it.
    pub cause: Cause,
    /// What the operation's form read.
    pub input: Input,
    /// The person that the run's event is about, as the system where it comes from knows them; none for a
    /// request.
    pub subject: Option<Subject>,
    /// The address that the client reached the server by, without a slash at its end; empty in a workflow.
    pub base_url: String,
}

impl Call {
    /// The location's id.
    #[must_use]
    pub fn location_id(&self) -> LocationId {
        self.location.id.clone()
    }

    /// The contact that the operation is on.
    #[must_use]
    pub fn contact_id(&self) -> ContactId {
        self.input.id("contactId")
    }
}
