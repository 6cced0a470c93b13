//! How each kind of connection turns deliveries into events.
//!
//! Each kind is one module with a type that implements [`Connector`]; [`open`] is the only place that lists
//! them. A delivery goes through three steps: [`Connector::verify`] proves where it comes from,
//! [`Connector::read`] turns its bytes into facts without the database, and [`Facts::apply`] turns these into
//! events inside the transaction that stores the delivery.

use crate::{paythen, webhook};
use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use tieline_model::connection::Settings;
use tieline_model::{NewEvent, Timestamp};

/// The largest body that is accepted, in bytes, packed or not. Stripe's events stay far below it.
pub const MAX_BODY: usize = 1 << 20;

/// A future that a trait object returns.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A request to a connection's address.
#[derive(Debug)]
pub struct Request<'a> {
    /// Its headers.
    pub headers: &'a http::HeaderMap,
    /// The part of its address after the `?`.
    pub query: Option<&'a str>,
    /// Its body, byte for byte.
    pub body: Vec<u8>,
}

/// The parts of a request, besides its body, that are stored with the delivery.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Headers, as a JSON object without secrets.
    pub headers: String,
    /// The query, as a JSON object without secrets.
    pub query: String,
}

impl Default for Kept {
    fn default() -> Self {
        Self { headers: "{}".to_owned(), query: "{}".to_owned() }
    }
}

/// A delivery as it is stored. It is read from here, so a replay reads exactly what the first attempt read.
#[derive(Clone, Copy, Debug)]
pub struct Stored<'a> {
    /// The `Content-Type` header; empty if there was none.
    pub content_type: &'a str,
    /// [`Kept::headers`].
    pub headers: &'a str,
    /// [`Kept::query`].
    pub query: &'a str,
    /// The body, byte for byte.
    pub body: &'a [u8],
    /// When it arrived.
    pub received_at: Timestamp,
}

/// A kind of connection, opened with one connection's settings. It is kept and shared between requests.
pub trait Connector: Send + Sync + Debug {
    /// Proves that a request comes from somebody who knows one of `secrets`. The same check answers a request
    /// that only asks whether the address works.
    ///
    /// # Errors
    /// [`Unproven`]; nothing of the request is stored then.
    fn verify(&self, secrets: &[&str], request: &Request<'_>, now: Timestamp) -> Result<(), Unproven>;

    /// The headers and the query that [`Connector::read`] needs; none by default.
    fn keep(&self, _request: &Request<'_>) -> Kept {
        Kept::default()
    }

    /// Reads a delivery. This runs outside of the transaction, so do the expensive work here.
    ///
    /// # Errors
    /// [`Malformed`] if the bytes cannot be read at all; nothing is stored then. A delivery that can be read
    /// but not understood is [`Outcome::Failed`] instead: it is stored and can be replayed.
    fn read(&self, delivery: &Stored<'_>) -> Result<Reading, Malformed>;
}

/// A delivery that was read.
#[derive(Debug)]
pub struct Reading {
    /// The sender's id of the delivery. A second delivery with the same id is a duplicate.
    pub external_id: Option<String>,
    /// Its content.
    pub facts: Box<dyn Facts>,
}

/// The content of a delivery, not yet combined with what the connector remembers.
pub trait Facts: Send + Sync + Debug {
    /// Works out what a delivery becomes, and remembers what later deliveries need. On a conflict with
    /// another transaction it runs again from the start.
    ///
    /// # Errors
    /// Only what `memory` reports. Return it unchanged, so that the transaction ends with its own error.
    fn apply<'a>(&'a self, memory: &'a mut dyn Memory) -> BoxFuture<'a, Result<Outcome, MemoryError>>;
}

/// What becomes of a delivery.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// These events, in the order in which they are appended.
    Events(Vec<NewEvent>),
    /// Nothing, for this reason.
    Ignored(String),
    /// Nothing, because it could not be understood, for this reason. The delivery can be replayed.
    Failed(String),
}

/// An outcome that needs no memory is its own facts.
impl Facts for Outcome {
    fn apply<'a>(&'a self, _memory: &'a mut dyn Memory) -> BoxFuture<'a, Result<Outcome, MemoryError>> {
        Box::pin(std::future::ready(Ok(self.clone())))
    }
}

/// What a connection remembers between deliveries: JSON documents by key. It uses the transaction of the
/// delivery, so that the memory and the events are written together.
pub trait Memory: Send {
    /// The document under `key`, such as `customer:cus_…`.
    fn get<'a>(&'a mut self, key: &'a str) -> BoxFuture<'a, Result<Option<String>, MemoryError>>;

    /// Stores a document under `key`, in place of the one before.
    fn put<'a>(&'a mut self, key: &'a str, value: String) -> BoxFuture<'a, Result<(), MemoryError>>;
}

/// Why the memory could not be read or written, in the words of the store behind it.
pub type MemoryError = Box<dyn std::error::Error + Send + Sync>;

/// A request that did not prove where it comes from. The sender reads the sentence, so it holds no secret.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct Unproven(pub String);

/// A request that cannot be read. The sender reads the sentence.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Malformed {
    /// Its body cannot be read.
    #[error("{0}")]
    Unreadable(String),
    /// Its body is larger than [`MAX_BODY`] once it is unpacked.
    #[error("{0}")]
    TooLarge(String),
    /// Its body has an unknown encoding.
    #[error("{0}")]
    Encoding(String),
}

/// Opens the connector that a connection's settings ask for.
#[must_use]
pub fn open(settings: &Settings) -> Arc<dyn Connector> {
    match settings {
        Settings::Paythen(settings) => Arc::new(paythen::Paythen::new(settings.clone())),
        Settings::Webhook(settings) => Arc::new(webhook::Webhook::new(settings)),
    }
}

/// A setting of a kind of connection, as forms and documents show it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Setting {
    /// Its name in the settings file and in the API.
    pub name: &'static str,
    /// What it does, in one sentence.
    pub help: &'static str,
}

/// A kind of connection, as lists and forms show it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ConnectorKind {
    /// The value of `type` in the settings.
    pub key: &'static str,
    /// Its name.
    pub title: &'static str,
    /// When to use it, in one sentence.
    pub help: &'static str,
    /// What can be set.
    pub settings: &'static [Setting],
}

/// The kinds of connections.
pub const KINDS: &[ConnectorKind] = &[paythen::KIND, webhook::KIND];

#[cfg(test)]
mod tests {
    use super::KINDS;
    use serde_json::Value;
    use tieline_model::connection::{Mapping, PaythenSettings, Settings, WebhookAuth, WebhookSettings};

    #[test]
    fn every_setting_is_described() {
        let webhook = WebhookSettings { auth: WebhookAuth::Bearer, mapping: Mapping::default() };
        for settings in [Settings::Paythen(PaythenSettings::default()), Settings::Webhook(webhook)] {
            let kind = KINDS.iter().find(|kind| kind.key == settings.type_name()).unwrap();
            let Value::Object(stored) = serde_json::to_value(&settings).unwrap() else { panic!() };
            let mut stored: Vec<&str> =
                stored.keys().map(String::as_str).filter(|name| *name != "type").collect();
            let mut described: Vec<&str> = kind.settings.iter().map(|setting| setting.name).collect();
            stored.sort_unstable();
            described.sort_unstable();
            assert_eq!(described, stored, "{}", kind.key);
        }
    }
}
