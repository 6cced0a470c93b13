//! PostgreSQL databases to test on, on the server that [`tieline_pgtest`] finds or starts.

/// Creates an empty database on the test server and returns its URL.
///
/// # Panics
/// If there is no server; the message says what to install.
pub async fn create_database(name: &str) -> String {
    let url = tieline_pgtest::shared_url().unwrap_or_else(|reason| panic!("{reason}"));
    let config: tokio_postgres::Config = url.parse().expect("the test server's URL can be read");
    let (client, connection) = config.connect(tokio_postgres::NoTls).await.expect("the test server answers");
    let driving = tokio::spawn(connection);
    // On a server that outlives the tests, an earlier process with this process's id may have left one behind.
    client
        .batch_execute(&format!("DROP DATABASE IF EXISTS {name}"))
        .await
        .expect("an old database can be dropped");
    client.batch_execute(&format!("CREATE DATABASE {name}")).await.expect("a database can be created");
    driving.abort();
    with_database(&url, name)
}

/// The URL with its database replaced.
fn with_database(url: &str, name: &str) -> String {
    let (address, query) = url.split_once('?').map_or((url, None), |(address, query)| (address, Some(query)));
    let scheme = address.find("://").map_or(0, |at| at + 3);
    let end = address[scheme..].find('/').map_or(address.len(), |at| scheme + at);
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    format!("{}/{name}{query}", &address[..end])
}

#[cfg(test)]
mod tests {
    use super::with_database;

    #[test]
    fn only_the_database_is_replaced() {
        assert_eq!(with_database("postgres://u@127.0.0.1:5/postgres", "x"), "postgres://u@127.0.0.1:5/x");
        assert_eq!(with_database("postgres://u@127.0.0.1:5", "x"), "postgres://u@127.0.0.1:5/x");
        assert_eq!(with_database("postgres://u@h/postgres?host=/tmp/s", "x"), "postgres://u@h/x?host=/tmp/s");
    }
}
