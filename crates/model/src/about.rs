use crate::id::ContactId;

/// Whom a run is about after a step.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum About {
    /// The same as before it.
    #[default]
    Same,
    /// The contact that the step found or created.
    Contact(ContactId),
    /// Nobody: the step searched for a contact and found none.
    Nobody,
}
