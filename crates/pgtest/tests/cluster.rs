//! Starts a real cluster and connects to it as a client does.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use tieline_pgtest::Cluster;

/// Connects as `postgres`, sends one query and returns the bytes that come back until the server is ready
/// again: a start-up message of protocol 3.0, then a simple query.
fn query(socket_directory: &Path, sql: &str) -> io::Result<Vec<u8>> {
    let mut stream = UnixStream::connect(socket_directory.join(".s.PGSQL.5432"))?;
    let parameters = b"user\0postgres\0database\0postgres\0\0";
    send(&mut stream, &[], &[&196_608_u32.to_be_bytes()[..], parameters].concat())?;
    until_ready(&mut stream)?;
    send(&mut stream, b"Q", format!("{sql}\0").as_bytes())?;
    until_ready(&mut stream)
}

fn send(stream: &mut UnixStream, kind: &[u8], body: &[u8]) -> io::Result<()> {
    let length = u32::try_from(body.len() + 4).map_err(io::Error::other)?;
    stream.write_all(&[kind, &length.to_be_bytes(), body].concat())
}

/// Reads messages up to ReadyForQuery and returns their bodies.
fn until_ready(stream: &mut UnixStream) -> io::Result<Vec<u8>> {
    let mut bodies = Vec::new();
    loop {
        let mut head = [0; 5];
        stream.read_exact(&mut head)?;
        let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]);
        let mut body = vec![0; length as usize - 4];
        stream.read_exact(&mut body)?;
        assert_ne!(head[0], b'E', "the server refused: {}", String::from_utf8_lossy(&body));
        if head[0] == b'Z' {
            return Ok(bodies);
        }
        bodies.extend(body);
    }
}

#[test]
fn a_cluster_answers_while_it_lives_and_leaves_nothing() {
    let cluster = Cluster::start().unwrap();
    let directory = cluster.socket_directory().to_owned();
    assert!(cluster.url().starts_with("postgres://postgres@%2F") && cluster.url().ends_with("/postgres"));

    let sql = "select concat_ws(' ', current_setting('fsync'), current_setting('max_connections'),
               current_setting('server_encoding'), current_setting('lc_collate', true))";
    let answer = String::from_utf8_lossy(&query(&directory, sql).unwrap()).into_owned();
    assert!(answer.contains("on 200 UTF8"), "{answer:?}");

    let second = Cluster::start().unwrap();
    assert_ne!(second.socket_directory(), directory, "two clusters must not share a directory");

    let process = std::fs::read_to_string(directory.join("data/postmaster.pid")).unwrap();
    let process = Path::new("/proc").join(process.lines().next().unwrap());
    drop(cluster);
    assert!(!directory.exists(), "the directory still exists");
    assert!(!process.exists(), "the server still runs");
    assert!(UnixStream::connect(second.socket_directory().join(".s.PGSQL.5432")).is_ok());
}

#[test]
fn the_shared_server_is_the_same_for_all_tests() {
    let url = tieline_pgtest::shared_url().unwrap();
    assert!(url.starts_with("postgres"), "{url}");
    assert_eq!(url, tieline_pgtest::shared_url().unwrap());
}
