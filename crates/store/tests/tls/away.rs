//! A database that becomes unreachable and comes back.

use crate::open;
use crate::server::Server;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tieline_store::locations;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// Passes connections on, until it is dropped: then they all break.
struct Relay {
    address: SocketAddr,
    _relaying: JoinSet<()>,
}

impl Relay {
    async fn start(listen: SocketAddr, to: SocketAddr) -> Self {
        let listener = TcpListener::bind(listen).await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut relaying = JoinSet::new();
        relaying.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((mut client, _)) = listener.accept().await {
                connections.spawn(async move {
                    let mut server = TcpStream::connect(to).await.unwrap();
                    let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
                });
            }
        });
        Self { address, _relaying: relaying }
    }
}

/// Keeps what is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    /// How many lines hold this text.
    fn lines_with(&self, text: &str) -> usize {
        let log = self.0.lock().unwrap();
        String::from_utf8_lossy(&log).lines().filter(|line| line.contains(text)).count()
    }
}

/// Case R10: one line when the database becomes unreachable, one when it is back.
#[tokio::test(flavor = "multi_thread")]
async fn an_outage_is_two_lines_in_the_log() {
    let log = Log::default();
    let writer = log.clone();
    tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).init();
    let server = Server::start().await;
    let to = SocketAddr::from(([127, 0, 0, 1], server.port()));
    let relay = Relay::start(SocketAddr::from(([127, 0, 0, 1], 0)), to).await;
    let address = relay.address;
    let store = open(server.url_by("127.0.0.1", address.port(), "?sslmode=require")).await.unwrap();
    assert!(store.read(locations::List).await.unwrap().is_empty());

    drop(relay);
    for _ in 0..20 {
        let reading = store.read(locations::List).await.unwrap_err();
        let placing = store.place_events().await.unwrap_err();
        assert!(reading.is_away() && placing.is_away(), "{reading}; {placing}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(log.lines_with("PostgreSQL is away"), 1);
    assert_eq!(log.lines_with("PostgreSQL is back"), 0);

    let _relay = Relay::start(address, to).await;
    for _ in 0..20 {
        store.read(locations::List).await.unwrap();
    }
    assert_eq!(log.lines_with("PostgreSQL is away"), 1);
    assert_eq!(log.lines_with("PostgreSQL is back"), 1);
}
