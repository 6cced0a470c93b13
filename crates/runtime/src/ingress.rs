//! Receives deliveries: verifies the sender, stores the delivery as received and appends its events, all before
//! the answer. What a delivery means is up to its connection's [`Connector`].
//!
//! A delivery that is signed and readable is never lost. If it cannot be turned into an event, it is stored
//! with the reason and can be replayed after a fix.

use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tieline_connect::connector::{self, BoxFuture, Connector, MemoryError, Outcome, Reading};
use tieline_model::connection::Connection;
use tieline_model::{Cause, ConnectionId, DeliveryId, LocationId, NewEvent, Refusal, Timestamp};
use tieline_store::deliveries::{self, Delivery, DeliveryStatus, Posted};
use tieline_store::seal::Seal;
use tieline_store::{Error, Procedure, Result, Store, Tx, connections, log};

pub use tieline_connect::connector::{MAX_BODY, Malformed, Request};

/// How long a connection is used before it is loaded again, and so how long a new secret may take to apply.
const FRESH: Duration = Duration::from_secs(1);
/// The most connections that are kept in memory.
const KEEP: usize = 10_000;

/// A delivery that was received.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Taken {
    /// Its id; none for a duplicate, which is not stored again.
    pub id: Option<DeliveryId>,
    /// Its outcome.
    pub status: DeliveryStatus,
    /// A sentence: which events it became, or why it became none.
    pub detail: String,
}

/// Why a delivery was rejected. Nothing of it is stored.
#[derive(Debug, thiserror::Error)]
pub enum Rejected {
    /// No connection has this address.
    #[error("there is no connection at this address")]
    UnknownConnection,
    /// It does not prove that its sender knows the secret.
    #[error("{0}")]
    Unproven(String),
    /// It cannot be read at all.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// It could not be stored; the sender should try again.
    #[error(transparent)]
    Store(#[from] Error),
}

/// Receives deliveries. Cheap to clone.
#[derive(Clone)]
pub struct Ingress {
    store: Store,
    seal: Seal,
    open: Arc<Mutex<HashMap<ConnectionId, Loaded>>>,
}

/// A connection and when it was loaded.
type Loaded = (Instant, Arc<Open>);

/// A connection with its connector.
#[derive(Debug)]
struct Open {
    connection: Connection,
    connector: Arc<dyn Connector>,
}

impl Open {
    fn new(connection: Connection) -> Self {
        Self { connector: connector::open(&connection.settings), connection }
    }

    fn verify(&self, request: &Request<'_>, now: Timestamp) -> Result<(), Rejected> {
        let secrets: Vec<&str> = self.connection.live_secrets(now).collect();
        self.connector
            .verify(&secrets, request, now)
            .map_err(|unproven| Rejected::Unproven(unproven.to_string()))
    }

    /// The parts of a request that are stored.
    fn posted(&self, request: Request<'_>) -> Posted {
        let kept = self.connector.keep(&request);
        let content_type =
            request.headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        Posted {
            connection_id: self.connection.id.clone(),
            location_id: self.connection.location_id.clone(),
            external_id: None,
            content_type: content_type.unwrap_or_default().to_owned(),
            headers: kept.headers,
            query: kept.query,
            body: request.body,
        }
    }

    fn read(&self, posted: &Posted, received_at: Timestamp) -> Result<Reading, Malformed> {
        self.connector.read(&connector::Stored {
            content_type: &posted.content_type,
            headers: &posted.headers,
            query: &posted.query,
            body: &posted.body,
            received_at,
        })
    }
}

impl Ingress {
    /// Receives deliveries into this store; `seal` opens the connections' secrets.
    #[must_use]
    pub fn new(store: Store, seal: Seal) -> Self {
        Self { store, seal, open: Arc::default() }
    }

    /// Receives a delivery. When this returns, it is stored and its events are in the log.
    ///
    /// # Errors
    /// [`Rejected`]; then nothing of the delivery is stored.
    pub async fn receive(&self, id: &ConnectionId, request: Request<'_>) -> Result<Taken, Rejected> {
        let open = self.open(id).await?;
        let now = self.store.clock().now();
        open.verify(&request, now)?;
        let mut posted = open.posted(request);
        let mut reading = open.read(&posted, now)?;
        posted.external_id = reading.external_id.take();
        Ok(self.store.write(Receive { open, posted, reading }).await?)
    }

    /// Checks that a connection has this id. Use it before the body is read, so that strangers cannot make the
    /// server hold one in memory.
    ///
    /// # Errors
    /// [`Rejected::UnknownConnection`], or that of the store.
    pub async fn exists(&self, id: &ConnectionId) -> Result<(), Rejected> {
        self.open(id).await.map(drop)
    }

    /// Verifies a request's sender without receiving anything. Use it to answer senders that test an address before
    /// they post to it.
    ///
    /// # Errors
    /// [`Rejected`], as for a delivery.
    pub async fn verify(&self, id: &ConnectionId, request: &Request<'_>) -> Result<(), Rejected> {
        self.open(id).await?.verify(request, self.store.clock().now())
    }

