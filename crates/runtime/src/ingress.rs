//! Taking deliveries in: prove where one is from, store it as it came, and turn it into events, all before it
//! is answered.
//!
//! What is signed and can be read is never lost: a delivery that cannot be turned into an event is stored
//! with the reason, and can be replayed when the mapping is put right.

use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tieline_connect::paythen::{self, StripeEvent};
use tieline_connect::stripe::signature;
use tieline_connect::webhook::mapping::{CompiledMapping, Mapped, headers_as_json, query_as_json};
use tieline_connect::webhook::{auth, body};
use tieline_model::connection::{Connection, Settings};
use tieline_model::{Cause, ConnectionId, DeliveryId, LocationId, NewEvent, Refusal, Timestamp};
use tieline_store::deliveries::{self, Delivery, DeliveryStatus, Posted};
use tieline_store::seal::Seal;
use tieline_store::{Error, Procedure, Result, Store, Tx, connections, log};

/// The largest body that is taken, in bytes. Stripe's events stay far below.
pub const MAX_BODY: usize = 1 << 20;

/// For how long a connection is used without being looked up again: so long may a new secret take to count.
const FRESH: Duration = Duration::from_secs(1);
/// More connections than this are not kept at hand.
const KEEP: usize = 10_000;

/// A request to a connection's address.
#[derive(Debug)]
pub struct Request<'a> {
    /// Its headers.
    pub headers: &'a http::HeaderMap,
    /// What stands behind the `?` of its address.
    pub query: Option<&'a str>,
    /// Its body, byte for byte.
    pub body: Vec<u8>,
}

/// A delivery that was taken in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Taken {
    /// Its id; none for a duplicate, of which nothing is stored.
    pub id: Option<DeliveryId>,
    /// What became of it.
    pub status: DeliveryStatus,
    /// Why it became no event, where it did not.
    pub detail: String,
}

/// Why a delivery is not taken in.
#[derive(Debug, thiserror::Error)]
pub enum Rejected {
    /// There is no connection at this address.
    #[error("there is no connection at this address; check the id behind /hooks/")]
    UnknownConnection,
    /// It does not prove where it is from.
    #[error("{0}")]
    Unproven(String),
    /// It cannot be read at all.
    #[error("{0}")]
    Malformed(String),
    /// It could not be stored; the sender is to try again.
    #[error(transparent)]
    Store(#[from] Error),
}

/// Takes deliveries in. Cheap to clone.
#[derive(Clone)]
pub struct Ingress {
    store: Store,
    seal: Seal,
    known: Arc<Mutex<HashMap<ConnectionId, Looked>>>,
}

/// A connection and when it was looked up.
type Looked = (Instant, Arc<Known>);

/// A connection with its mapping compiled.
#[derive(Debug)]
struct Known {
    connection: Connection,
    mapping: Result<CompiledMapping, String>,
}

impl Known {
    fn new(connection: Connection) -> Self {
        let mapping = match &connection.settings {
            Settings::Webhook(webhook) => compile(&webhook.mapping),
            Settings::Paythen(_) => CompiledMapping::compile(&Default::default()).map_err(|_| String::new()),
        };
        Self { connection, mapping }
    }
}

fn compile(mapping: &tieline_model::connection::Mapping) -> Result<CompiledMapping, String> {
    CompiledMapping::compile(mapping).map_err(|problems| {
        let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
        problems.join("; ")
    })
}

/// What a delivery says, as far as it can be told without the transaction.
#[derive(Debug)]
enum Content {
    Stripe(Box<StripeEvent>),
    Mapped(Mapped),
    Unmappable(String),
}

impl Ingress {
    /// Takes deliveries into this store; `seal` opens the connections' secrets.
    #[must_use]
    pub fn new(store: Store, seal: Seal) -> Self {
        Self { store, seal, known: Arc::default() }
    }

    /// Takes a delivery in. When this returns, it is stored and its events are in the log.
    ///
    /// # Errors
    /// [`Rejected`]; nothing of the delivery was stored then.
    pub async fn receive(&self, id: &ConnectionId, request: Request<'_>) -> Result<Taken, Rejected> {
        let known = self.known(id).await?.ok_or(Rejected::UnknownConnection)?;
        prove(&known.connection, &request, self.store.clock().now())?;
        let posted = posted(&known.connection, request);
        let (external_id, content) = read(&known, &posted)?;
        let posted = Posted { external_id, ..posted };
        Ok(self.store.write(Receive { known, posted, content }).await?)
    }

