//! Bills that need no money: covered by credit, paid elsewhere, or forgiven.

use super::*;

fn covered(number: u32, payment: u32) -> String {
    let sample = at(Shape::Unlinked, number, u64::from(payment) * 30 * DAY, payment);
    let sample = Sample { payments_expected: Some(2), ..sample };
    with(&sample.invoice_paid(), &[("amount_paid", json!(0)), ("amount_due", json!(0))])
}

/// Case P8.
#[test]
fn an_instalment_that_credit_covers_counts() {
    let mut notes = Notes::default();
    let two = Sample { payments_expected: Some(2), ..at(Shape::Unlinked, 1, 0, 1) };
    notes.kinds(&two.invoice_paid());
    let events = notes.events(&covered(2, 2));
    let kinds: Vec<_> = events.iter().map(|event| short(event.kind)).collect();
    assert_eq!(kinds, ["payment.succeeded", "plan.completed"]);
    let payload: Value = serde_json::from_str(events[0].payload.get()).unwrap();
    assert_eq!(
        (&payload["payment"]["amount"], &payload["payment"]["creditedAmount"]),
        (&json!(0), &json!(10_000))
    );
    assert_eq!(notes.kinds(&covered(2, 2)), [""; 0]);
    let deleted = Sample { payments_expected: Some(2), ..at(Shape::Unlinked, 3, 90 * DAY, 2) };
    assert_eq!(notes.kinds(&deleted.subscription_deleted()), [""; 0], "it was completed");
}

#[test]
fn credit_counts_for_a_plan_of_which_only_the_total_is_known() {
    let mut notes = Notes::default();
    let total = |body: String| {
        let mut body: Value = serde_json::from_str(&body).unwrap();
        body["data"]["object"]["parent"]["subscription_details"]["metadata"] = json!({"plan_total": "20000"});
        body["data"]["object"]["lines"]["data"][0]["metadata"] = json!({});
        body.to_string()
    };
    notes.kinds(&total(at(Shape::Unlinked, 1, 0, 1).invoice_paid()));
    let partly = with(&at(Shape::Unlinked, 2, 30 * DAY, 2).invoice_paid(), &[("amount_paid", json!(4_000))]);
    assert_eq!(notes.kinds(&total(partly)), ["payment.succeeded", "plan.completed"]);
}

#[test]
fn what_is_paid_outside_of_stripe_is_no_credit() {
    let body = at(Shape::Unlinked, 1, 0, 1).invoice_paid();
    let body = with(&body, &[("amount_paid", json!(0)), ("paid_out_of_band", json!(true))]);
    let payload = Notes::default().payload(&body, "payment.succeeded");
    assert_eq!(
        (&payload["payment"]["amount"], &payload["payment"]["creditedAmount"]),
        (&json!(10_000), &json!(0))
    );
}

fn voided(number: u32, payment: u32) -> String {
    let body = at(Shape::Unlinked, number, 6 * DAY, payment).invoice_payment_failed();
    let mut body: Value = serde_json::from_str(&body).unwrap();
    body["type"] = json!("invoice.voided");
    body["data"]["object"]["status"] = json!("void");
    body.to_string()
}

fn failed(number: u32, payment: u32) -> String {
    let sample = at(Shape::Unlinked, number, DAY, payment);
    let next_attempt = Some(sample.created.plus(Duration::from_secs(3 * DAY)));
    Sample { next_attempt, ..sample }.invoice_payment_failed()
}

/// An update at a day that leaves the subscription in a status, perhaps paused.
fn updated(day: u32, status: &str, paused: bool) -> String {
    let sample = at(Shape::Unlinked, day + 10, u64::from(day) * DAY, 1);
    Sample { status: status.to_owned(), paused, ..sample }
        .subscription_updated(json!({"latest_invoice": "in_0"}))
}

