//! Noticing other nodes' events: `NOTIFY` wakes the readers of the log, which also poll it from time to time.

use super::address::Address;
use super::connections::Connections;
use futures_util::StreamExt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio_postgres::AsyncMessage;

/// Notifies other nodes of new events, at most a hundred times a second. This happens after the commit, outside
/// the transaction: PostgreSQL commits transactions that notify one after the other.
pub(super) async fn notify(connections: Connections, committed: Arc<Notify>) {
    loop {
        committed.notified().await;
        // Other nodes poll, so a lost notification only costs a moment.
        let Ok(client) = connections.get().await else { continue };
        if let Err(error) = client.batch_execute("NOTIFY tieline_events").await {
            tracing::debug!(%error, "other nodes were not notified of new events");
        }
        drop(client);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Listens forever and reconnects when the connection breaks. Readers and writers report the break.
pub(super) async fn listen(address: Address, appended: watch::Sender<u64>) {
    loop {
        if let Err(error) = listen_once(&address, &appended).await {
            tracing::debug!(%error, "the connection that listens for other nodes' events broke");
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

async fn listen_once(address: &Address, appended: &watch::Sender<u64>) -> Result<(), tokio_postgres::Error> {
    let (client, mut connection) = address.connect().await?;
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
    // The connection works only while its messages are polled, so both run side by side.
    let (subscribed, received) = tokio::join!(subscribe, receive);
    subscribed.and(received)
}
