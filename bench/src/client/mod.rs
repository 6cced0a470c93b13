//! An HTTP/1.1 client that is small enough not to be what is measured.

mod connection;
mod request;
mod response;

pub(crate) use connection::Connection;
pub(crate) use request::{Get, Post};
pub(crate) use response::Response;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Sends one request on a connection of its own and waits for the answer; for what is not measured.
///
/// # Errors
/// Where the connection breaks, stays silent for ten seconds or answers other than 2xx.
pub(crate) fn once(address: SocketAddr, request: &[u8]) -> Result<Response, String> {
    let broken = |error: std::io::Error| format!("http://{address}: {error}");
    let mut stream = TcpStream::connect(address).map_err(broken)?;
    stream.set_read_timeout(Some(Duration::from_secs(10))).map_err(broken)?;
    stream.write_all(request).map_err(broken)?;
    let mut received = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let length = stream.read(&mut chunk).map_err(broken)?;
        if length == 0 {
            return Err(format!("http://{address}: the connection was closed before the answer was whole"));
        }
        received.extend_from_slice(&chunk[..length]);
        if let Some((response, _)) = response::parse(&received)? {
            return response.success();
        }
    }
}
