//! Paythen: turns the events of the Stripe account that Paythen works on into events about plans and payments.
//!
//! Stripe sends several events for one payment, in any order and more than once, and the links between its
//! objects differ by API version. What is remembered between deliveries are facts; a plan's status is worked
//! out from them, so a late delivery adds a fact and never sets a newer status back.

mod apply;
mod connector;
mod end;
mod event;
mod facts;
mod failures;
mod fields;
pub mod fixtures;
pub mod kinds;
mod latest;
mod ledger;
mod matching;
mod objects;
mod outcome;
mod payload;
mod plan;
mod plan_state;
mod receipts;
mod references;
mod refunds;
mod sample;
mod subscriptions;
#[cfg(test)]
mod tests;

pub use connector::{KIND, Paythen};
pub use event::StripeEvent;
pub use fields::Unmappable;
pub use kinds::{KINDS, KindSample, TABLE};

use crate::connector::{Memory, MemoryError};
use apply::Rules;
use facts::Fact;
use ledger::Ledger;
use references::LedgerStore;
use serde_json::value::RawValue;
use tieline_model::Timestamp;
use tieline_model::connection::PaythenSettings;
use tieline_model::event::subjects;

/// An event about a plan or a payment.
#[derive(Clone, Debug)]
pub struct PaythenEvent {
    /// One of [`KINDS`].
    pub kind: &'static str,
    /// `stripe:<customer id>`, or `email:<address in lower case>` for a guest, or none.
    pub subject: Option<String>,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// What a workflow sees as `trigger`; the shape is the same for every kind.
    pub payload: Box<RawValue>,
}

/// Why an event that was read could not be handled. Nothing may be kept of the attempt: roll it back.
#[derive(Debug, thiserror::Error)]
pub enum NormaliseError {
    /// The memory failed.
    #[error("what is remembered of this connection cannot be read or written: {0}")]
    Memory(MemoryError),
    /// A remembered document is damaged.
    #[error("the remembered document `{key}` is damaged: {error}; restore it or remove it")]
    Document {
        /// Its key.
        key: String,
        /// What is wrong with it.
        error: serde_json::Error,
    },
}

/// Turns a Stripe event into the Paythen events that follow from it, in order; none if it changes nothing. An
/// ordinary payment takes one or two reads and one or two writes.
///
/// # Errors
/// When the memory fails or a document in it is damaged.
pub async fn normalise(
    event: &StripeEvent,
    settings: &PaythenSettings,
    memory: &mut dyn Memory,
) -> Result<Vec<PaythenEvent>, NormaliseError> {
    let mut ledgers = LedgerStore { memory };
    let found = match &event.what {
        Fact::Nothing => None,
        Fact::Tie { invoice, intent } => ledgers.tie(invoice, intent).await?,
        _ => Some(ledgers.find(event).await?),
    };
    let Some(mut found) = found else { return Ok(Vec::new()) };
    let rules = Rules { event, settings, ledger: &mut found.ledger, tie: found.tie.take() };
    let drafts = rules.apply();
    let events = drafts.iter().map(|draft| {
        let customer = found.key.strip_prefix("customer:");
        let payload = payload::write(event, &found.ledger, customer, draft, settings)
            .map_err(|error| NormaliseError::Document { key: found.key.clone(), error })?;
        let subject = subject(&found.key, &found.ledger);
        Ok(PaythenEvent { kind: draft.kind, subject, occurred_at: event.created, payload })
    });
    let events = events.collect::<Result<Vec<_>, _>>()?;
    ledgers.save(found).await?;
    Ok(events)
}

fn subject(key: &str, ledger: &Ledger) -> Option<String> {
    match key.strip_prefix("customer:") {
        Some(customer) => Some(format!("{}{customer}", subjects::STRIPE)),
        None => ledger.email.get().map(|email| format!("email:{}", tieline_model::text::email_key(email))),
    }
}
