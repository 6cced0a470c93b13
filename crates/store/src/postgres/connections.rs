//! The connections to PostgreSQL: a pool, and a separate one for tasks that need their own.

use super::address::Address;
use super::cause;
use super::health::Health;
use super::tls::{Stream, Tls};
use crate::error::{Error, Result};
use crate::sources::Sources;
use deadpool_postgres::{Client, Manager, ManagerConfig, Pool, PoolError, RecyclingMethod};
use std::sync::Arc;
use tokio_postgres::config::SslMode;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Connection, Socket};

/// The most connections that the pool holds.
const MOST: usize = 16;

/// The pool. Cheap to clone.
#[derive(Clone)]
pub(super) struct Connections {
    pool: Pool,
    pub(super) health: Arc<Health>,
}

impl Connections {
    pub(super) fn new(address: &Address, sources: &Arc<Sources>) -> Result<Self> {
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = Manager::from_config(address.config.clone(), address.tls.clone(), recycling);
        let pool = Pool::builder(manager).max_size(MOST).build();
        let pool =
            pool.map_err(|error| Error::Unusable(format!("the connection pool cannot be created: {error}")))?;
        Ok(Self { pool, health: Arc::new(Health::new(Arc::clone(sources))) })
    }

    /// Takes a connection; it goes back when it is dropped.
    ///
    /// # Errors
    /// [`Error::Away`] if none can be made.
    pub(super) async fn get(&self) -> Result<Client> {
        self.pool.get().await.map_err(|error| match error {
            PoolError::Backend(error) => Error::Away(cause::describe(&error)),
            error => Error::Away(error.to_string()),
        })
    }
}

/// A connection that goes back to the pool only when it is released. One that a panic or an error left inside a
/// transaction would carry half of it into the next transaction, so it is closed instead.
pub(super) struct Checkout(Option<Client>);

impl From<Client> for Checkout {
    fn from(client: Client) -> Self {
        Self(Some(client))
    }
}

impl Checkout {
    pub(super) fn client(&self) -> Result<&Client> {
        self.0.as_ref().ok_or(Error::Closed)
    }

    pub(super) fn give_back(mut self) {
        self.0 = None;
    }
}

impl Drop for Checkout {
    fn drop(&mut self) {
        if let Some(client) = self.0.take() {
            drop(Client::take(client));
        }
    }
}

/// A connection outside the pool: the client, and what drives it.
pub(super) type Single = (tokio_postgres::Client, Connection<Socket, Stream>);

impl Address {
    /// Connects for the first time. With `sslmode=allow`, TLS is used from now on if the server requires it.
    ///
    /// # Errors
    /// [`Error::Unusable`] with the cause and the fix.
    pub(super) async fn connect_first(&mut self) -> Result<Single> {
        let mut connected = self.connect().await;
        if self.may_add_tls && connected.as_ref().is_err_and(wants_tls) {
            self.config.ssl_mode(SslMode::Require);
            connected = self.connect().await;
        }
        connected.map_err(|error| {
            let reason = cause::of_connecting(&error, &self.config);
            Error::Unusable(format!("PostgreSQL cannot be used: {reason}"))
        })
    }

    pub(super) async fn connect(&self) -> Result<Single, tokio_postgres::Error> {
        self.config.connect::<Tls>(self.tls.clone()).await
    }
}

fn wants_tls(error: &tokio_postgres::Error) -> bool {
    error.code() == Some(&SqlState::INVALID_AUTHORIZATION_SPECIFICATION)
}
