//! The receiver of a workflow's requests.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// How a request is answered.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Answer {
    /// With this status.
    Status(u16),
    /// Not at all, until the caller is gone.
    Silence,
}

/// A received request.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    /// Its `Idempotency-Key`.
    pub(crate) key: String,
    pub(crate) body: String,
}

/// A server that gives the prepared answers one after the other, and remembers the requests.
pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Receiver {
    pub(crate) fn start(answers: &[Answer]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let received = Arc::new(Mutex::new(Vec::new()));
        let (known, answers) =
            (Arc::clone(&received), Arc::new(Mutex::new(VecDeque::from(answers.to_vec()))));
        // The thread ends with the test's process; a killed caller drops its connection, which is no fault.
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (known, answers) = (Arc::clone(&known), Arc::clone(&answers));
                std::thread::spawn(move || answer(stream, &known, &answers));
            }
        });
        Self { address, received }
    }

    /// The requests received so far.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// Waits until `count` requests have been received.
    pub(crate) fn wait_for(&self, count: usize) -> Vec<Received> {
        e2e::until(&format!("request {count} comes"), || {
            let received = self.received();
            (received.len() >= count).then_some(received)
        })
    }
}

fn answer(
    stream: TcpStream,
    received: &Mutex<Vec<Received>>,
    answers: &Mutex<VecDeque<Answer>>,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let (mut key, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        match line.trim().split_once(": ").map(|(name, value)| (name.to_ascii_lowercase(), value)) {
            Some((name, value)) if name == "idempotency-key" => key = value.to_owned(),
            Some((name, value)) if name == "content-length" => length = value.parse().unwrap_or_default(),
            None if line.trim().is_empty() => break,
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let answer = answers.lock().unwrap().pop_front();
    received.lock().unwrap().push(Received { key, body: String::from_utf8_lossy(&body).into_owned() });
    match answer.unwrap_or(Answer::Status(410)) {
        Answer::Status(status) => write!(
            &stream,
            "HTTP/1.1 {status} So\r\nContent-Length: 11\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{{\"ok\":true}}"
        ),
        Answer::Silence => reader.read(&mut [0]).map(|_| ()),
    }
}