    async fn known(&self, id: &ConnectionId) -> Result<Option<Arc<Known>>> {
        if let Some((since, known)) = self.known.lock().get(id)
            && since.elapsed() < FRESH
        {
            return Ok(Some(Arc::clone(known)));
        }
        let get = connections::Get { id: id.clone(), seal: self.seal.clone() };
        let Some(connection) = self.store.read(get).await? else { return Ok(None) };
        let known = Arc::new(Known::new(connection));
        let mut kept = self.known.lock();
        if kept.len() >= KEEP {
            kept.clear();
        }
        kept.insert(id.clone(), (Instant::now(), Arc::clone(&known)));
        Ok(Some(known))
    }
}

fn prove(connection: &Connection, request: &Request<'_>, now: Timestamp) -> Result<(), Rejected> {
    let unproven = |reason: &dyn std::fmt::Display| Rejected::Unproven(reason.to_string());
    let secrets: Vec<&str> = connection.live_secrets(now).collect();
    match &connection.settings {
        Settings::Paythen(_) => {
            let header = request.headers.get("stripe-signature").and_then(|value| value.to_str().ok());
            let secrets = secrets.into_iter();
            signature::verify(header.unwrap_or_default(), &request.body, secrets, now, signature::TOLERANCE)
                .map_err(|error| unproven(&error))
        }
        Settings::Webhook(webhook) => {
            let secrets = secrets.into_iter();
            auth::authenticate(&webhook.auth, secrets, request.headers, request.query, &request.body)
                .map_err(|error| unproven(&error))
        }
    }
}

fn posted(connection: &Connection, request: Request<'_>) -> Posted {
    let content_type = request.headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    // Stripe's body says it all; a mapping may read headers and query as well.
    let (headers, query) = match &connection.settings {
        Settings::Paythen(_) => ("{}".to_owned(), "{}".to_owned()),
        Settings::Webhook(_) => {
            (headers_as_json(request.headers).to_string(), query_as_json(request.query).to_string())
        }
    };
    Posted {
        connection_id: connection.id.clone(),
        location_id: connection.location_id.clone(),
        external_id: None,
        content_type: content_type.unwrap_or_default().to_owned(),
        headers,
        query,
        body: request.body,
    }
}

/// Reads a delivery: the sender's id of it, and what it says.
fn read(known: &Known, posted: &Posted) -> Result<(Option<String>, Content), Rejected> {
    if matches!(known.connection.settings, Settings::Paythen(_)) {
        return read_stripe(posted);
    }
    let content_type = Some(posted.content_type.as_str()).filter(|kind| !kind.is_empty());
    let value = body::read(content_type, &posted.body).map_err(Rejected::Malformed)?;
    let json = |text: &str| serde_json::from_str(text).unwrap_or_default();
    let mapped = match &known.mapping {
        Ok(mapping) => mapping.apply(value, json(&posted.headers), json(&posted.query)),
        Err(reason) => Err(reason.clone()),
    };
    Ok(match mapped {
        Ok(mapped) => (mapped.external_id.clone(), Content::Mapped(mapped)),
        Err(reason) => (None, Content::Unmappable(reason)),
    })
}

fn read_stripe(posted: &Posted) -> Result<(Option<String>, Content), Rejected> {
    match StripeEvent::parse(&posted.body) {
        Ok(event) => Ok((Some(event.id.clone()), Content::Stripe(Box::new(event)))),
        Err(reason) => {
            let value: serde_json::Value = serde_json::from_slice(&posted.body)
                .map_err(|error| Rejected::Malformed(format!("the body is not JSON: {error}")))?;
            let id = value.get("id").and_then(|id| id.as_str()).map(str::to_owned);
            Ok((id, Content::Unmappable(reason.to_string())))
        }
    }
}

/// Stores a delivery and the events that it becomes, unless it was stored before.
struct Receive {
    known: Arc<Known>,
    posted: Posted,
    content: Content,
}

impl Procedure for Receive {
    type Output = Taken;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Taken> {
        if let Some(external_id) = &self.posted.external_id
            && let Some(status) = deliveries::status_of(tx, &self.posted.connection_id, external_id).await?
        {
            return Ok(Taken { id: None, status, detail: "delivered before".to_owned() });
        }
        let (status, detail) = tell(tx, &self.known.connection, &self.content).await?;
        let id = deliveries::insert(tx, &self.posted, status, &detail).await?;
        Ok(Taken { id: Some(id), status, detail })
    }
}

/// Appends the events that a delivery becomes. Gives what became of it, and why.
async fn tell(
    tx: &mut Tx<'_>,
    connection: &Connection,
    content: &Content,
) -> Result<(DeliveryStatus, String)> {
    match content {
        Content::Unmappable(reason) => Ok((DeliveryStatus::Failed, reason.clone())),
        Content::Mapped(mapped) => {
            let event = NewEvent {
                kind: mapped.kind.clone(),
                contact_id: None,
                subject: mapped.subject.clone(),
                occurred_at: tx.now(),
                payload: mapped.payload.clone(),
            };
            append(tx, connection, event).await?;
            Ok((DeliveryStatus::Processed, mapped.kind.clone()))
        }
        Content::Stripe(event) => tell_paythen(tx, connection, event).await,
    }
}

async fn tell_paythen(
    tx: &mut Tx<'_>,
    connection: &Connection,
    event: &StripeEvent,
) -> Result<(DeliveryStatus, String)> {
    let Settings::Paythen(settings) = &connection.settings else {
        return Ok((DeliveryStatus::Failed, "the connection is no longer a Paythen connection".to_owned()));
    };
    let mut memory = Memory { tx, connection: &connection.id };
    let events = match paythen::normalise(event, settings, &mut memory).await {
        Ok(events) => events,
        Err(paythen::NormaliseError::Memory(error)) => return Err(error),
        Err(error) => return Ok((DeliveryStatus::Failed, error.to_string())),
    };
    let kinds: Vec<&str> = events.iter().map(|event| event.kind).collect();
    let (status, detail) = match kinds[..] {
        [] => (DeliveryStatus::Ignored, format!("{} tells nothing new", event.kind)),
        _ => (DeliveryStatus::Processed, kinds.join(", ")),
    };
    for event in events {
        let event = NewEvent {
            kind: event.kind.to_owned(),
            contact_id: None,
            subject: event.subject,
            occurred_at: event.occurred_at,
            payload: event.payload,
        };
        append(tx, connection, event).await?;
    }
    Ok((status, detail))
}

async fn append(tx: &mut Tx<'_>, connection: &Connection, event: NewEvent) -> Result<()> {
    let cause = Cause::connection(connection.id.clone());
    log::Append { location_id: connection.location_id.clone(), cause, event }.run(tx).await.map(|_| ())
}

/// What the connector remembers, in the transaction of the delivery.
struct Memory<'a, 'c> {
    tx: &'a mut Tx<'c>,
    connection: &'a ConnectionId,
}

impl paythen::Memory for Memory<'_, '_> {
    type Error = Error;

