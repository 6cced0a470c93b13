//! Failed attempts, and how a plan comes out of them.

use super::*;

fn failing(shape: Shape, number: u32, seconds: u64, attempt: u32, retried: bool) -> Sample {
    let sample = at(shape, number, seconds, 1);
    let next_attempt = retried.then(|| sample.created.plus(Duration::from_secs(3 * DAY)));
    Sample { attempt, next_attempt, ..sample }
}

#[test]
fn retries_lead_to_risk_and_then_to_action() {
    for shape in [Shape::Linked, Shape::Unlinked] {
        let mut notes = Notes::default();
        notes.kinds(&at(shape, 0, 0, 0).customer_created());
        notes.kinds(&at(shape, 1, 0, 0).subscription_created());
        let mut told = |sample: Sample| notes.kinds(&sample.invoice_payment_failed());
        assert_eq!(told(failing(shape, 2, 10, 1, true)), ["payment.failed", "plan.overdue_retrying"]);
        assert_eq!(told(failing(shape, 3, 3 * DAY, 2, true)), ["payment.failed", "plan.overdue_at_risk"]);
        assert_eq!(told(failing(shape, 4, 6 * DAY, 3, false)), ["payment.failed", "plan.action_required"]);
        assert_eq!(told(failing(shape, 4, 6 * DAY, 3, false)), [""; 0]);
        assert_eq!(notes.status(&Sample::default()), "Overdue – Manual action required");
        let paid = notes.payload(&at(shape, 5, 7 * DAY, 1).invoice_paid(), "plan.recovered");
        assert_eq!(paid["plan"]["status"], "In progress");
    }
}

#[test]
fn the_threshold_is_a_setting() {
    let mut notes = Notes::default();
    notes.settings.at_risk_after = 3;
    for (attempt, kind) in
        [(1, "plan.overdue_retrying"), (2, "plan.overdue_retrying"), (3, "plan.overdue_at_risk")]
    {
        let sample = failing(Shape::Linked, attempt, u64::from(attempt) * 3 * DAY, attempt, true);
        assert_eq!(notes.kinds(&sample.invoice_payment_failed()), ["payment.failed", kind]);
    }
}

#[test]
fn one_attempt_is_told_once_by_invoice_and_intent() {
    for shape in [Shape::Linked, Shape::Unlinked] {
        let invoice = failing(shape, 2, 60, 1, true).invoice_payment_failed();
        let intent = failing(shape, 3, 61, 1, true).payment_intent_failed();
        let mut notes = Notes::default();
        notes.kinds(&at(shape, 0, 0, 1).customer_created());
        notes.kinds(&at(shape, 1, 0, 1).subscription_created());
        assert_eq!(notes.kinds(&invoice), ["payment.failed", "plan.overdue_retrying"]);
        assert_eq!(notes.kinds(&intent), [""; 0]);
        let mut notes = Notes::default();
        notes.kinds(&at(shape, 0, 0, 1).customer_created());
        notes.kinds(&at(shape, 1, 0, 1).subscription_created());
        assert_eq!(notes.kinds(&intent), ["payment.failed"]);
        let payload = notes.payload(&invoice, "plan.overdue_retrying");
        assert_eq!(payload["payment"]["failureCode"], "card_declined");
        assert_eq!(payload["payment"]["nextAttemptAt"], "2026-11-26T12:01:00.000Z");
    }
}

#[test]
fn an_older_failure_is_told_and_makes_nobody_overdue() {
    let mut notes = Notes::default();
    notes.kinds(&at(Shape::Linked, 1, 5 * DAY, 1).invoice_paid());
    let late = failing(Shape::Linked, 2, DAY, 1, true).invoice_payment_failed();
    assert_eq!(notes.kinds(&late), ["payment.failed"]);
    assert_eq!(notes.status(&Sample::default()), "In progress");
}

#[test]
fn an_older_success_does_not_recover() {
    let mut notes = Notes::default();
    notes.kinds(&failing(Shape::Linked, 1, 5 * DAY, 1, true).invoice_payment_failed());
    let late = notes.kinds(&at(Shape::Linked, 2, DAY, 7).invoice_paid());
    assert_eq!(late, ["customer.signed_up", "payment.succeeded"]);
    assert_eq!(notes.status(&Sample::default()), "Overdue – Retrying");
    let newer = notes.kinds(&at(Shape::Linked, 3, 6 * DAY, 8).invoice_paid());
    assert_eq!(newer, ["payment.succeeded", "plan.recovered"]);
}

#[test]
fn an_older_attempt_does_not_set_a_newer_one_back() {
    let mut notes = Notes::default();
    notes.kinds(&failing(Shape::Linked, 1, 6 * DAY, 3, false).invoice_payment_failed());
    let older = failing(Shape::Linked, 2, 3 * DAY, 2, true).invoice_payment_failed();
    assert_eq!(notes.kinds(&older), ["payment.failed"]);
    assert_eq!(notes.status(&Sample::default()), "Overdue – Manual action required");
}

#[test]
fn an_unpaid_subscription_needs_action_once() {
    let mut notes = Notes::default();
    notes.kinds(&failing(Shape::Linked, 1, 0, 2, true).invoice_payment_failed());
    let unpaid = Sample { status: "unpaid".to_owned(), ..at(Shape::Linked, 2, DAY, 1) };
    let body = unpaid.subscription_updated(serde_json::json!({"status": "past_due"}));
    assert_eq!(notes.kinds(&body), ["plan.action_required"]);
    assert_eq!(notes.kinds(&body), [""; 0]);
    let paid = notes.kinds(&at(Shape::Linked, 3, 2 * DAY, 1).invoice_paid());
    assert!(paid.contains(&"plan.recovered"), "{paid:?}");
}

#[test]
fn a_declined_card_of_a_stranger_makes_no_plan_overdue() {
    let mut body: Value = serde_json::from_str(&at(Shape::Linked, 1, 0, 1).payment_intent_failed()).unwrap();
    body["data"]["object"]["invoice"] = Value::Null;
    assert_eq!(Notes::default().kinds(&body.to_string()), ["payment.failed"]);
}
