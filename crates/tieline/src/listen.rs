//! Accepts connections and closes idle ones: otherwise a client that opens many and sends nothing locks all
//! others out.

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::future::Future;
use std::pin::pin;
use std::time::Duration;
use tokio::net::TcpListener;

/// How long a client may take from one answer, or from the connection's start, to the end of the next
/// request's head. Long enough for clients that keep connections open between requests.
pub(crate) const HEAD: Duration = Duration::from_secs(75);

/// How long to wait after a connection cannot be accepted, for example for lack of file handles.
const PAUSE: Duration = Duration::from_millis(200);

/// Serves until `stopped`, then accepts no more connections and returns when the last request is answered. A
/// connection that sends no request head within `head` is closed; see [`HEAD`].
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    head: Duration,
    stopped: impl Future<Output = ()>,
) {
    // HTTP/2 needs TLS, which a proxy ends. Detecting it here would wait for a client's first bytes without a
    // limit.
    let mut builder = Builder::new(TokioExecutor::new()).http1_only();
    builder.http1().timer(TokioTimer::new()).header_read_timeout(head);
    let connections = GracefulShutdown::new();
    let mut stopped = pin!(stopped);
    loop {
        let stream = tokio::select! {
            taken = listener.accept() => match taken {
                Ok((stream, _)) => stream,
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
            },
            () = &mut stopped => break,
        };
        // Answers are short and written at once: waiting to fill a packet would only delay them.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "cannot turn off packet delays on a connection");
        }
        let service = TowerToHyperService::new(router.clone());
        let connection = builder.serve_connection(TokioIo::new(stream), service).into_owned();
        let connection = connections.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(error, "a connection ended early");
            }
        });
    }
    drop(listener);
    connections.shutdown().await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    #[tokio::test]
    async fn a_connection_that_says_nothing_is_closed_and_others_are_served() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/", get(async || "here"));
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let serving = tokio::spawn(serve(listener, router, Duration::from_secs(2), async {
            let _ = stopped.await;
        }));
        let mut idle = TcpStream::connect(address).await.unwrap();
        let mut slow = TcpStream::connect(address).await.unwrap();
        slow.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n").await.unwrap();
        let mut quick = TcpStream::connect(address).await.unwrap();
        quick.write_all(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await.unwrap();
        for (name, connection, answer) in
            [("quick", &mut quick, true), ("slow", &mut slow, false), ("idle", &mut idle, false)]
        {
            let mut text = Vec::new();
            let closed = tokio::time::timeout(Duration::from_secs(20), connection.read_to_end(&mut text));
            closed.await.unwrap_or_else(|_| panic!("{name} was not closed")).unwrap();
            assert_eq!(String::from_utf8_lossy(&text).ends_with("here"), answer, "{name}");
        }
        stop.send(()).unwrap();
        serving.await.unwrap();
    }
}
