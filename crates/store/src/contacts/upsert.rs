use super::Written;
use super::create::create;
use super::record::{Identity, Record, find};
use super::update::update;
use crate::error::Result;
use crate::store::Procedure;
use crate::tx::Tx;
use tieline_model::contact::ContactInput;
use tieline_model::fields::Patch;
use tieline_model::{Cause, ContactId, Location, Refusal, text};

/// Creates a contact, or changes the one that has the e-mail address or else the phone number.
#[derive(Clone, Debug)]
pub struct Upsert {
    /// The location, as its settings are.
    pub location: Location,
    /// What is known of the contact; an e-mail address or a phone number is there.
    pub input: ContactInput,
    /// Create one without looking, where the location allows duplicates.
    pub always_new: bool,
    /// Who does it.
    pub cause: Cause,
}

/// A contact that was created or changed.
#[derive(Clone, Debug)]
pub struct Upserted {
    /// Whether it was created.
    pub new: bool,
    /// The contact.
    pub written: Written,
}

impl Procedure for Upsert {
    type Output = Upserted;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Upserted> {
        let email = self.input.email.as_set().map(|email| text::email_key(email));
        let phone = self.input.phone.as_set();
        if email.is_none() && phone.is_none() {
            return Err(Refusal::NothingToMatch.into());
        }
        if self.always_new && self.location.allow_duplicate_contact {
            return self.create(tx).await;
        }
        let by_email = self.find(tx, Identity::Email, email.as_deref()).await?;
        let by_phone = self.find(tx, Identity::Phone, phone.map(String::as_str)).await?;
        match (by_email, by_phone) {
            (None, None) => self.create(tx).await,
            (Some(contact), Some(other)) if contact != other => {
                self.update_but_phone(tx, &contact, &other).await
            }
            (Some(contact), _) | (None, Some(contact)) => self.update(tx, &contact, &self.input).await,
        }
    }
}

impl Upsert {
    async fn find(&self, tx: &mut Tx<'_>, by: Identity, key: Option<&str>) -> Result<Option<ContactId>> {
        let Some(key) = key else { return Ok(None) };
        Ok(find(tx, &self.location.id, by, key).await?.map(|(id, _)| id))
    }

    async fn create(&self, tx: &mut Tx<'_>) -> Result<Upserted> {
        let written = create(tx, &self.location, &self.input, &self.cause).await?;
        Ok(Upserted { new: true, written })
    }

    async fn update(&self, tx: &mut Tx<'_>, id: &ContactId, input: &ContactInput) -> Result<Upserted> {
        let record = Record::load(tx, &self.location.id, id).await?;
        let written = update(tx, &record, input, &self.cause).await?;
        Ok(Upserted { new: false, written })
    }

    /// The address is one contact's and the phone number another's: the number is not taken from its owner.
    async fn update_but_phone(&self, tx: &mut Tx<'_>, id: &ContactId, owner: &ContactId) -> Result<Upserted> {
        let record = Record::load(tx, &self.location.id, id).await?;
        if record.contact.phone.as_ref() == self.input.phone.as_set() {
            // They share it already, so there is nothing to leave out.
            return self.update(tx, id, &self.input).await;
        }
        let input = ContactInput { phone: Patch::Keep, ..self.input.clone() };
        let mut upserted = self.update(tx, id, &input).await?;
        let warning = format!("phone: the number belongs to contact {owner}; it was left out");
        upserted.written.warnings.push(warning);
        Ok(upserted)
    }
}
