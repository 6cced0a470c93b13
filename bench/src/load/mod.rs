//! The loads.

mod contact;
mod contact_create;
mod contact_read;
mod contact_search;
mod event_run;
pub(crate) mod stripe_event;

use crate::cli::Options;
use crate::data_dir::DataDir;
use crate::drive::{self, Drive, Write};
use crate::process::Server;
use crate::product::Product;
use crate::round::{Comparison, Sample, Turn};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

/// The most requests of one load, which is also as far as the numbers in its bodies go.
const MAX_REQUESTS: u64 = 100_000_000;

/// The size of a contact in bytes where no product is there to say it.
const USUAL_SIZE: usize = 700;

/// A load.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Load {
    ContactRead,
    ContactCreate,
    ContactSearch,
    EventRun,
}

impl Load {
    /// Every load, the quickest first.
    pub(crate) const ALL: &'static [Self] =
        &[Self::ContactRead, Self::ContactCreate, Self::ContactSearch, Self::EventRun];

    /// Sets both sides up, measures them and clears up.
    pub(crate) fn measure(self, options: &Options) -> Result<Vec<Comparison>, String> {
        let one = |comparison| vec![comparison];
        match self {
            Self::ContactRead => contact_read::measure(options).map(one),
            Self::ContactCreate => contact_create::measure(options).map(one),
            Self::ContactSearch => contact_search::measure(options),
            Self::EventRun => event_run::measure(options).map(one),
        }
    }
}

/// Starts this program again as a ceiling.
fn ceiling(args: &[&str], dir: &DataDir) -> Result<Server, String> {
    let program = std::env::current_exe().map_err(|error| format!("cannot find this program: {error}"))?;
    let mut command = Command::new(program);
    command.args(args);
    Server::start("the ceiling", command, dir.file("ceiling.log"))
}

/// Compares two servers by the answers that they give to the same requests.
fn answers(
    name: &'static str,
    options: &Options,
    ceiling: &Server,
    product: Option<&Product>,
    write: &Write,
) -> Result<Comparison, String> {
    // The two share the numbers, so that none is sent twice. Number 0 may have been sent before.
    let next = Arc::new(AtomicU64::new(1));
    let requests = |server| Requests {
        server,
        connections: options.connections,
        next: next.clone(),
        write: write.clone(),
    };
    let (ceiling, product) = (requests(ceiling), product.map(|product| requests(&product.server)));
    let mut turn = product.as_ref().map(|product| |time| product.answers(time));
    let turn = turn.as_mut().map(|turn| turn as Turn<'_>);
    rounds((name, "requests"), options, &mut |time| ceiling.answers(time), turn)
}

/// Compares two sides as the options say.
fn rounds(
    name: (&'static str, &'static str),
    options: &Options,
    ceiling: Turn<'_>,
    product: Option<Turn<'_>>,
) -> Result<Comparison, String> {
    Comparison::measure(name, options.rounds, Duration::from_secs(options.seconds), ceiling, product)
}

/// The `n`-th number of the SplitMix64 sequence.
pub(crate) fn scatter(n: u64) -> u64 {
    let mut z = n.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Requests to one server.
struct Requests<'a> {
    server: &'a Server,
    connections: u64,
    next: Arc<AtomicU64>,
    write: Write,
}

impl Requests<'_> {
    fn send(&self, connections: u64, time: Duration) -> Result<drive::Driven, String> {
        let drive = Drive {
            address: self.server.address,
            connections,
            time,
            next: self.next.clone(),
            end: MAX_REQUESTS,
            write: self.write.clone(),
            keep: false,
        };
        drive::drive(drive).map_err(|error| self.server.explain(&error))
    }

    /// Counts answers.
    fn answers(&self, time: Duration) -> Result<Sample, String> {
        let driven = self.send(self.connections, time)?;
        Ok(Sample { rate: driven.rate(), latency: driven.latency, single: None })
    }
}
