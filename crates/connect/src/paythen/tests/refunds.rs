//! Refunds that give nothing back after all.

use super::*;

fn refunded(number: u32, days: u64, total: i64) -> String {
    Sample { refunded: total, ..at(Shape::Unlinked, number, days * DAY, 1) }.charge_refunded()
}

fn failed(number: u32, days: u64, refund: &str, amount: i64) -> String {
    at(Shape::Unlinked, number, days * DAY, 1).refund_failed(refund, amount)
}

/// The same as another of the events that Stripe makes of it.
fn also(body: &str, kind: &str, changes: &[(&str, Value)]) -> String {
    let mut body: Value = serde_json::from_str(&again(&with(body, changes))).unwrap();
    body["type"] = json!(kind);
    body.to_string()
}

fn paid() -> Notes {
    let mut notes = Notes::default();
    notes.kinds(&at(Shape::Unlinked, 1, 0, 1).charge_succeeded());
    notes
}

/// The amount of this refund, and the total.
fn amounts(notes: &mut Notes, body: &str, kind: &str) -> (i64, i64) {
    let payment = notes.payload(body, kind)["payment"].take();
    (payment["refundAmount"].as_i64().unwrap(), payment["refundedAmount"].as_i64().unwrap())
}

#[test]
fn a_refund_that_failed_is_reported_and_the_next_one_is_too() {
    let mut notes = paid();
    notes.kinds(&refunded(2, 1, 2_500));
    let body = failed(3, 1, "re_1", 2_500);
    let events = notes.events(&body);
    let payload: Value = serde_json::from_str(events[0].payload.get()).unwrap();
    assert_eq!((events.len(), events[0].kind), (1, "paythen.payment.refund_failed"));
    assert_eq!(events[0].subject.as_deref(), Some("stripe:cus_TlMaraVoss01"));
    let payment = &payload["payment"];
    assert_eq!((&payment["refundAmount"], &payment["refundedAmount"]), (&json!(2_500), &json!(0)));
    assert_eq!(
        (&payment["amount"], &payment["failureCode"]),
        (&json!(10_000), &json!("expired_or_canceled_card"))
    );
    for kind in ["refund.updated", "charge.refund.updated"] {
        assert_eq!(notes.kinds(&also(&body, kind, &[])), [""; 0], "one refund fails once");
    }
    assert_eq!(amounts(&mut notes, &refunded(4, 2, 2_500), "payment.refunded"), (2_500, 2_500));
}

#[test]
fn one_of_several_refunds_can_fail() {
    let mut notes = paid();
    notes.kinds(&refunded(2, 1, 1_000));
    notes.kinds(&refunded(3, 2, 2_500));
    notes.kinds(&refunded(4, 3, 3_000));
    let mut body: Value = serde_json::from_str(&failed(5, 4, "re_2", 1_500)).unwrap();
    body["data"]["object"]["created"] = json!(at(Shape::Linked, 3, 2 * DAY, 1).created.millis() / 1000);
    assert_eq!(amounts(&mut notes, &body.to_string(), "payment.refund_failed"), (1_500, 1_500));
    assert_eq!(amounts(&mut notes, &refunded(6, 5, 3_000), "payment.refunded"), (1_500, 3_000));
}

#[test]
fn a_refund_that_is_cancelled_or_goes_through_is_told_apart() {
    let changed = |status: &str| {
        let mut notes = paid();
        notes.kinds(&refunded(2, 1, 2_500));
        let body = failed(3, 1, "re_1", 2_500);
        notes.kinds(&also(&body, "charge.refund.updated", &[("status", json!(status))]))
    };
    assert_eq!(changed("canceled"), ["payment.refund_failed"]);
    assert_eq!(changed("failed"), ["payment.refund_failed"]);
    assert_eq!(changed("succeeded"), [""; 0]);
    assert_eq!(changed("pending"), [""; 0]);
}

#[test]
fn a_refund_that_is_reported_after_it_failed_is_none() {
    let mut notes = paid();
    let made = Sample { refunded: 2_500, ..at(Shape::Unlinked, 2, DAY - 3_600, 1) }.charge_refunded();
    assert_eq!(notes.kinds(&failed(3, 1, "re_1", 2_500)), ["payment.refund_failed"]);
    assert_eq!(notes.kinds(&made), [""; 0]);
    assert_eq!(amounts(&mut notes, &refunded(4, 2, 2_500), "payment.refunded"), (2_500, 2_500));
}

#[test]
fn a_failure_that_comes_after_the_next_refund_leaves_its_total() {
    let mut notes = paid();
    notes.kinds(&Sample { refunded: 2_500, ..at(Shape::Unlinked, 2, DAY - 3_600, 1) }.charge_refunded());
    notes.kinds(&refunded(4, 2, 4_000));
    assert_eq!(amounts(&mut notes, &failed(3, 1, "re_1", 2_500), "payment.refund_failed"), (2_500, 4_000));
}

#[test]
fn a_refund_that_failed_of_a_payment_that_is_not_known_is_reported_once() {
    let mut notes = Notes::default();
    let body = failed(1, 1, "re_1", 2_500);
    assert_eq!(amounts(&mut notes, &body, "payment.refund_failed"), (2_500, 0));
    assert_eq!(notes.kinds(&again(&body)), [""; 0]);
}
