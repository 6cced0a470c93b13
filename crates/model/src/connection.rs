//! Connections: the addresses that events come in by, and how a delivery proves where it is from.

use crate::id::{ConnectionId, LocationId};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// An address, `/hooks/{id}`, that events come in by.
#[derive(Clone, PartialEq, Debug)]
pub struct Connection {
    /// Its id, which is part of its address.
    pub id: ConnectionId,
    /// The location that its events belong to.
    pub location_id: LocationId,
    /// What its owner calls it.
    pub name: String,
    /// What arrives by it.
    pub settings: Settings,
    /// The secrets that a delivery may be signed with, newest first. More than one only while a secret is
    /// being replaced.
    pub secrets: Vec<Secret>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A secret that deliveries are checked against.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Secret {
    /// The secret itself.
    pub value: String,
    /// When it expires; none while it is the current one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// What a newer version stored with it.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Secret {
    /// A secret that is current.
    #[must_use]
    pub fn new(value: String) -> Self {
        Self { value, expires_at: None, extra: Map::new() }
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Secret").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

impl Connection {
    /// The secrets that are valid at `now`, newest first.
    pub fn live_secrets(&self, now: Timestamp) -> impl Iterator<Item = &str> {
        let live = move |secret: &&Secret| secret.expires_at.is_none_or(|end| now < end);
        self.secrets.iter().filter(live).map(|secret| secret.value.as_str())
    }
}

/// What arrives by a connection.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Settings {
    /// Stripe's webhooks of the account that Paythen works on.
    Paythen(PaythenSettings),
    /// Anything else that posts JSON or a form.
    Webhook(WebhookSettings),
}

impl Settings {
    /// `paythen` or `webhook`.
    #[must_use]
    pub const fn type_name(&self) -> &'static str {
        match self {
            Self::Paythen(_) => "paythen",
            Self::Webhook(_) => "webhook",
        }
    }
}

/// How Stripe's events are read. What Paythen writes into metadata is not public, so the keys are settings.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PaythenSettings {
    /// From how many failures in a row on a plan counts as at risk.
    pub at_risk_after: u32,
    /// Metadata keys that may hold the number of payments a plan has.
    pub payments_expected_keys: Vec<String>,
    /// Metadata keys that may hold the plan's total in minor units.
    pub total_keys: Vec<String>,
    /// Metadata keys that may hold the plan's name.
    pub plan_name_keys: Vec<String>,
    /// Metadata keys that may hold the plan's type.
    pub plan_type_keys: Vec<String>,
    /// Metadata keys that may hold the deposit in minor units.
    pub deposit_keys: Vec<String>,
    /// Metadata keys that may hold the merchant's own reference.
    pub order_reference_keys: Vec<String>,
}

impl Default for PaythenSettings {
    fn default() -> Self {
        let keys = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect();
        Self {
            at_risk_after: 2,
            payments_expected_keys: keys(&["payments_expected", "number_of_payments", "installments"]),
            total_keys: keys(&["plan_total", "total"]),
            plan_name_keys: keys(&["plan_name"]),
            plan_type_keys: keys(&["plan_type"]),
            deposit_keys: keys(&["deposit"]),
            order_reference_keys: keys(&["order_reference", "reference"]),
        }
    }
}

/// How a plain webhook proves where it is from, and how its body becomes an event.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WebhookSettings {
    /// How a delivery proves where it is from.
    pub auth: WebhookAuth,
    /// How the body becomes an event.
    #[serde(default)]
    pub mapping: Mapping,
}

/// How a delivery proves where it is from.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum WebhookAuth {
    /// A header holds the HMAC-SHA256 of the raw body under the secret.
    Hmac {
        /// The header, such as `X-Signature`.
        header: String,
        /// How the header writes the bytes.
        encoding: Encoding,
        /// What precedes the signature in the header, such as `sha256=`.
        #[serde(default)]
        prefix: String,
    },
    /// `Authorization: Bearer <secret>`.
    Bearer,
    /// `Authorization: Basic …` with this user name and the secret as the password.
    Basic {
        /// The user name.
        user: String,
    },
    /// `?secret=<secret>` in the address.
    Url,
}

/// How a header writes the bytes of a signature.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Encoding {
    /// Hexadecimal, in either case.
    Hex,
    /// Base64 with the standard alphabet.
    Base64,
}

/// How a body becomes an event. Every text in it is a template over `body`, `headers` and `query`.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Mapping {
    /// The event's kind; `webhook.received` where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// The sender's id of the delivery. A second delivery with the same id is a duplicate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Whom it is about: events about the same subject are handled one after the other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The payload, an object whose texts are templates. The body as it came where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fields: Option<Value>,
}
