//! PostgreSQL over the network: TLS as in libpq, causes in messages, and a server that is unreachable for a while.

#![cfg(test)]

mod away;
mod server;

use server::Server;
use tieline_store::{Options, Procedure, Result, Store, Target, Tx};

/// Whether the connection is encrypted.
struct IsEncrypted;

impl Procedure for IsEncrypted {
    type Output = Option<bool>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Option<bool>> {
        tx.value("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()", "ssl", &[]).await
    }
}

async fn open(url: String) -> Result<Store> {
    Store::open(&Target::Url(url), Options::default()).await
}

/// Opens a database that must be refused, and returns why.
async fn refusal(url: String) -> String {
    open(url).await.err().expect("it is refused").to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_mode_protects_as_promised() {
    let server = Server::start().await;
    for (host, query) in [
        ("127.0.0.1", String::new()),
        ("127.0.0.1", "?sslmode=allow".to_owned()),
        ("127.0.0.1", "?sslmode=prefer".to_owned()),
        ("127.0.0.1", "?sslmode=require".to_owned()),
        ("127.0.0.1", format!("?sslmode=require&sslrootcert={}", server.authority())),
        ("127.0.0.1", format!("?sslmode=verify-ca&sslrootcert={}", server.authority())),
        ("localhost", format!("?sslmode=verify-full&sslrootcert={}", server.authority())),
        ("localhost", format!("?sslmode=verify-full&sslrootcert={}", server.certificate())),
    ] {
        let store = open(server.url(host, &query)).await.unwrap_or_else(|error| panic!("{query}: {error}"));
        assert_eq!(store.read(IsEncrypted).await.unwrap(), Some(true), "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_not_the_right_one_is_refused() {
    let server = Server::start().await;
    let stranger = server::authority().0;
    let stranger = server.put("stranger.pem", &stranger.pem());
    for (query, expected) in [
        (format!("?sslmode=verify-full&sslrootcert={}", server.authority()), "for another name"),
        (format!("?sslmode=verify-ca&sslrootcert={stranger}"), "name the authority's own certificate"),
        (format!("?sslmode=require&sslrootcert={stranger}"), "sslrootcert=FILE"),
        ("?sslrootcert=system".to_owned(), "sslrootcert=FILE"),
        ("?sslmode=disable".to_owned(), "wants TLS for user tester"),
    ] {
        let error = refusal(server.url("127.0.0.1", &query)).await;
        let place = format!("127.0.0.1:{}", server.port());
        assert!(error.contains(expected) && error.contains(&place), "{query}: {error}");
    }
}

/// Case R10.
#[tokio::test(flavor = "multi_thread")]
async fn the_cause_of_a_failed_start_is_named() {
    let server = Server::start().await;
    let url = server.url("127.0.0.1", "");
    let port = server.port();
    let error = refusal(url.replace("/postgres", "/nowhere")).await;
    assert!(error.contains(&format!("no database nowhere at 127.0.0.1:{port}")), "{error}");
    let error = refusal(url.replace(server::PASSWORD, "wrong")).await;
    assert!(error.contains("password authentication failed for user tester"), "{error}");
    assert!(!error.contains("wrong"), "a password must not be logged: {error}");
    drop(server);
    let error = refusal(url).await;
    assert!(error.contains(&format!("connection refused at 127.0.0.1:{port}")), "{error}");
    let error = refusal("postgres://tester@%2Ftmp%2Fno-such-folder/x".to_owned()).await;
    assert!(error.contains("no socket at /tmp/no-such-folder/.s.PGSQL.5432"), "{error}");
}