    async fn get(&mut self, key: &str) -> Result<Option<String>> {
        connections::recall(self.tx, self.connection, key).await
    }

    async fn put(&mut self, key: &str, value: String) -> Result<()> {
        connections::remember(self.tx, self.connection, key, &value).await
    }
}

/// Turns a stored delivery that failed into events after all, with the connection as it is now.
#[derive(Clone, Debug)]
pub struct ReplayDelivery {
    /// The location.
    pub location_id: LocationId,
    /// The delivery.
    pub id: DeliveryId,
    /// Opens the connection's secrets.
    pub seal: Seal,
}

impl Procedure for ReplayDelivery {
    type Output = Delivery;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Delivery> {
        let get = deliveries::Get { location_id: self.location_id.clone(), id: self.id.clone() };
        let mut delivery = get.run(tx).await?;
        if delivery.status != DeliveryStatus::Failed {
            let status = delivery.status.as_str();
            let message = format!("the delivery was {status}; only one that failed can be replayed");
            return Err(Refusal::Conflict(message).into());
        }
        let get = connections::Get { id: delivery.posted.connection_id.clone(), seal: self.seal.clone() };
        let not_found =
            || Refusal::NotFound { what: "Connection", id: delivery.posted.connection_id.to_string() };
        let known = Known::new(get.run(tx).await?.ok_or_else(not_found)?);
        (delivery.status, delivery.detail) = match read(&known, &delivery.posted) {
            Ok((id, content)) => Self::tell_once(tx, &known.connection, &mut delivery, id, &content).await?,
            Err(reason) => (DeliveryStatus::Failed, reason.to_string()),
        };
        deliveries::conclude(tx, &delivery).await?;
        Ok(delivery)
    }
}

impl ReplayDelivery {
    /// Appends the events of the delivery, unless another one with the sender's id of it was stored meanwhile:
    /// the id may have been out of reach of the mapping as it was.
    async fn tell_once(
        tx: &mut Tx<'_>,
        connection: &Connection,
        delivery: &mut Delivery,
        id: Option<String>,
        content: &Content,
    ) -> Result<(DeliveryStatus, String)> {
        if delivery.posted.external_id.is_none()
            && let Some(id) = id
        {
            if deliveries::status_of(tx, &connection.id, &id).await?.is_some() {
                return Ok((DeliveryStatus::Ignored, "delivered before".to_owned()));
            }
            delivery.posted.external_id = Some(id);
        }
        tell(tx, connection, content).await
    }
}
