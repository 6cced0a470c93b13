//! One connection that is kept open.

use super::response::{self, Response};
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A connection with at most one request on its way.
pub(crate) struct Connection {
    address: SocketAddr,
    stream: TcpStream,
    received: Vec<u8>,
}

impl Connection {
    /// Connects.
    pub(crate) async fn open(address: SocketAddr) -> Result<Self, String> {
        let stream = connect(address).await.map_err(|error| format!("http://{address}: {error}"))?;
        Ok(Self { address, stream, received: Vec::with_capacity(16 * 1024) })
    }

    /// Sends a request and waits for the whole answer, whatever its status. Connects anew where the server
    /// has said that it closes.
    pub(crate) async fn call(&mut self, request: &[u8]) -> Result<Response, String> {
        let answer =
            self.exchange(request).await.map_err(|error| format!("http://{}: {error}", self.address))?;
        let (response, length) = answer?;
        if length < self.received.len() {
            return Err("the server sent more than it was asked for".to_owned());
        }
        self.received.clear();
        if response.close {
            *self = Self::open(self.address).await?;
        }
        Ok(response)
    }

    async fn exchange(&mut self, request: &[u8]) -> std::io::Result<Result<(Response, usize), String>> {
        self.stream.write_all(request).await?;
        loop {
            if self.stream.read_buf(&mut self.received).await? == 0 {
                return Ok(Err("the connection was closed before the answer was whole".to_owned()));
            }
            match response::parse(&self.received) {
                Ok(None) => {}
                Ok(Some(answer)) => return Ok(Ok(answer)),
                Err(message) => return Ok(Err(message)),
            }
        }
    }
}

async fn connect(address: SocketAddr) -> std::io::Result<TcpStream> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}
