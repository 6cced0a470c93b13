//! Events that arrive from several senders while servers are killed and restarted.

use e2e::tenant::Hook;
use e2e::{Chance, Place, Server};
use serde_json::Value;
use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::{Duration, Instant};
use tieline_connect::paythen::fixtures::Sample;

pub(crate) const EVENTS: usize = 2000;
pub(crate) const CUSTOMERS: usize = 300;
const SENDERS: usize = 6;
/// Kills while events arrive, and after the last one has been acknowledged.
const KILLS: (usize, usize) = (32, 8);
/// How long it may take until all events are acknowledged.
const LIMIT: Duration = Duration::from_secs(150);

/// What the senders and the killer share.
pub(crate) struct Storm {
    hook: Hook,
    seed: u64,
    start: Instant,
    /// The address of each node.
    addresses: Mutex<Vec<SocketAddr>>,
    next: AtomicUsize,
    acknowledged: AtomicUsize,
    tries: AtomicUsize,
    /// Events that were accepted although the answer did not arrive.
    unanswered: AtomicUsize,
}

pub(crate) fn event_id(n: usize) -> String {
    format!("evt_{n:05}")
}

pub(crate) fn email(customer: usize) -> String {
    format!("customer{customer:03}@example.com")
}

/// The failure of a payment of its own, of one of the customers.
fn body(n: usize) -> String {
    let customer = n % CUSTOMERS;
    let sample = Sample::default();
    Sample {
        event_id: event_id(n),
        created: sample.created.plus(Duration::from_secs(n as u64)),
        customer: format!("cus_{customer}"),
        subscription: format!("sub_{customer}"),
        email: email(customer),
        payment: format!("payment{n}"),
        ..sample
    }
    .invoice_payment_failed()
}

impl Storm {
    /// Sends all events while nodes are killed, and returns when each is acknowledged and all nodes are up.
    pub(crate) fn rage(hook: Hook, place: &Place, nodes: &mut [Server]) -> Self {
        let storm = Self {
            hook,
            seed: Chance::seed(),
            start: Instant::now(),
            addresses: Mutex::new(nodes.iter().map(|node| node.address).collect()),
            next: AtomicUsize::new(0),
            acknowledged: AtomicUsize::new(0),
            tries: AtomicUsize::new(0),
            unanswered: AtomicUsize::new(0),
        };
        println!("TIELINE_E2E_SEED={} repeats the moments of the kills", storm.seed);
        std::thread::scope(|scope| {
            for sender in 0..SENDERS {
                let storm = &storm;
                scope.spawn(move || storm.send(sender));
            }
            storm.kill(place, nodes);
        });
        storm
    }

    /// A one-line summary.
    pub(crate) fn summary(&self) -> String {
        format!(
            "{EVENTS} events in {} tries, {} accepted without an answer, {} kills, {:.0} s (seed {})",
            self.tries.load(SeqCst),
            self.unanswered.load(SeqCst),
            KILLS.0 + KILLS.1,
            self.start.elapsed().as_secs_f32(),
            self.seed,
        )
    }

    fn in_time(&self) {
        assert!(self.start.elapsed() < LIMIT, "not done within {} s", LIMIT.as_secs());
    }

    /// Sends a part of the events, each until it is acknowledged, and some once more.
    fn send(&self, sender: usize) {
        let chance = Chance::new(self.seed + 1 + sender as u64);
        loop {
            let n = self.next.fetch_add(1, SeqCst);
            if n >= EVENTS {
                return;
            }
            let body = body(n);
            if self.deliver(&body)["duplicate"] == true {
                self.unanswered.fetch_add(1, SeqCst);
            }
            self.acknowledged.fetch_add(1, SeqCst);
            if chance.below(20) == 0 {
                assert_eq!(self.deliver(&body)["duplicate"], true, "{} was accepted twice", event_id(n));
            }
        }
    }

    /// Sends until it is acknowledged.
    fn deliver(&self, body: &str) -> Value {
        loop {
            self.in_time();
            let address = {
                let addresses = self.addresses.lock().unwrap();
                addresses[self.tries.fetch_add(1, SeqCst) % addresses.len()]
            };
            match self.hook.post_stripe(address, body) {
                Ok(reply) if reply.status == 200 => return reply.json(),
                Ok(reply) => assert!(reply.status >= 500, "refused for good: {}", reply.text),
                Err(_) => std::thread::sleep(Duration::from_millis(10)),
            }
        }
    }

    /// Kills the nodes, one or the other, at random moments and starts them again.
    fn kill(&self, place: &Place, nodes: &mut [Server]) {
        let chance = Chance::new(self.seed);
        let part = EVENTS / KILLS.0;
        for n in 0..KILLS.0 {
            self.wait_for(part * n + usize::try_from(chance.below(part as u64)).unwrap());
            self.restart(place, nodes, &chance, 50);
        }
        self.wait_for(EVENTS);
        for _ in 0..KILLS.1 {
            self.restart(place, nodes, &chance, 600);
        }
    }

    /// Waits until `count` events are acknowledged.
    fn wait_for(&self, count: usize) {
        while self.acknowledged.load(SeqCst) < count {
            self.in_time();
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    fn restart(&self, place: &Place, nodes: &mut [Server], chance: &Chance, within_millis: u64) {
        std::thread::sleep(chance.millis_below(within_millis));
        let n = usize::try_from(chance.below(nodes.len() as u64)).unwrap();
        nodes[n].kill();
        nodes[n] = Server::start(place);
        self.addresses.lock().unwrap()[n] = nodes[n].address;
    }
}
