//! How the ledger of an event's customer is found, and the small records that lead to it.

use super::NormaliseError;
use super::event::StripeEvent;
use super::facts::{Fact, Ids, Pay, Side};
use super::ledger::Ledger;
use crate::connector::Memory;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// A record under `invoice:…`, `payment_intent:…` or `charge:…`.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
struct Reference {
    /// The key of the ledger that knows the payment.
    #[serde(default, rename = "o", skip_serializing_if = "Option::is_none")]
    owner: Option<String>,
    /// The other side of the payment: the PaymentIntent of an invoice, or the other way round.
    #[serde(default, rename = "t", skip_serializing_if = "Option::is_none")]
    tie: Option<String>,
}

/// A customer's ledger as it was found, and what is to be written with it.
pub(super) struct Found {
    pub(super) key: String,
    pub(super) ledger: Ledger,
    /// The other side of the event's payment, if it is known already.
    pub(super) tie: Option<String>,
    /// The document as it was read, if there was one.
    raw: Option<String>,
    references: Vec<(String, Reference)>,
}

/// Reads and writes the memory.
pub(super) struct LedgerStore<'m> {
    pub(super) memory: &'m mut dyn Memory,
}

impl LedgerStore<'_> {
    /// Finds the ledger that an event belongs to.
    pub(super) async fn find(&mut self, event: &StripeEvent) -> Result<Found, NormaliseError> {
        let pay = payment_of(event);
        let own = pay.as_ref().and_then(own_key);
        let mut reference = None;
        let key = if let Some(customer) = &event.about.customer {
            format!("customer:{customer}")
        } else {
            reference = self.reference(own.as_deref()).await?;
            if let Some(charge) = pay.as_ref().and_then(|pay| pay.ids.charge.as_ref())
                && reference.is_none()
            {
                reference = self.reference(Some(&format!("charge:{charge}"))).await?;
            }
            let owner = reference.as_ref().and_then(|reference| reference.owner.clone());
            owner.unwrap_or_else(|| guest_key(event, own.as_deref()))
        };
        let (ledger, raw) = self.ledger(&key).await?;
        let mut found = Found { key, ledger, tie: None, raw, references: Vec::new() };
        let (Some(pay), Some(own)) = (pay, own) else { return Ok(found) };
        let led_to = match event.what {
            Fact::Dispute { .. } | Fact::RefundFailed { .. } => false,
            // A guest's payment may come in without the address that the failed attempt had.
            Fact::Failed(_) => found.key.starts_with("email:"),
            _ => true,
        };
        if found.ledger.knows(&pay) || !led_to {
            return Ok(found);
        }
        if reference.is_none() && !pay.linked {
            reference = self.reference(Some(&own)).await?;
        }
        found.tie = reference.and_then(|reference| reference.tie);
        found.refer(&pay, own);
        Ok(found)
    }

    /// Remembers which PaymentIntent paid an invoice, and finds the ledger that knows either.
    pub(super) async fn tie(&mut self, invoice: &str, intent: &str) -> Result<Option<Found>, NormaliseError> {
        let keys = (format!("invoice:{invoice}"), format!("payment_intent:{intent}"));
        let known = [self.reference(Some(&keys.0)).await?, self.reference(Some(&keys.1)).await?]
            .map(Option::unwrap_or_default);
        let owner = known.iter().find_map(|reference| reference.owner.clone());
        let [bill, money] = known.clone();
        let references = [
            (keys.0, bill, Reference { owner: owner.clone(), tie: Some(intent.to_owned()) }),
            (keys.1, money, Reference { owner: owner.clone(), tie: Some(invoice.to_owned()) }),
        ];
        let changed = references.into_iter().filter(|(_, known, now)| known != now);
        let references: Vec<(String, Reference)> = changed.map(|(key, _, now)| (key, now)).collect();
        let Some(key) = owner else {
            self.put_references(references).await?;
            return Ok(None);
        };
        let (ledger, raw) = self.ledger(&key).await?;
        Ok(Some(Found { key, ledger, tie: None, raw, references }))
    }

    /// Writes what changed.
    pub(super) async fn save(&mut self, found: Found) -> Result<(), NormaliseError> {
        let Found { key, ledger, raw, references, .. } = found;
        let document = serde_json::to_string(&ledger)
            .map_err(|error| NormaliseError::Document { key: key.clone(), error })?;
        if raw.as_ref() != Some(&document) {
            self.memory.put(&key, document).await.map_err(NormaliseError::Memory)?;
        }
        self.put_references(references).await
    }

    async fn put_references(&mut self, references: Vec<(String, Reference)>) -> Result<(), NormaliseError> {
        for (key, reference) in references {
            let document = serde_json::to_string(&reference)
                .map_err(|error| NormaliseError::Document { key: key.clone(), error })?;
            self.memory.put(&key, document).await.map_err(NormaliseError::Memory)?;
        }
        Ok(())
    }

    async fn ledger(&mut self, key: &str) -> Result<(Ledger, Option<String>), NormaliseError> {
        let raw = self.memory.get(key).await.map_err(NormaliseError::Memory)?;
        let ledger = raw.as_deref().map(|raw| read(key, raw)).transpose()?;
        Ok((ledger.unwrap_or_default(), raw))
    }

    async fn reference(&mut self, key: Option<&str>) -> Result<Option<Reference>, NormaliseError> {
        let Some(key) = key else { return Ok(None) };
        let raw = self.memory.get(key).await.map_err(NormaliseError::Memory)?;
        raw.map(|raw| read(key, &raw)).transpose()
    }
}

