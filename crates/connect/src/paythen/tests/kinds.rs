//! The samples look like real events.

use super::*;
use crate::paythen::{KINDS, TABLE};
use std::collections::{BTreeMap, BTreeSet};

/// The paths of an object's keys. What a merchant names is left out.
fn shape(value: &Value, path: &str, into: &mut BTreeSet<String>) {
    into.insert(path.to_owned());
    if let Value::Object(map) = value
        && path != "/customFields"
    {
        map.iter().for_each(|(name, value)| shape(value, &format!("{path}/{name}"), into));
    }
}

fn shape_of(value: &Value) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    shape(value, "", &mut paths);
    paths
}

/// One history that leads to every kind.
fn history() -> Vec<String> {
    let make = |number, seconds, payment| at(Shape::Linked, number, seconds, payment);
    let next = |sample: Sample, attempt| {
        let next_attempt = Some(sample.created.plus(Duration::from_secs(3 * DAY)));
        Sample { attempt, next_attempt, ..sample }.invoice_payment_failed()
    };
    let dispute = |number: u32, kind: &str| {
        json!({"id": format!("evt_{number}"), "type": kind, "created": 1_796_000_000 + number, "data": {"object": {
            "id": "dp_1", "amount": 10_000, "charge": make(0, 0, 1).charge(), "reason": "fraudulent"}}})
        .to_string()
    };
    let paused = |number, seconds, paused| {
        Sample { paused, ..make(number, seconds, 1) }.subscription_updated(json!({"pause_collection": null}))
    };
    vec![
        make(1, 0, 1).customer_created(),
        make(2, 0, 1).subscription_created(),
        make(3, 60, 1).invoice_paid(),
        make(4, 20 * DAY, 2).invoice_upcoming(),
        next(make(5, 30 * DAY, 2), 1),
        next(make(6, 33 * DAY, 2), 2),
        Sample { attempt: 3, ..make(7, 36 * DAY, 2) }.invoice_payment_failed(),
        make(8, 37 * DAY, 2).invoice_paid(),
        Sample { refunded: 2_500, ..make(9, 38 * DAY, 2) }.charge_refunded(),
        Sample { refunded: 2_500, ..make(9, 38 * DAY, 2) }.refund_failed("re_1", 2_500),
        dispute(10, "charge.dispute.created"),
        dispute(11, "charge.dispute.closed"),
        paused(12, 39 * DAY, true),
        paused(13, 40 * DAY, false),
        make(14, 41 * DAY, 2).subscription_updated(json!({"billing_cycle_anchor": 5})),
        json!({"id": "evt_15", "type": "payment_method.attached", "created": 1_799_000_000,
            "data": {"object": {"id": "pm_2", "customer": make(0, 0, 0).customer}}})
        .to_string(),
        make(16, 42 * DAY, 2).subscription_deleted(),
        Sample { payments_expected: Some(1), subscription: "sub_2".to_owned(), ..make(17, 43 * DAY, 3) }
            .invoice_paid(),
    ]
}

#[test]
fn every_sample_has_the_shape_of_a_real_event() {
    let mut notes = Notes::default();
    let events: Vec<_> = history().iter().flat_map(|body| notes.events(body)).collect();
    let mut real: BTreeMap<&str, Value> = BTreeMap::new();
    for event in &events {
        real.entry(event.kind).or_insert_with(|| serde_json::from_str(event.payload.get()).unwrap());
    }
    for kind in TABLE {
        let sample = (kind.sample)();
        assert_eq!(sample["type"], kind.key);
        let real = real.get(kind.key).unwrap_or_else(|| panic!("no event {}", kind.key));
        assert_eq!(shape_of(&sample), shape_of(real), "{}", kind.key);
        assert_eq!(sample["payment"]["id"].is_null(), real["payment"]["id"].is_null(), "{}", kind.key);
        assert_eq!(
            sample["payment"]["refundAmount"].is_null(),
            real["payment"]["refundAmount"].is_null(),
            "{}",
            kind.key
        );
    }
}

#[test]
fn every_kind_is_described_once() {
    let keys: BTreeSet<&str> = TABLE.iter().map(|kind| kind.key).collect();
    assert_eq!((keys.len(), KINDS.len()), (18, 18));
    assert!(TABLE.iter().all(|kind| kind.help.ends_with('.') && !kind.title.is_empty()));
}
