//! Why a change that was understood is not made.

use crate::form::FieldError;
use crate::id::ContactId;

/// A change that is not made, and why. Nothing has been written where one is returned.
///
/// The API answers it in HighLevel's envelope; in a run it fails the step for good, because trying again
/// would be refused again.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refusal {
    /// There is no such contact in the location.
    #[error("Contact not found for id:{0}")]
    ContactNotFound(String),
    /// There is no such thing (a note, a task, …) on the contact or in the location.
    #[error("{what} not found for id:{id}")]
    NotFound {
        /// `Note`, `Task`, …
        what: &'static str,
        /// The id that was asked for.
        id: String,
    },
    /// Another contact has the e-mail address or phone number, and the location allows no duplicates.
    #[error("This location does not allow duplicated contacts.")]
    Duplicate {
        /// The contact that has it.
        contact_id: ContactId,
        /// That contact's name.
        contact_name: String,
        /// `email` or `phone`.
        field: &'static str,
    },
    /// Upsert and duplicate search need an e-mail address or a phone number.
    #[error("Pass at least one of number, email query parameter")]
    NothingToMatch,
    /// Fields of the input are wrong.
    #[error("{}", sentences(.0))]
    Invalid(Vec<FieldError>),
    /// Existing data prevents the change, for this reason.
    #[error("{0}")]
    Conflict(String),
}

impl Refusal {
    /// A body with nothing to know a contact by.
    #[must_use]
    pub fn unidentified() -> Self {
        let message = "Contacts without email, phone, firstName and lastName are not allowed.";
        Self::Invalid(vec![FieldError::new("email", message)])
    }

    /// One field of the input is wrong.
    pub fn field(field: &str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError::new(field, message)])
    }
}

fn sentences(errors: &[FieldError]) -> String {
    let messages: Vec<&str> = errors.iter().map(|error| error.message.as_str()).collect();
    messages.join(", ")
}
