//! The connector of Paythen: Stripe's webhooks of the account that Paythen works on.

use super::event::{self, StripeEvent};
use super::{NormaliseError, normalise};
use crate::connector::{
    BoxFuture, Connector, ConnectorKind, Facts, Malformed, Memory, MemoryError, Outcome, Reading, Request,
    Setting, Stored, Unproven,
};
use crate::stripe::signature;
use serde_json_borrow::Value;
use tieline_model::connection::PaythenSettings;
use tieline_model::text::without_nul;
use tieline_model::{NewEvent, Timestamp};

/// How Paythen connections are described.
pub const KIND: ConnectorKind = ConnectorKind {
    key: "paythen",
    title: "Paythen",
    help: "Use it for Stripe's webhooks of the account that Paythen works on.",
    settings: &[
        Setting { name: "atRiskAfter", help: "How many failures in a row put a plan at risk." },
        Setting { name: "paymentsExpectedKeys", help: "Metadata keys that hold the number of payments." },
        Setting { name: "totalKeys", help: "Metadata keys that hold the plan's total, in minor units." },
        Setting { name: "planNameKeys", help: "Metadata keys that hold the plan's name." },
        Setting { name: "planTypeKeys", help: "Metadata keys that hold the plan's type." },
        Setting { name: "depositKeys", help: "Metadata keys that hold the deposit, in minor units." },
        Setting { name: "orderReferenceKeys", help: "Metadata keys that hold the merchant's own reference." },
    ],
};

/// A Paythen connection.
#[derive(Debug)]
pub struct Paythen {
    settings: PaythenSettings,
}

impl Paythen {
    /// Opens a connection with these settings.
    #[must_use]
    pub const fn new(settings: PaythenSettings) -> Self {
        Self { settings }
    }
}

impl Connector for Paythen {
    fn verify(&self, secrets: &[&str], request: &Request<'_>, now: Timestamp) -> Result<(), Unproven> {
        let header = request.headers.get("stripe-signature").and_then(|value| value.to_str().ok());
        let secrets = secrets.iter().copied();
        signature::verify(header.unwrap_or_default(), &request.body, secrets, now, signature::TOLERANCE)
            .map_err(|error| Unproven(error.to_string()))
    }

    fn read(&self, delivery: &Stored<'_>) -> Result<Reading, Malformed> {
        let understand = |body: &Value<'_>| match StripeEvent::from_json(body) {
            Ok(event) => Reading {
                external_id: Some(event.id.clone()),
                facts: Box::new(StripeFacts { event, settings: self.settings.clone() }),
            },
            Err(reason) => not_understood(body, reason.to_string()),
        };
        event::read(delivery.body, understand).map_err(|error| Malformed::Unreadable(error.to_string()))
    }
}

/// The name of Stripe's thin events, which carry no object.
const THIN: &str = "v2.core.event";
/// What a thin event is answered with.
const THIN_ADVICE: &str = "a thin event, which carries no data; in Stripe, give this destination the payload \
    style snapshot";

/// An event that cannot be understood is kept under Stripe's id of it, so that a repeat is a duplicate.
fn not_understood(body: &Value<'_>, reason: String) -> Reading {
    let external_id = body.get("id").as_str().map(without_nul);
    let thin = body.get("object").as_str() == Some(THIN);
    let outcome = if thin { Outcome::Ignored(THIN_ADVICE.to_owned()) } else { Outcome::Failed(reason) };
    Reading { external_id, facts: Box::new(outcome) }
}

/// A Stripe event, and the settings to interpret it with.
#[derive(Debug)]
struct StripeFacts {
    event: StripeEvent,
    settings: PaythenSettings,
}

impl Facts for StripeFacts {
    fn apply<'a>(&'a self, memory: &'a mut dyn Memory) -> BoxFuture<'a, Result<Outcome, MemoryError>> {
        Box::pin(async {
            match normalise(&self.event, &self.settings, memory).await {
                Ok(events) if events.is_empty() => {
                    Ok(Outcome::Ignored(format!("{} has no news", self.event.kind)))
                }
                Ok(events) => Ok(Outcome::Events(events.into_iter().map(NewEvent::from).collect())),
                Err(NormaliseError::Memory(error)) => Err(error),
                Err(error) => Ok(Outcome::Failed(error.to_string())),
            }
        })
    }
}

impl From<super::PaythenEvent> for NewEvent {
    fn from(event: super::PaythenEvent) -> Self {
        Self {
            kind: event.kind.to_owned(),
            contact_id: None,
            subject: event.subject,
            occurred_at: event.occurred_at,
            payload: event.payload,
        }
    }
}
