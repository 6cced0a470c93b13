use super::record::{Identity, find};
use crate::error::Result;
use crate::store::Procedure;
use crate::tx::Tx;
use tieline_model::{LocationId, Refusal, text};

/// Finds the contact that an e-mail address belongs to, or else a phone number.
#[derive(Clone, Debug)]
pub struct FindDuplicate {
    /// The location.
    pub location_id: LocationId,
    /// An e-mail address, in any case.
    pub email: Option<String>,
    /// A phone number in E.164.
    pub phone: Option<String>,
}

impl Procedure for FindDuplicate {
    /// The contact's document.
    type Output = Option<String>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Option<String>> {
        if self.email.is_none() && self.phone.is_none() {
            return Err(Refusal::NothingToMatch.into());
        }
        let email = self.email.as_deref().map(text::email_key);
        for (by, key) in [(Identity::Email, email.as_deref()), (Identity::Phone, self.phone.as_deref())] {
            let Some(key) = key else { continue };
            if let Some((_, doc)) = find(tx, &self.location_id, by, key).await? {
                return Ok(Some(doc));
            }
        }
        Ok(None)
    }
}
