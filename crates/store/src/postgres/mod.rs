//! The shared database: ordinary transactions on pooled connections, run again after a conflict.

mod address;
mod cause;
mod connections;
mod health;
mod listen;
mod tls;
mod value;

use crate::error::{Error, Result};
use crate::migrate;
use crate::param::Param;
use crate::row::Row;
use crate::sources::Sources;
use crate::store::{Access, Procedure};
use crate::tx::{Database, Tx};
use address::Address;
use connections::{Checkout, Connections};
use deadpool_postgres::Client;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;

pub(crate) use cause::describe;

/// How often a procedure is tried against others that want the same rows.
const ATTEMPTS: u32 = 60;

pub(crate) struct Postgres {
    connections: Connections,
    /// Wakes the task that notifies other nodes of new events.
    committed: Arc<Notify>,
    background: Vec<tokio::task::JoinHandle<()>>,
}

impl Drop for Postgres {
    fn drop(&mut self) {
        for task in &self.background {
            task.abort();
        }
    }
}

impl Postgres {
    pub(crate) async fn open(
        url: &str,
        sources: &Arc<Sources>,
        appended: &watch::Sender<u64>,
        listen: bool,
        access: Access,
    ) -> Result<Self> {
        let mut address = Address::read(url)?;
        let (mut client, connection) = address.connect_first().await?;
        let driving = tokio::spawn(connection);
        match access {
            Access::Write => migrate::postgres(&mut client).await?,
            Access::Read => migrate::check_postgres(&client).await?,
        }
        driving.abort();
        let connections = Connections::new(&address, sources)?;
        let committed = Arc::new(Notify::new());
        let notifying = listen::notify(connections.clone(), Arc::clone(&committed));
        let mut background = vec![tokio::spawn(notifying)];
        if listen {
            background.push(tokio::spawn(listen::listen(address, appended.clone())));
        }
        Ok(Self { connections, committed, background })
    }

    /// Runs a procedure to its end even if the caller goes away: a transaction that is dropped half-way
    /// would leave its connection inside it.
    pub(crate) async fn write<P: Procedure>(
        &self,
        procedure: P,
        sources: &Arc<Sources>,
        appended: &watch::Sender<u64>,
    ) -> Result<P::Output> {
        let (connections, sources) = (self.connections.clone(), Arc::clone(sources));
        let work = async move {
            let checkout = Checkout::from(connections.get().await?);
            let attempted = attempt(checkout.client()?, &procedure, &sources).await;
            checkout.give_back();
            attempted
        };
        let (output, wrote_events) = self.finish(work).await?;
        if wrote_events {
            appended.send_modify(|count| *count += 1);
            self.committed.notify_one();
        }
        Ok(output)
    }

    pub(crate) async fn read<P: Procedure>(&self, procedure: P, sources: &Arc<Sources>) -> Result<P::Output> {
        let health = &self.connections.health;
        let client = health.learn(self.connections.get().await)?;
        if !procedure.scans() {
            return health.learn(procedure.run(&mut Tx::new(Database::Postgres(&client), sources)).await);
        }
        let (sources, checkout) = (Arc::clone(sources), Checkout::from(client));
        let work = async move {
            let client = checkout.client()?;
            // Polled first, so it is sent before the first query; nobody has to wait for its answer.
            let begin = client.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
            let mut tx = Tx::new(Database::Postgres(client), &sources);
            let (begun, result) = tokio::join!(biased; begin, procedure.run(&mut tx));
            begun?;
            client.batch_execute("COMMIT").await?;
            checkout.give_back();
            result
        };
        self.finish(work).await
    }

    /// Does some work on a task of its own, which continues if the caller goes away.
    async fn finish<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<T> {
        let result = tokio::spawn(work).await.map_err(|_| Error::Closed)?;
        self.connections.health.learn(result)
    }

