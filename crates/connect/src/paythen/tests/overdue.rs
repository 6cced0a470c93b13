//! Bills that are sent to the customer and not paid in time.

use super::*;

/// The subscription with this status, whose bills are sent.
fn sent(number: u32, seconds: u64, status: &str, before: &str) -> String {
    let sample = Sample { status: status.to_owned(), ..at(Shape::Unlinked, number, seconds, 1) };
    let body = sample.subscription_updated(json!({ "status": before }));
    with(&body, &[("collection_method", json!("send_invoice"))])
}

fn signed_up() -> Notes {
    let mut notes = Notes::default();
    notes.kinds(&at(Shape::Unlinked, 100, 0, 1).customer_created());
    notes.kinds(&at(Shape::Unlinked, 101, 0, 1).subscription_created());
    notes
}

fn overdue(number: u32, days: u64, bill: u32) -> String {
    at(Shape::Unlinked, number, days * DAY, bill).invoice_overdue()
}

fn paid(number: u32, days: u64, bill: u32) -> String {
    at(Shape::Unlinked, number, days * DAY, bill).sent_invoice_paid()
}

#[test]
fn a_bill_that_was_sent_and_not_paid_is_overdue_until_it_is_paid() {
    for shape in [Shape::Linked, Shape::Unlinked] {
        let mut notes = signed_up();
        let body = at(shape, 1, 14 * DAY, 1).invoice_overdue();
        let events = notes.events(&body);
        let kinds: Vec<_> = events.iter().map(|event| short(event.kind)).collect();
        assert_eq!(kinds, ["payment.failed", "plan.action_required"]);
        for event in &events {
            let payload: Value = serde_json::from_str(event.payload.get()).unwrap();
            assert_eq!(payload["payment"]["attempt"], Value::Null, "nothing was attempted");
            assert_eq!(payload["payment"]["amount"], 10_000);
            assert_eq!(payload["plan"]["status"], "Overdue – Manual action required");
        }
        assert_eq!(notes.kinds(&again(&body)), [""; 0]);
        let paid = at(shape, 2, 15 * DAY, 1).sent_invoice_paid();
        assert_eq!(notes.kinds(&paid), ["payment.succeeded", "plan.recovered"]);
        assert_eq!(notes.status(&Sample::default()), "In progress");
    }
}

#[test]
fn a_plan_is_reported_overdue_once_by_its_bill_and_its_subscription() {
    let subscription = sent(1, 14 * DAY, "past_due", "active");
    let bill = overdue(2, 14, 1);
    let mut notes = signed_up();
    assert_eq!(notes.kinds(&subscription), ["plan.action_required"]);
    assert_eq!(notes.kinds(&again(&subscription)), [""; 0]);
    assert_eq!(notes.kinds(&bill), ["payment.failed"]);
    let mut notes = signed_up();
    assert_eq!(notes.kinds(&bill), ["payment.failed", "plan.action_required"]);
    assert_eq!(notes.kinds(&subscription), [""; 0]);
}

#[test]
fn a_plan_recovers_once_by_its_payment_and_its_subscription() {
    let past_due = sent(1, 14 * DAY, "past_due", "active");
    let active = sent(3, 15 * DAY, "active", "past_due");
    for has_bill in [true, false] {
        let made = || {
            let mut notes = signed_up();
            notes.kinds(&past_due);
            if has_bill {
                notes.kinds(&overdue(2, 14, 1));
            }
            notes
        };
        let mut notes = made();
        assert_eq!(notes.kinds(&paid(4, 15, 1)), ["payment.succeeded", "plan.recovered"]);
        assert_eq!(notes.kinds(&active), [""; 0]);
        let mut notes = made();
        let mut kinds = notes.kinds(&active);
        kinds.extend(notes.kinds(&paid(4, 15, 1)));
        assert_eq!(kinds.iter().filter(|kind| **kind == "plan.recovered").count(), 1, "{kinds:?}");
        assert_eq!(notes.status(&Sample::default()), "In progress");
    }
}

#[test]
fn a_bill_that_is_paid_before_its_last_day_leaves_another_overdue() {
    let mut notes = signed_up();
    notes.kinds(&sent(1, 14 * DAY, "past_due", "active"));
    let next = at(Shape::Unlinked, 2, 15 * DAY, 2);
    let early = with(&next.sent_invoice_paid(), &[("due_date", json!(day("2027-01-31")))]);
    assert_eq!(notes.kinds(&early), ["payment.succeeded"]);
    assert_eq!(notes.status(&Sample::default()), "Overdue – Manual action required");
}

#[test]
fn a_second_bill_that_becomes_overdue_is_reported_too() {
    let mut notes = signed_up();
    notes.kinds(&sent(1, 14 * DAY, "past_due", "active"));
    notes.kinds(&overdue(2, 14, 1));
    assert_eq!(notes.kinds(&overdue(3, 44, 2)), ["payment.failed", "plan.action_required"]);
    assert_eq!(notes.kinds(&paid(4, 45, 1)), ["payment.succeeded"], "the other is open");
    assert_eq!(notes.kinds(&paid(5, 46, 2)), ["payment.succeeded", "plan.recovered"]);
}

#[test]
fn an_overdue_bill_that_is_forgiven_recovers() {
    let mut notes = signed_up();
    notes.kinds(&sent(1, 14 * DAY, "past_due", "active"));
    notes.kinds(&overdue(2, 14, 1));
    let mut voided: Value = serde_json::from_str(&overdue(3, 15, 1)).unwrap();
    voided["type"] = json!("invoice.voided");
    assert_eq!(notes.kinds(&voided.to_string()), ["plan.recovered"]);
}

#[test]
fn an_overdue_bill_of_a_payment_that_failed_is_overdue_already() {
    let mut notes = signed_up();
    let declined = at(Shape::Unlinked, 1, 13 * DAY, 1).invoice_payment_failed();
    assert_eq!(notes.kinds(&declined), ["payment.failed", "plan.action_required"]);
    assert_eq!(notes.kinds(&overdue(2, 14, 1)), [""; 0]);
}

#[test]
fn an_attempt_after_the_last_day_is_the_first() {
    let mut notes = signed_up();
    notes.kinds(&overdue(1, 14, 1));
    let declined = at(Shape::Linked, 2, 14 * DAY + 60, 1).payment_intent_failed();
    let payload = notes.payload(&declined, "payment.failed");
    assert_eq!(payload["payment"]["attempt"], 1);
}

#[test]
fn an_overdue_report_that_comes_after_the_payment_leaves_nobody_overdue() {
    let mut notes = signed_up();
    notes.kinds(&paid(1, 15, 1));
    assert_eq!(notes.kinds(&overdue(2, 14, 1)), ["payment.failed", "plan.recovered"]);
    assert_eq!(notes.kinds(&sent(3, 14 * DAY, "past_due", "active")), [""; 0]);
    assert_eq!(notes.status(&Sample::default()), "In progress");
}

#[test]
fn a_subscription_that_is_charged_is_overdue_by_its_failed_bill_alone() {
    let mut notes = signed_up();
    let past_due = Sample { status: "past_due".to_owned(), ..at(Shape::Unlinked, 1, DAY, 1) };
    assert_eq!(notes.kinds(&past_due.subscription_updated(json!({"status": "active"}))), [""; 0]);
}
