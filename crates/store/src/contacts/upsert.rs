use super::create::create;
use super::record::{Identity, Record, find};
use super::update::update;
use super::{Subject, Written};
use crate::error::Result;
use crate::store::Procedure;
use crate::tx::Tx;
use tieline_model::contact::{Contact, ContactInput, MOST_ADDITIONAL};
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
        let is_described = |subject: &&Subject| subject.is_described_by(&self.input, &self.location);
        let Some(subject) = self.subject.as_ref().filter(is_described) else {
            return self.by_address(tx).await;
        };
        if let Some(contact) = subject.find(tx, &self.location.id).await? {
            return self.update_found(tx, &contact, FoundBy::Subject).await;
        }
        let upserted = self.by_address(tx).await?;
        subject.keep(tx, &self.location.id, &upserted.written.contact.id).await?;
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
            Some(contact) => self.update_found(tx, &contact, FoundBy::Address).await,
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

    /// Changes the contact that was found. An e-mail address or phone number that it replaces stays with the
    /// contact as an additional one; one that belongs to another contact is not taken from it.
    async fn update_found(&self, tx: &mut Tx<'_>, id: &ContactId, found: FoundBy) -> Result<Upserted> {
        let record = Record::load(tx, &self.location.id, id).await?;
        let mut input = ContactInput { keeps_replaced: true, ..self.input.clone() };
        let mut warnings = Vec::new();
        let email = input.email.as_set().map(|email| text::email_key(email));
        let phone = input.phone.as_set().cloned();
        for (by, key, given) in
            [(Identity::Email, email, &mut input.email), (Identity::Phone, phone, &mut input.phone)]
        {
            let Some(key) = key else { continue };
            match self.judge(tx, &record.contact, by, &key, found).await? {
                Verdict::Take => {}
                Verdict::HasIt => *given = Patch::Keep,
                Verdict::LeaveOut(reason) => {
                    *given = Patch::Keep;
                    warnings.push(format!("{}: {reason}; it was left out", by.field()));
                }
            }
        }
        let mut written = update(tx, &record, &input, &self.cause).await?;
        written.warnings.extend(warnings);
        Ok(Upserted { new: false, written })
    }

    /// Whether an address or number of the input becomes the contact's main one.
    async fn judge(
        &self,
        tx: &mut Tx<'_>,
        contact: &Contact,
        by: Identity,
        key: &str,
        found: FoundBy,
    ) -> Result<Verdict> {
        let others = by.others_of(contact);
        if by.of(contact).as_deref() == Some(key) {
            return Ok(Verdict::Take);
        }
        if others.iter().any(|other| other == key) {
            return Ok(if found == FoundBy::Subject { Verdict::Take } else { Verdict::HasIt });
        }
        if let Some(owner) = self.find(tx, by, Some(key)).await?.filter(|owner| *owner != contact.id) {
            return Ok(Verdict::LeaveOut(format!("the {} belongs to contact {owner}", by.noun())));
        }
        if others.len() >= MOST_ADDITIONAL {
            let reason = format!("the contact has {MOST_ADDITIONAL} additional ones already");
            return Ok(Verdict::LeaveOut(reason));
        }
        Ok(Verdict::Take)
    }
}

/// How an upsert found its contact.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum FoundBy {
    /// By an address in the input. One that the contact has as an additional one is no news.
    Address,
    /// By the [`Subject`], whose address in the input is the current one.
    Subject,
}

/// What happens to an address in an upsert's input.
enum Verdict {
    /// It becomes, or stays, the main one.
    Take,
    /// The contact has it as an additional one, and it stays that.
    HasIt,
    /// It cannot be taken, for this reason.
    LeaveOut(String),
}