#[test]
fn a_plan_that_is_settled_while_it_is_paused_recovers() {
    let mut notes = Notes::default();
    notes.kinds(&at(Shape::Unlinked, 1, 0, 1).subscription_created());
    notes.kinds(&failed(2, 1));
    assert_eq!(notes.kinds(&updated(2, "active", true)), ["plan.paused"]);
    assert_eq!(notes.kinds(&voided(3, 1)), ["plan.recovered"]);
    assert_eq!(notes.kinds(&updated(7, "active", false)), ["plan.resumed"]);

    let mut notes = Notes::default();
    notes.kinds(&at(Shape::Unlinked, 1, 0, 1).invoice_paid());
    assert_eq!(notes.kinds(&updated(2, "unpaid", false)), ["plan.action_required"]);
    assert_eq!(notes.kinds(&updated(3, "unpaid", true)), ["plan.paused"]);
    assert_eq!(notes.kinds(&updated(4, "active", true)), ["plan.recovered"]);
    assert_eq!(notes.kinds(&updated(5, "active", false)), ["plan.resumed"]);
}

#[test]
fn an_attempt_of_which_the_subscription_said_the_outcome_before_is_no_second_report() {
    let mut notes = Notes::default();
    notes.kinds(&at(Shape::Unlinked, 1, 0, 1).invoice_paid());
    assert_eq!(notes.kinds(&updated(1, "unpaid", false)), ["plan.action_required"]);
    assert_eq!(notes.kinds(&failed(2, 2)), ["payment.failed"]);
}

/// Case P9.
#[test]
fn a_forgiven_payment_is_not_overdue() {
    let mut notes = Notes::default();
    notes.kinds(&at(Shape::Unlinked, 1, 0, 1).subscription_created());
    assert_eq!(notes.kinds(&failed(2, 1)), ["customer.signed_up", "payment.failed", "plan.overdue_retrying"]);
    let payload = notes.payload(&voided(3, 1), "plan.recovered");
    assert_eq!(payload["plan"]["status"], "In progress");
    assert_eq!(payload["progress"]["paid"], 0);
    assert_eq!(notes.kinds(&voided(3, 1)), [""; 0]);
    let active = at(Shape::Unlinked, 4, 6 * DAY, 1).subscription_updated(json!({"status": "past_due"}));
    assert_eq!(notes.kinds(&active), [""; 0]);
    assert_eq!(notes.status(&Sample::default()), "In progress");
    assert_eq!(notes.kinds(&at(Shape::Unlinked, 5, 30 * DAY, 2).invoice_paid()), ["payment.succeeded"]);
}

#[test]
fn one_forgiven_payment_of_two_leaves_the_plan_overdue() {
    let mut notes = Notes::default();
    notes.kinds(&failed(1, 1));
    notes.kinds(&failed(2, 2));
    assert_eq!(notes.kinds(&voided(3, 1)), [""; 0]);
    assert_eq!(notes.status(&Sample::default()), "Overdue – Retrying");
}

#[test]
fn a_failure_that_comes_after_its_bill_was_forgiven_makes_nobody_overdue() {
    let mut notes = Notes::default();
    notes.kinds(&voided(1, 1));
    assert_eq!(notes.kinds(&failed(2, 1)), ["payment.failed", "plan.recovered"]);
    assert_eq!(notes.status(&Sample::default()), "In progress");
}

#[test]
fn an_unpaid_subscription_that_is_forgiven_recovers_when_it_is_active() {
    let mut notes = Notes::default();
    notes.kinds(&failed(1, 1));
    let unpaid = Sample { status: "unpaid".to_owned(), ..at(Shape::Unlinked, 2, 5 * DAY, 1) };
    assert_eq!(
        notes.kinds(&unpaid.subscription_updated(json!({"status": "past_due"}))),
        ["plan.action_required"]
    );
    assert_eq!(notes.kinds(&voided(3, 1)), [""; 0]);
    let active = at(Shape::Unlinked, 4, 7 * DAY, 1).subscription_updated(json!({"status": "unpaid"}));
    assert_eq!(notes.kinds(&active), ["plan.recovered"]);
}
