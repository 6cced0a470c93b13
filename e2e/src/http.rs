//! A small HTTP client: a connection per request, short timeouts, and errors as values, because the servers
//! are killed meanwhile.

use serde_json::Value;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// How long a request may make no progress.
const TIMEOUT: Duration = Duration::from_secs(20);

/// A request.
#[derive(Clone, Debug)]
pub struct Request {
    method: &'static str,
    path: String,
    headers: String,
    body: Vec<u8>,
}

/// A complete answer.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The body.
    pub text: String,
}

impl Reply {
    /// The body as JSON; null if it is not JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    /// The body of a 2xx answer as JSON.
    ///
    /// # Panics
    /// If the answer is another.
    #[track_caller]
    pub fn ok(&self) -> Value {
        assert!((200..300).contains(&self.status), "answered {}: {}", self.status, self.text);
        self.json()
    }
}

impl Request {
    /// A `GET`.
    #[must_use]
    pub fn get(path: impl Into<String>) -> Self {
        Self { method: "GET", path: path.into(), headers: String::new(), body: Vec::new() }
    }

    /// A `POST`. Its type is JSON unless a header says otherwise.
    #[must_use]
    pub fn post(path: impl Into<String>, body: impl Into<Vec<u8>>) -> Self {
        Self { method: "POST", path: path.into(), headers: String::new(), body: body.into() }
    }

    /// The request with a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push_str(&format!("{name}: {value}\r\n"));
        self
    }

    /// The request with a key's token and a version, as the Contacts API requires.
    #[must_use]
    pub fn with_key(self, token: &str) -> Self {
        self.header("Authorization", &format!("Bearer {token}")).header("Version", "2021-07-28")
    }

    /// The bytes to send.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let kind = if self.headers.to_ascii_lowercase().contains("content-type:") || self.body.is_empty() {
            ""
        } else {
            "Content-Type: application/json\r\n"
        };
        let head = format!(
            "{} {} HTTP/1.1\r\nHost: tieline.test\r\nConnection: close\r\nContent-Length: {}\r\n{kind}{}\r\n",
            self.method,
            self.path,
            self.body.len(),
            self.headers
        );
        [head.as_bytes(), &self.body].concat()
    }

    /// Sends it and waits for the whole answer.
    ///
    /// # Errors
    /// If there is no whole answer.
    pub fn send(&self, to: SocketAddr) -> Result<Reply, String> {
        let failed = |error: std::io::Error| format!("{} {}: {error}", self.method, self.path);
        let mut stream = TcpStream::connect_timeout(&to, TIMEOUT).map_err(failed)?;
        stream.set_read_timeout(Some(TIMEOUT)).map_err(failed)?;
        stream.set_write_timeout(Some(TIMEOUT)).map_err(failed)?;
        // A server may answer and close before it has read all of a body that is too large, so an answer is
        // valid even if writing failed.
        let written = stream.write_all(&self.to_bytes());
        read(&mut stream).map_err(|error| match written {
            Ok(()) => format!("{} {}: {error}", self.method, self.path),
            Err(written) => failed(written),
        })
    }
}

/// Reads an answer up to the end of the connection.
///
/// # Errors
/// If it is not whole.
pub fn read(stream: &mut TcpStream) -> Result<Reply, String> {
    let mut bytes = Vec::new();
    if let Err(error) = stream.read_to_end(&mut bytes)
        && bytes.is_empty()
    {
        return Err(error.to_string());
    }
    whole(&bytes).ok_or_else(|| "the answer was cut off".to_owned())
}

/// The answer, if it is complete.
fn whole(bytes: &[u8]) -> Option<Reply> {
    let text = String::from_utf8_lossy(bytes);
    let (head, body) = text.split_once("\r\n\r\n")?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?;
    let length = lines.filter_map(|line| line.split_once(':')).find_map(|(name, value)| {
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    })?;
    (body.len() == length).then(|| Reply { status, text: body.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_counts_only_when_it_is_whole() {
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\n{\"a\": 1}";
        let reply = whole(answer).unwrap();
        assert_eq!((reply.status, reply.json()["a"].as_u64()), (200, Some(1)));
        for end in 0..answer.len() {
            assert!(whole(&answer[..end]).is_none(), "{end}");
        }
    }
}
