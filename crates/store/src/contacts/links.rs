//! Which contact a person is that another system knows by an id of its own.
//!
//! A Stripe customer keeps the id when the e-mail address changes. The first upsert of a run about the
//! customer stores which contact that was; later ones use this link.

use crate::error::Result;
use crate::param::params;
use crate::store::Procedure;
use crate::tx::Tx;
use serde_json::Value;
use tieline_model::contact::ContactInput;
use tieline_model::event::subjects;
use tieline_model::{ContactId, Event, Location, LocationId, text};

/// The systems whose subjects name a person. Other subjects, such as those of a webhook's mapping, may name
/// an order or anything else.
const PERSON_PREFIXES: [&str; 1] = [subjects::STRIPE_CUSTOMER];

/// The person that an event is about, as the sending system knows them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Subject {
    external_id: String,
    customer: Customer,
}

/// What the event's payload says about the person.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Customer {
    email: Option<String>,
    phone: Option<String>,
}

impl Subject {
    /// The subject of an event, if it names a person. `payload` is the event's.
    #[must_use]
    pub fn of(event: &Event, payload: &Value) -> Option<Self> {
        let named = |subject: &&String| PERSON_PREFIXES.iter().any(|prefix| subject.starts_with(prefix));
        let external_id = event.subject.as_ref().filter(named)?.clone();
        let text = |name: &str| payload["customer"][name].as_str().map(str::to_owned);
        Some(Self { external_id, customer: Customer { email: text("email"), phone: text("phone") } })
    }

    /// The id by which the other system knows the person, such as `stripe:cus_…`.
    #[must_use]
    pub fn external_id(&self) -> &str {
        &self.external_id
    }

    /// Whether an input describes this person: it has the e-mail address or the phone number of the event's
    /// customer. A workflow may also write other people, such as the customer's account manager.
    pub(super) fn is_described_by(&self, input: &ContactInput, location: &Location) -> bool {
        let same_email = || {
            let email = text::email_key(self.customer.email.as_deref()?);
            Some(text::email_key(input.email.as_set()?) == email)
        };
        let same_phone = || {
            let given = input.phone.as_set()?;
            Some(
                text::phone(self.customer.phone.as_deref()?, &location.country)
                    .is_ok_and(|phone| phone == *given),
            )
        };
        same_email().unwrap_or(false) || same_phone().unwrap_or(false)
    }

    /// The contact that this person is, if it is known.
    pub(super) async fn find(&self, tx: &mut Tx<'_>, location: &LocationId) -> Result<Option<ContactId>> {
        contact_of(tx, location, &self.external_id).await
    }

    /// Stores which contact this person is, if the input is about them. Call it in the transaction that writes
    /// the contact. [`Upsert`](super::Upsert) does so itself.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn link(
        &self,
        tx: &mut Tx<'_>,
        location: &Location,
        input: &ContactInput,
        contact: &ContactId,
    ) -> Result<()> {
        if self.is_described_by(input, location) {
            self.keep(tx, &location.id, contact).await
        } else {
            Ok(())
        }
    }

    /// Stores which contact this person is.
    pub(super) async fn keep(
        &self,
        tx: &mut Tx<'_>,
        location: &LocationId,
        contact: &ContactId,
    ) -> Result<()> {
        tx.execute(
            "INSERT INTO contact_links (location_id, external_id, contact_id) VALUES (?1, ?2, ?3) \
             ON CONFLICT (location_id, external_id) DO UPDATE SET contact_id = excluded.contact_id",
            params![location, &self.external_id, contact],
        )
        .await
        .map(|_| ())
    }
}

/// The contact with an external id. A link to a contact that no longer exists counts as none.
async fn contact_of(tx: &mut Tx<'_>, location: &LocationId, external_id: &str) -> Result<Option<ContactId>> {
    tx.value(
        "SELECT contacts.id AS id FROM contact_links JOIN contacts ON contacts.location_id = \
         contact_links.location_id AND contacts.id = contact_links.contact_id \
         WHERE contact_links.location_id = ?1 AND contact_links.external_id = ?2",
        "id",
        params![location, external_id],
    )
    .await
}

/// Removes the links of a contact that is deleted.
pub(super) async fn unlink(tx: &mut Tx<'_>, location: &LocationId, contact: &ContactId) -> Result<()> {
    tx.execute(
        "DELETE FROM contact_links WHERE location_id = ?1 AND contact_id = ?2",
        params![location, contact],
    )
    .await
    .map(|_| ())
}

/// Finds the contact that another system knows by an id of its own.
#[derive(Clone, Debug)]
pub struct FindByExternalId {
    /// The location.
    pub location_id: LocationId,
    /// The id, such as `stripe:cus_…`.
    pub external_id: String,
}

impl Procedure for FindByExternalId {
    /// The contact's document.
    type Output = Option<String>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Option<String>> {
        let Some(id) = contact_of(tx, &self.location_id, &self.external_id).await? else { return Ok(None) };
        super::Get { location_id: self.location_id.clone(), id }.run(tx).await
    }
}
