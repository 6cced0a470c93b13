//! `event-run`: a signed payment event in, a finished run of a workflow out.

use super::stripe_event::{self, SECRET};
use super::{Requests, ceiling};
use crate::cli::Options;
use crate::client::{self, Get, Post};
use crate::data_dir::DataDir;
use crate::drive::Write;
use crate::interrupt;
use crate::process::Server;
use crate::product::{self, Product, Setup};
use crate::round::{Comparison, Sample, Turn};
use crate::stats;
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

/// What the product does with an event; the ceiling writes the same rows.
const WORKFLOW: &str = r#"
tieline: 1
name: Payment failed
trigger: { on: paythen.payment.failed }
steps:
  - do: contacts.upsert-contact
    with: { email: "{{ trigger.customer.email }}", name: "{{ trigger.customer.name }}" }
  - do: contacts.add-tags
    with: { tags: [payment-failed] }
  - do: contacts.create-note
    with: { body: "Payment of {{ trigger.payment.amount }} {{ trigger.payment.currency }} failed ({{ trigger.id }})" }
"#;

/// The tag that the workflow adds.
const TAG: &str = "payment-failed";

/// How long runs may stand still, none finishing, before the load gives up on them.
const PATIENCE: Duration = Duration::from_secs(30);

/// How often finished runs are counted while they are waited for.
const GLANCE: Duration = Duration::from_millis(20);

pub(super) fn measure(options: &Options) -> Result<Comparison, String> {
    let dir = DataDir::make(options.data_root.as_deref(), "event-run")?;
    let product = if options.ceilings_only { None } else { Some(start(options, &dir)?) };
    let data = dir.folder("ceiling")?;
    let server = ceiling(&["ceiling-run", "--data", &data.to_string_lossy()], &dir)?;
    let finished = || finished_at_ceiling(&server);
    let ceiling = Runs { requests: requests(&server, "/hooks/bench", options), finished: &finished };
    let finished = product.as_ref().map(|(product, _)| || finished_runs(product));
    let runs = product.as_ref().zip(finished.as_ref()).map(|((product, hook), finished)| Runs {
        requests: requests(&product.server, hook, options),
        finished,
    });
    let mut turn = runs.as_ref().map(|runs| |time| runs.sample(time));
    let comparison = Comparison::measure(
        ("event-run", "finished runs"),
        options.rounds,
        Duration::from_secs(options.seconds),
        &mut |time| ceiling.sample(time),
        turn.as_mut().map(|turn| turn as Turn<'_>),
    )?;
    product.map_or(Ok(()), |(product, _)| check(&product))?;
    Ok(comparison)
}

/// The product with a connection and the published workflow, and the path of the connection.
fn start(options: &Options, dir: &DataDir) -> Result<(Product, String), String> {
    let setup = Setup::new(options, dir)?;
    let hook = setup.connect_paythen(SECRET)?;
    setup.publish(WORKFLOW)?;
    Ok((setup.serve()?, hook))
}

fn requests<'a>(server: &'a Server, hook: &str, options: &Options) -> Requests<'a> {
    Requests {
        server,
        connections: options.connections,
        next: Arc::new(AtomicU64::new(0)),
        write: events(hook),
    }
}

/// Signed events, each of another customer.
fn events(hook: &str) -> Write {
    let (post, template) = (Post::new(hook, ""), stripe_event::template(stripe_event::now()));
    Arc::new(move |n, out| {
        let mut body = Vec::with_capacity(template.len());
        template.write(n, &mut body);
        // Without a signature, the answer would be a refusal that ends the load.
        let signature = stripe_event::sign(&body, SECRET, stripe_event::now()).unwrap_or_default();
        post.write_head(format_args!("Stripe-Signature: {signature}\r\n"), body.len(), out);
        out.extend_from_slice(&body);
    })
}

/// Events to one server, and the way to count the runs that they caused.
struct Runs<'a> {
    requests: Requests<'a>,
    finished: &'a dyn Fn() -> Result<u64, String>,
}

impl Runs<'_> {
    /// Counts finished runs: from the first event sent to the last run finished, a backlog included.
    fn sample(&self, time: Duration) -> Result<Sample, String> {
        let before = (self.finished)()?;
        let alone = self.requests.send(1, time.min(Duration::from_secs(1)))?;
        let before = self.wait_for(before + alone.count)?;
        let start = Instant::now();
        let driven = self.requests.send(self.requests.connections, time)?;
        self.wait_for(before + driven.count)?;
        let rate = stats::rate(driven.count, start.elapsed());
        Ok(Sample { rate, latency: driven.latency, single: Some(alone.latency) })
    }

    /// Waits until `target` runs have finished.
    fn wait_for(&self, target: u64) -> Result<u64, String> {
        let (mut last, mut moved) = (0, Instant::now());
        loop {
            interrupt::check()?;
            let finished = (self.finished)()?;
            if finished >= target {
                return Ok(finished);
            }
            if finished > last {
                (last, moved) = (finished, Instant::now());
            }
            if moved.elapsed() > PATIENCE {
                let stuck = format!(
                    "{} accepted events have no finished run; none has finished for {} s",
                    target - finished,
                    PATIENCE.as_secs()
                );
                return Err(self.requests.server.explain(&stuck));
            }
            std::thread::sleep(GLANCE);
        }
    }
}

fn finished_at_ceiling(server: &Server) -> Result<u64, String> {
    let response = client::once(server.address, &Get::new("/finished", "").with(""))?;
    response.json()?.as_u64().ok_or_else(|| "the ceiling answered no number of finished runs".to_owned())
}

/// How many runs the product has finished, counted by what a user has: every run makes a contact, and the
/// newest ones count only when they carry the tag.
fn finished_runs(product: &Product) -> Result<u64, String> {
    let (newest, total) = product.newest_contacts(100)?;
    let unfinished = newest.iter().filter(|contact| !tagged(contact)).count();
    Ok(total.saturating_sub(unfinished as u64))
}

fn tagged(contact: &Value) -> bool {
    contact["tags"].as_array().is_some_and(|tags| tags.iter().any(|tag| tag == TAG))
}

/// Checks on the newest contacts that every step was done, and was done once.
fn check(product: &Product) -> Result<(), String> {
    let (newest, _) = product.newest_contacts(20)?;
    for contact in newest {
        let id = product::text(&contact, "id")?;
        let notes = product.get(&format!("/contacts/{id}/notes"))?;
        let notes = notes["notes"].as_array().map_or(0, Vec::len);
        if !tagged(&contact) || notes != 1 {
            return Err(format!(
                "the run for contact {id} is not what was asked for: {notes} notes, tags {}",
                contact["tags"]
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_signed_as_the_ceiling_and_the_product_check_them() {
        let mut request = Vec::new();
        events("/hooks/x")(3, &mut request);
        let request = String::from_utf8(request).unwrap();
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        let signature = head.lines().find_map(|line| line.strip_prefix("Stripe-Signature: ")).unwrap().trim();
        assert_eq!(stripe_event::verify(signature, body.as_bytes(), SECRET, stripe_event::now()), Ok(()));
        assert!(head.starts_with("POST /hooks/x HTTP/1.1"));
    }

    #[test]
    fn a_contact_is_finished_when_it_has_the_tag() {
        assert!(tagged(&serde_json::json!({"tags": ["a", "payment-failed"]})));
        assert!(!tagged(&serde_json::json!({"tags": ["payment"]})));
        assert!(!tagged(&serde_json::json!({})));
    }
}
