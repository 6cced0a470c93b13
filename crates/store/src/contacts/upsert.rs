use super::create::create;
use super::record::{Identity, Record, find};
use super::update::update;
use super::{Subject, Written};
use crate::error::Result;
use crate::store::Procedure;
use crate::tx::Tx;
use tieline_model::contact::ContactInput;
use tieline_model::form::Patch;
use tieline_model::{Cause, ContactId, Location, Refusal, text};

/// Creates a contact, or changes the one that has the e-mail address or else the phone number.
///
/// With a [`Subject`], an input about that person changes the contact that the person was linked with before,
/// whatever the e-mail address is by now. Otherwise the contact becomes linked.
#[derive(Clone, Debug)]
pub struct Upsert {
    /// The location, with its current settings.
    pub location: Location,
    /// What is known of the contact, with an e-mail address or a phone number.
    pub input: ContactInput,
    /// Create one without a search, if the location allows duplicates.
    pub always_new: bool,
    /// The person that the run's event is about; none for a request.
    pub subject: Option<Subject>,
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
        let Some(subject) = &self.subject else { return self.by_address(tx).await };
        if let Some(contact) = subject.find(tx, &self.location, &self.input).await? {
            return self.update_free(tx, &contact).await;
        }
        let upserted = self.by_address(tx).await?;
        subject.link(tx, &self.location, &self.input, &upserted.written.contact.id).await?;
        Ok(upserted)
    }
}

impl Upsert {
    async fn by_address(&self, tx: &mut Tx<'_>) -> Result<Upserted> {
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
        match by_email.or(by_phone) {
            None => self.create(tx).await,
            Some(contact) => self.update_free(tx, &contact).await,
        }
    }

    async fn find(&self, tx: &mut Tx<'_>, by: Identity, key: Option<&str>) -> Result<Option<ContactId>> {
        let Some(key) = key else { return Ok(None) };
        Ok(find(tx, &self.location.id, by, key).await?.map(|(id, _)| id))
    }

    async fn create(&self, tx: &mut Tx<'_>) -> Result<Upserted> {
        let written = create(tx, &self.location, &self.input, &self.cause).await?;
        Ok(Upserted { new: true, written })
    }

    /// Changes a contact. An address that belongs to another contact is not taken from it.
    async fn update_free(&self, tx: &mut Tx<'_>, id: &ContactId) -> Result<Upserted> {
        let record = Record::load(tx, &self.location.id, id).await?;
        let (mut input, mut warnings) = (self.input.clone(), Vec::new());
        let email = input.email.as_set().map(|email| text::email_key(email));
        if email != record.contact.email.as_deref().map(text::email_key)
            && let Some(owner) = self.owner(tx, Identity::Email, email.as_deref(), id).await?
        {
            input.email = Patch::Keep;
            warnings.push(format!("email: the address belongs to contact {owner}; it was left out"));
        }
        let phone = input.phone.as_set().cloned();
        if phone != record.contact.phone
            && let Some(owner) = self.owner(tx, Identity::Phone, phone.as_deref(), id).await?
        {
            input.phone = Patch::Keep;
            warnings.push(format!("phone: the number belongs to contact {owner}; it was left out"));
        }
        let mut written = update(tx, &record, &input, &self.cause).await?;
        written.warnings.extend(warnings);
        Ok(Upserted { new: false, written })
    }

    /// The other contact that an address belongs to.
    async fn owner(
        &self,
        tx: &mut Tx<'_>,
        by: Identity,
        key: Option<&str>,
        id: &ContactId,
    ) -> Result<Option<ContactId>> {
        Ok(self.find(tx, by, key).await?.filter(|owner| owner != id))
    }
}
