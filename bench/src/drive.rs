//! The load generator: connections that each send one request after the other.

use crate::client::Connection;
use crate::interrupt;
use crate::stats::{self, Latency};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// How long an answer may take beyond the end of the load before it counts as missing.
const PATIENCE: Duration = Duration::from_secs(10);

/// Appends the `n`-th request to a buffer.
pub(crate) type Write = Arc<dyn Fn(u64, &mut Vec<u8>) + Send + Sync>;

/// What is sent to whom for how long.
#[derive(Clone)]
pub(crate) struct Drive {
    pub(crate) address: SocketAddr,
    pub(crate) connections: u64,
    pub(crate) time: Duration,
    /// The number of the next request. Loads that share it send nothing twice.
    pub(crate) next: Arc<AtomicU64>,
    /// No request gets this number or a greater one.
    pub(crate) end: u64,
    pub(crate) write: Write,
    /// Whether the bodies of the answers are kept.
    pub(crate) keep: bool,
}

/// What came of it.
pub(crate) struct Driven {
    pub(crate) count: u64,
    pub(crate) elapsed: Duration,
    pub(crate) latency: Latency,
    /// In no order.
    pub(crate) bodies: Vec<Vec<u8>>,
}

impl Driven {
    /// Answers per second.
    pub(crate) fn rate(&self) -> f64 {
        stats::rate(self.count, self.elapsed)
    }
}

struct Shared {
    drive: Drive,
    deadline: Instant,
    failed: AtomicBool,
}

/// What one connection saw.
#[derive(Default)]
struct Seen {
    times: Vec<Duration>,
    bodies: Vec<Vec<u8>>,
    error: Option<String>,
}

/// Sends requests on all connections until the time or the numbers are over.
///
/// Every core gets a thread with a share of the connections. On the same cores as the server, fewer threads
/// would cap the ceilings, which need little of the machine, and not the product, which needs more.
///
/// # Errors
/// A message with the first answer that was missing, unreadable or not 2xx: one is enough to make the figures
/// void, so the load stops there.
pub(crate) fn drive(drive: Drive) -> Result<Driven, String> {
    let start = Instant::now();
    let deadline = start + drive.time;
    let connections = usize::try_from(drive.connections).unwrap_or(1);
    let shared = Arc::new(Shared { drive, deadline, failed: AtomicBool::new(false) });
    let cores = std::thread::available_parallelism().map_or(1, Into::into);
    let threads = cores.clamp(1, connections);
    let mut seen = Vec::with_capacity(connections);
    std::thread::scope(|scope| {
        let share = |n: usize| connections / threads + usize::from(n < connections % threads);
        let running: Vec<_> = (0..threads)
            .map(|n| (n, shared.clone()))
            .map(|(n, shared)| scope.spawn(move || work(&shared, share(n))))
            .collect();
        for thread in running {
            seen.extend(
                thread.join().unwrap_or_else(|_| vec![Seen::failed("a load thread died".to_owned())]),
            );
        }
    });
    interrupt::check()?;
    collect(seen, start.elapsed())
}

fn collect(seen: Vec<Seen>, elapsed: Duration) -> Result<Driven, String> {
    let failed = seen.iter().filter(|seen| seen.error.is_some()).count();
    if let Some(first) = seen.iter().find_map(|seen| seen.error.as_ref()) {
        return Err(format!("{failed} of {} connections got an error; one: {first}", seen.len()));
    }
    let mut times = Vec::new();
    let mut bodies = Vec::new();
    for seen in seen {
        times.extend(seen.times);
        bodies.extend(seen.bodies);
    }
    Ok(Driven { count: times.len() as u64, elapsed, latency: Latency::of(&mut times), bodies })
}

/// Runs some of the connections on this thread.
fn work(shared: &Arc<Shared>, connections: usize) -> Vec<Seen> {
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(async {
            let mut all = JoinSet::new();
            for _ in 0..connections {
                all.spawn(connection(shared.clone()));
            }
            all.join_all().await
        }),
        Err(error) => vec![Seen::failed(format!("cannot start a load thread: {error}"))],
    }
}

impl Seen {
    fn failed(error: String) -> Self {
        Self { error: Some(error), ..Self::default() }
    }
}

async fn connection(shared: Arc<Shared>) -> Seen {
    let mut seen = Seen::default();
    let end = tokio::time::Instant::from_std(shared.deadline + PATIENCE);
    let result = tokio::time::timeout_at(end, send(&shared, &mut seen)).await;
    seen.error = match result {
        Ok(Ok(())) => None,
        Ok(Err(message)) => Some(message),
        Err(_) => Some(format!("no answer {} s after the end of the load", PATIENCE.as_secs())),
    };
    if seen.error.is_some() {
        shared.failed.store(true, Ordering::Relaxed);
    }
    seen
}

async fn send(shared: &Shared, seen: &mut Seen) -> Result<(), String> {
    let drive = &shared.drive;
    let mut connection = Connection::open(drive.address).await?;
    let mut request = Vec::new();
    while Instant::now() < shared.deadline && !shared.failed.load(Ordering::Relaxed) && !interrupt::asked() {
        let n = drive.next.fetch_add(1, Ordering::Relaxed);
        if n >= drive.end {
            break;
        }
        request.clear();
        (drive.write)(n, &mut request);
        let start = Instant::now();
        let response = connection.call(&request).await?;
        seen.times.push(start.elapsed());
        let response = response.success()?;
        if drive.keep {
            seen.bodies.push(response.body);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::http::StatusCode;
    use axum::routing::get;

    /// Serves until the process ends.
    fn server(router: Router) -> SocketAddr {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
                axum::serve(tokio::net::TcpListener::from_std(listener).unwrap(), router).await.unwrap();
            });
        });
        address
    }

    fn load(address: SocketAddr, end: u64) -> Drive {
        let request = |_, out: &mut Vec<u8>| out.extend(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        let (time, next) = (Duration::from_secs(10), Arc::new(AtomicU64::new(0)));
        Drive { address, connections: 4, time, next, end, write: Arc::new(request), keep: true }
    }

    #[test]
    fn sends_as_many_as_there_are_numbers() {
        let address = server(Router::new().route("/", get(async || "hello")));
        let driven = drive(load(address, 100)).unwrap();
        assert_eq!(driven.count, 100);
        assert!(driven.bodies.len() == 100 && driven.bodies.iter().all(|body| body == b"hello"));
        assert!(driven.elapsed < Duration::from_secs(10));
    }

    #[test]
    fn ends_in_time() {
        let address = server(Router::new().route("/", get(async || "hello")));
        let driven = drive(Drive { time: Duration::from_millis(50), ..load(address, u64::MAX) }).unwrap();
        assert!(driven.count > 0 && driven.elapsed >= Duration::from_millis(50));
    }

    #[test]
    fn an_error_makes_the_result_void_and_says_what_came_back() {
        let address = server(Router::new().route("/", get(async || (StatusCode::CONFLICT, "taken"))));
        let Err(message) = drive(load(address, u64::MAX)) else { panic!("errors were counted as answers") };
        assert!(message.contains("answered 409: taken"), "{message}");
    }
}
