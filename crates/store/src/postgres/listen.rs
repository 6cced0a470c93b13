//! Hearing of other nodes' events: `NOTIFY` wakes, and who reads the log looks from time to time anyway.

use deadpool_postgres::Pool;
use futures_util::StreamExt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio_postgres::{AsyncMessage, Config, NoTls};

/// Tells other nodes of new events, at most a hundred times a second. It is done after the commits and
/// outside of them: a notification inside a transaction makes PostgreSQL commit such transactions one after
/// the other.
pub(super) async fn tell(pool: Pool, told: Arc<Notify>) {
    loop {
        told.notified().await;
        let Ok(client) = pool.get().await else { continue };
        if let Err(error) = client.batch_execute("NOTIFY tieline_events").await {
            tracing::warn!(%error, "other nodes could not be told of new events; they will look by themselves");
        }
        drop(client);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Listens for ever, and again when the connection breaks.
pub(super) async fn listen(config: Config, appended: watch::Sender<u64>) {
    loop {
        if let Err(error) = listen_once(&config, &appended).await {
            tracing::warn!(%error, "the connection that listens for other nodes' events broke; it is made again");
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

async fn listen_once(config: &Config, appended: &watch::Sender<u64>) -> Result<(), tokio_postgres::Error> {
    let (client, mut connection) = config.connect(NoTls).await?;
    let mut messages = futures_util::stream::poll_fn(move |context| connection.poll_message(context));
    let subscribe = client.batch_execute("LISTEN tieline_events");
    let receive = async {
        while let Some(message) = messages.next().await {
            if matches!(message?, AsyncMessage::Notification(_)) {
                appended.send_modify(|count| *count += 1);
            }
        }
        Ok(())
    };
    // The connection does nothing unless its messages are asked for, so both run side by side.
    let (subscribed, received) = tokio::join!(subscribe, receive);
    subscribed.and(received)
}