    async fn open(&self, id: &ConnectionId) -> Result<Arc<Open>, Rejected> {
        if let Some((since, open)) = self.open.lock().get(id)
            && since.elapsed() < FRESH
        {
            return Ok(Arc::clone(open));
        }
        let get = connections::Get { id: id.clone(), seal: self.seal.clone() };
        let connection = self.store.read(get).await?.ok_or(Rejected::UnknownConnection)?;
        let open = Arc::new(Open::new(connection));
        let mut kept = self.open.lock();
        if kept.len() >= KEEP {
            kept.clear();
        }
        kept.insert(id.clone(), (Instant::now(), Arc::clone(&open)));
        Ok(open)
    }
}

/// Stores a delivery and the events that it becomes, unless it was stored before.
struct Receive {
    open: Arc<Open>,
    posted: Posted,
    reading: Reading,
}

impl Procedure for Receive {
    type Output = Taken;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Taken> {
        if let Some(external_id) = &self.posted.external_id
            && let Some(status) = deliveries::status_of(tx, &self.posted.connection_id, external_id).await?
        {
            return Ok(Taken { id: None, status, detail: "delivered before".to_owned() });
        }
        let (status, detail) = apply(tx, &self.open.connection, &self.reading).await?;
        let id = deliveries::insert(tx, &self.posted, status, &detail).await?;
        Ok(Taken { id: Some(id), status, detail })
    }
}

/// Appends the events that a delivery becomes. Returns its outcome, and why.
async fn apply(
    tx: &mut Tx<'_>,
    connection: &Connection,
    reading: &Reading,
) -> Result<(DeliveryStatus, String)> {
    let mut memory = Memory { tx, connection: &connection.id };
    match reading.facts.apply(&mut memory).await.map_err(store_error)? {
        Outcome::Ignored(reason) => Ok((DeliveryStatus::Ignored, reason)),
        Outcome::Failed(reason) => Ok((DeliveryStatus::Failed, reason)),
        Outcome::Events(events) => {
            let kinds: Vec<&str> = events.iter().map(|event| event.kind.as_str()).collect();
            let detail = kinds.join(", ");
            for event in events {
                append(tx, connection, event).await?;
            }
            Ok((DeliveryStatus::Processed, detail))
        }
    }
}

async fn append(tx: &mut Tx<'_>, connection: &Connection, event: NewEvent) -> Result<()> {
    let cause = Cause::connection(connection.id.clone());
    log::Append { location_id: connection.location_id.clone(), cause, event }.run(tx).await.map(|_| ())
}

/// A connector's memory, in the transaction of the delivery.
struct Memory<'a, 'c> {
    tx: &'a mut Tx<'c>,
    connection: &'a ConnectionId,
}

impl connector::Memory for Memory<'_, '_> {
    fn get<'a>(&'a mut self, key: &'a str) -> BoxFuture<'a, Result<Option<String>, MemoryError>> {
        Box::pin(async { Ok(connections::recall(self.tx, self.connection, key).await?) })
    }

    fn put<'a>(&'a mut self, key: &'a str, value: String) -> BoxFuture<'a, Result<(), MemoryError>> {
        Box::pin(async move { Ok(connections::remember(self.tx, self.connection, key, &value).await?) })
    }
}

/// The store's own error, which decides whether the transaction runs again.
fn store_error(error: MemoryError) -> Error {
    match error.downcast::<Error>() {
        Ok(error) => *error,
        Err(other) => Error::Unusable(format!("the connector's memory: {other}")),
    }
}

/// Processes a failed delivery again, with the connection's current settings.
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
        let open = Open::new(get.run(tx).await?.ok_or_else(not_found)?);
        (delivery.status, delivery.detail) = match open.read(&delivery.posted, delivery.received_at) {
            Ok(reading) => Self::apply_once(tx, &open.connection, &mut delivery, &reading).await?,
            Err(reason) => (DeliveryStatus::Failed, reason.to_string()),
        };
        deliveries::conclude(tx, &delivery).await?;
        Ok(delivery)
    }
}

impl ReplayDelivery {
    /// Appends the delivery's events, unless another delivery with the same id from the sender has been stored
    /// since. The first attempt may have failed before it knew the id.
    async fn apply_once(
        tx: &mut Tx<'_>,
        connection: &Connection,
        delivery: &mut Delivery,
        reading: &Reading,
    ) -> Result<(DeliveryStatus, String)> {
        if delivery.posted.external_id.is_none()
            && let Some(id) = &reading.external_id
        {
            if deliveries::status_of(tx, &connection.id, id).await?.is_some() {
                return Ok((DeliveryStatus::Ignored, "delivered before".to_owned()));
            }
            delivery.posted.external_id = Some(id.clone());
        }
        apply(tx, connection, reading).await
    }
}
