//! What comes out for what Stripe sends, in order and out of order.

mod cancellations;
mod credit;
mod failures;
mod kinds;
mod lone;
mod order;
mod overdue;
mod payload;
mod payments;
mod plans;
mod refunds;
mod sign_ups;
mod thin;

use super::fixtures::{Sample, Shape};
use super::ledger::Ledger;
use super::{PaythenEvent, StripeEvent, normalise};
use crate::connector::{BoxFuture, Memory, MemoryError};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use tieline_model::connection::PaythenSettings;

/// A memory in a map that counts how often it is asked.
#[derive(Default)]
struct Notes {
    documents: HashMap<String, String>,
    reads: usize,
    writes: usize,
    settings: PaythenSettings,
}

impl Memory for Notes {
    fn get<'a>(&'a mut self, key: &'a str) -> BoxFuture<'a, Result<Option<String>, MemoryError>> {
        self.reads += 1;
        Box::pin(std::future::ready(Ok(self.documents.get(key).cloned())))
    }

    fn put<'a>(&'a mut self, key: &'a str, value: String) -> BoxFuture<'a, Result<(), MemoryError>> {
        self.writes += 1;
        self.documents.insert(key.to_owned(), value);
        Box::pin(std::future::ready(Ok(())))
    }
}

impl Notes {
    fn events(&mut self, body: &str) -> Vec<PaythenEvent> {
        let event = StripeEvent::parse(body.as_bytes()).unwrap_or_else(|error| panic!("{error}: {body}"));
        let settings = self.settings.clone();
        let mut work = pin!(normalise(&event, &settings, self));
        match work.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(events) => events.unwrap(),
            Poll::Pending => panic!("a map makes nobody wait"),
        }
    }

    /// The kinds that follow from a body, without `paythen.`.
    fn kinds(&mut self, body: &str) -> Vec<&'static str> {
        self.events(body).iter().map(|event| short(event.kind)).collect()
    }

    /// The payload of the only event of this kind that follows from a body.
    fn payload(&mut self, body: &str, kind: &str) -> Value {
        let events = self.events(body);
        let found: Vec<_> = events.iter().filter(|event| short(event.kind) == kind).collect();
        let [event] = found[..] else { panic!("{} events {kind}", found.len()) };
        serde_json::from_str(event.payload.get()).unwrap()
    }

    fn ledger(&self, key: &str) -> Ledger {
        serde_json::from_str(&self.documents[key]).unwrap()
    }

    /// How the sample's subscription stands.
    fn status(&self, sample: &Sample) -> &'static str {
        let ledger = self.ledger(&format!("customer:{}", sample.customer));
        ledger.plan_state(&sample.subscription, &self.settings).status.name()
    }
}

fn short(kind: &'static str) -> &'static str {
    kind.strip_prefix("paythen.").unwrap()
}

/// The sample's event number `number`, `seconds` after the start, about payment `payment`.
fn at(shape: Shape, number: u32, seconds: u64, payment: u32) -> Sample {
    let base = Sample::default();
    Sample {
        event_id: format!("evt_{number}"),
        created: base.created.plus(Duration::from_secs(seconds)),
        started: Some(base.created),
        payment: format!("n{payment}"),
        shape,
        ..base
    }
}

/// The body of a PaymentIntent or an invoice that belongs to no subscription.
fn bare(body: &str, metadata: Value) -> String {
    let mut body: Value = serde_json::from_str(body).unwrap();
    let object = &mut body["data"]["object"];
    if object["object"] == "invoice" {
        object["lines"]["data"] = json!([]);
        for name in ["parent", "subscription", "subscription_details"] {
            object.as_object_mut().unwrap().remove(name);
        }
    } else if object.get("invoice").is_some() {
        object["invoice"] = Value::Null;
    }
    if object.get("description").is_some() {
        object["description"] = Value::Null;
    }
    object["metadata"] = metadata;
    body.to_string()
}

/// A body with other values in its object.
fn with(body: &str, changes: &[(&str, Value)]) -> String {
    let mut body: Value = serde_json::from_str(body).unwrap();
    for (name, value) in changes {
        body["data"]["object"][*name] = value.clone();
    }
    body.to_string()
}

/// The body under another event's id, a second later.
fn again(body: &str) -> String {
    let mut body: Value = serde_json::from_str(body).unwrap();
    body["id"] = json!("evt_again");
    body["created"] = json!(body["created"].as_i64().unwrap() + 1);
    body.to_string()
}

/// Seconds since 1970 of a day, as Stripe writes times.
fn day(text: &str) -> i64 {
    tieline_model::Timestamp::parse(&format!("{text}T00:00:00Z")).unwrap().millis() / 1000
}

/// The sample's event of a day, number `number`, about payment `payment`.
fn on(shape: Shape, text: &str, number: u32, payment: u32) -> Sample {
    let created = tieline_model::Timestamp::from_seconds(day(text));
    let started = Some(tieline_model::Timestamp::from_seconds(day("2026-01-01")));
    Sample { created, started, ..at(shape, number, 0, payment) }
}

const DAY: u64 = 86_400;

#[test]
fn a_damaged_document_is_named_and_left_alone() {
    let sample = at(Shape::Linked, 1, 0, 1);
    let key = format!("customer:{}", sample.customer);
    let mut notes = Notes::default();
    notes.documents.insert(key.clone(), "not JSON".to_owned());
    let event = StripeEvent::parse(sample.invoice_paid().as_bytes()).unwrap();
    let settings = PaythenSettings::default();
    // Boxed as `Send`, because the store's writer takes the work to another thread.
    let mut work: Pin<Box<dyn Future<Output = _> + Send>> =
        Box::pin(normalise(&event, &settings, &mut notes));
    let Poll::Ready(outcome) = work.as_mut().poll(&mut Context::from_waker(Waker::noop())) else {
        panic!("a map makes nobody wait")
    };
    let problem = outcome.unwrap_err().to_string();
    drop(work);
    assert!(problem.contains(&key), "{problem}");
    assert_eq!(notes.documents[&key], "not JSON");
}