    /// One node at a time numbers the committed events that have no place yet, and holds the lock on the head
    /// until the numbers are committed. So places become visible in their order, and a reader
    /// that has seen one has seen all before it. READ COMMITTED, because the second statement has to see
    /// what was committed while the first one waited for the lock.
    pub(crate) async fn place_events(&self) -> Result<()> {
        let connections = self.connections.clone();
        let work = async move {
            let mut client = connections.get().await?;
            if client.query_opt("SELECT 1 FROM events WHERE seq IS NULL LIMIT 1", &[]).await?.is_none() {
                return Ok(());
            }
            let transaction = client.transaction().await?;
            let lock = transaction
                .prepare_cached("SELECT position FROM cursors WHERE name = 'log-head' FOR UPDATE")
                .await?;
            let head: i64 = transaction.query_one(&lock, &[]).await?.try_get("position")?;
            let place = transaction.prepare_cached(PLACE).await?;
            let placed = i64::try_from(transaction.execute(&place, &[&head]).await?).unwrap_or(0);
            let moved = transaction
                .prepare_cached("UPDATE cursors SET position = $1 WHERE name = 'log-head'")
                .await?;
            transaction.execute(&moved, &[&(head + placed)]).await?;
            Ok(transaction.commit().await?)
        };
        self.finish(work).await
    }
}

const PLACE: &str = "\
    WITH batch AS (
        SELECT n, row_number() OVER (ORDER BY n) AS place
        FROM (SELECT n FROM events WHERE seq IS NULL ORDER BY n LIMIT 5000) AS unplaced
    )
    UPDATE events SET seq = $1 + batch.place FROM batch WHERE events.n = batch.n";

async fn attempt<P: Procedure>(
    client: &Client,
    procedure: &P,
    sources: &Sources,
) -> Result<(P::Output, bool)> {
    let (mut tries, mut savepoints) = (0, false);
    loop {
        tries += 1;
        match transact(client, procedure, sources, savepoints).await {
            Err(Error::Repeat) if !savepoints => savepoints = true,
            Err(Error::Postgres(error)) if is_conflict(&error) && tries < ATTEMPTS => {
                let mut byte = [0];
                sources.entropy.fill(&mut byte);
                // The loser waits a little, longer each time, with jitter.
                let most = (u64::from(tries) * 4).min(100);
                tokio::time::sleep(Duration::from_millis(u64::from(byte[0]) * most / 255)).await;
            }
            other => return other,
        }
    }
}

async fn transact<P: Procedure>(
    client: &Client,
    procedure: &P,
    sources: &Sources,
    savepoints: bool,
) -> Result<(P::Output, bool)> {
    client.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ").await?;
    let mut tx = Tx::new(Database::Postgres(client), sources).with_savepoints(savepoints);
    let result = procedure.run(&mut tx).await;
    let (appended, repeat) = (!tx.appended.is_empty(), tx.repeat);
    match result {
        Ok(output) if !repeat => {
            client.batch_execute("COMMIT").await?;
            Ok((output, appended))
        }
        result => {
            client.batch_execute("ROLLBACK").await?;
            Err(if repeat { Error::Repeat } else { result.err().unwrap_or(Error::Repeat) })
        }
    }
}

/// Whether another transaction got in between, so that the procedure finds a new state when run again. A
/// uniqueness violation is one: the procedure checked before it wrote, and the other had not committed yet.
fn is_conflict(error: &tokio_postgres::Error) -> bool {
    error.code().is_some_and(|code| {
        [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED, SqlState::UNIQUE_VIOLATION]
            .contains(code)
    })
}

/// `?1` is written `$1` here.
fn numbered(sql: &str) -> String {
    sql.replace('?', "$")
}

fn arguments<'a>(params: &'a [Param<'a>]) -> Vec<&'a (dyn ToSql + Sync)> {
    params.iter().map(|param| param as &(dyn ToSql + Sync)).collect()
}

pub(crate) async fn execute(client: &Client, sql: &'static str, params: &[Param<'_>]) -> Result<u64> {
    let statement = client.prepare_cached(&numbered(sql)).await?;
    Ok(client.execute(&statement, &arguments(params)).await?)
}

pub(crate) async fn query(client: &Client, sql: &'static str, params: &[Param<'_>]) -> Result<Vec<Row>> {
    let statement = client.prepare_cached(&numbered(sql)).await?;
    let rows = client.query(&statement, &arguments(params)).await?;
    value::read(&rows, sql)
}