fn read<T: DeserializeOwned>(key: &str, raw: &str) -> Result<T, NormaliseError> {
    serde_json::from_str(raw).map_err(|error| NormaliseError::Document { key: key.to_owned(), error })
}

impl Found {
    /// Collects the records that lead from the payment's ids to the ledger. If the objects name each other,
    /// nobody asks for the invoice.
    fn refer(&mut self, pay: &Pay, own: String) {
        let owner = Some(self.key.clone());
        let other = self.tie.as_ref().map(|tie| match pay.side {
            Side::Invoice => (format!("payment_intent:{tie}"), pay.ids.invoice.clone()),
            Side::Money => (format!("invoice:{tie}"), pay.ids.intent.clone()),
        });
        let linked = pay.ids.intent.as_ref().filter(|_| pay.side == Side::Invoice);
        if let Some(intent) = linked {
            let reference = Reference { owner: owner.clone(), tie: None };
            self.references.push((format!("payment_intent:{intent}"), reference));
        }
        if !(pay.linked && pay.side == Side::Invoice) {
            self.references.push((own, Reference { owner: owner.clone(), tie: self.tie.clone() }));
        }
        if let Some((key, tie)) = other {
            self.references.push((key, Reference { owner, tie }));
        }
    }
}

impl Ledger {
    /// Whether the object of an event was seen before, so that its records exist already.
    fn knows(&self, pay: &Pay) -> bool {
        let same = |known: &Option<String>, id: &Option<String>| id.is_some() && known == id;
        self.payments.iter().any(|one| match pay.side {
            Side::Invoice => same(&one.invoice, &pay.ids.invoice),
            Side::Money => same(&one.intent, &pay.ids.intent) || same(&one.charge, &pay.ids.charge),
        })
    }
}

/// The payment that an event is about.
fn payment_of(event: &StripeEvent) -> Option<Pay> {
    match &event.what {
        Fact::Paid(pay)
        | Fact::Failed(pay)
        | Fact::Refunded(pay)
        | Fact::RefundFailed { pay, .. }
        | Fact::Dispute { pay, .. } => Some(pay.clone()),
        Fact::Checkout { intent: Some(intent) } => Some(Pay {
            side: Side::Money,
            linked: true,
            ids: Ids { intent: Some(intent.clone()), ..Ids::default() },
            ..Pay::default()
        }),
        _ => None,
    }
}

/// The key of the record of an event's own object.
fn own_key(pay: &Pay) -> Option<String> {
    let ids = &pay.ids;
    match pay.side {
        Side::Invoice => ids.invoice.as_ref().map(|id| format!("invoice:{id}")),
        Side::Money => match (&ids.intent, &ids.charge) {
            (Some(intent), _) => Some(format!("payment_intent:{intent}")),
            (None, charge) => charge.as_ref().map(|id| format!("charge:{id}")),
        },
    }
}

/// The key of a payer who is no customer of the merchant's: the e-mail address, else the payment itself.
fn guest_key(event: &StripeEvent, own: Option<&str>) -> String {
    let about = &event.about;
    match about.person.email.as_ref().or(about.card_holder.email.as_ref()) {
        Some(email) => format!("email:{}", tieline_model::text::email_key(email)),
        None => format!("payment:{}", own.unwrap_or(&event.id)),
    }
}
