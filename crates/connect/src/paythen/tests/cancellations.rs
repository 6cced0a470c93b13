//! Ends that are set on a subscription: lengths of plans, and cancellations.

use super::*;

/// A subscription that starts on 2026-01-01, as it is on a day.
fn subscription(day_of: &str, number: u32) -> Sample {
    Sample { payments_expected: None, ..on(Shape::Unlinked, day_of, number, 1) }
}

fn ending(body: &str, end: Option<&str>, asked: Option<&str>) -> String {
    let (end, asked) = (end.map(day), asked.map(day));
    with(body, &[("cancel_at", json!(end)), ("canceled_at", json!(asked))])
}

fn paid(day_of: &str, number: u32) -> String {
    Sample { payments_expected: None, ..on(Shape::Unlinked, day_of, number, number) }.invoice_paid()
}

/// Case P1.
#[test]
fn an_end_that_is_set_after_the_start_is_a_cancellation() {
    let created = subscription("2026-01-01", 1).subscription_created();
    let quits = subscription("2026-01-10", 3).subscription_updated(json!({"cancel_at": null}));
    let quits = ending(&quits, Some("2026-02-01"), Some("2026-01-10"));
    let deleted = subscription("2026-02-01", 4).subscription_deleted();
    let deleted = ending(&deleted, Some("2026-02-01"), Some("2026-01-10"));
    for created in [Some(&created), None] {
        let mut notes = Notes::default();
        notes.kinds(&subscription("2026-01-01", 0).customer_created());
        created.map(|created| notes.kinds(created));
        notes.kinds(&paid("2026-01-01", 2));
        assert_eq!(notes.kinds(&quits), ["plan.schedule_changed"]);
        let renewed = subscription("2026-01-20", 5).subscription_updated(json!({"metadata": {}}));
        let renewed = ending(&renewed, Some("2026-02-01"), Some("2026-01-10"));
        assert_eq!(notes.kinds(&renewed), [""; 0], "another change while the end is set");
        assert_eq!(notes.kinds(&deleted), ["plan.cancelled"]);
    }
}

/// Case P1, for a plan that has a length.
#[test]
fn an_earlier_end_is_no_shorter_plan() {
    let mut notes = Notes::default();
    let created = subscription("2026-01-01", 1).subscription_created();
    notes.kinds(&subscription("2026-01-01", 0).customer_created());
    notes.kinds(&ending(&created, Some("2026-06-15"), Some("2026-01-01")));
    let payload = notes.payload(&paid("2026-01-01", 2), "payment.succeeded");
    assert_eq!(payload["plan"]["paymentsExpected"], 6);
    let moved = |number, day_of, before: &str, end| {
        let body = subscription(day_of, number).subscription_updated(json!({"cancel_at": day(before)}));
        ending(&body, Some(end), Some(day_of))
    };
    let quits = notes.payload(&moved(3, "2026-01-10", "2026-06-15", "2026-02-01"), "plan.schedule_changed");
    assert_eq!(quits["plan"]["paymentsExpected"], 6);
    let longer = notes.payload(&moved(4, "2026-01-11", "2026-02-01", "2026-08-15"), "plan.schedule_changed");
    assert_eq!(longer["plan"]["paymentsExpected"], 8, "a later end makes the plan longer");
    let deleted = subscription("2026-02-01", 5).subscription_deleted();
    assert_eq!(notes.kinds(&deleted), ["plan.cancelled"]);
}

/// Case P3.
#[test]
fn a_plan_of_three_months_completes_with_the_third_payment() {
    let mut notes = Notes::default();
    notes.kinds(&subscription("2026-01-01", 0).customer_created());
    let created = subscription("2026-01-01", 1).subscription_created();
    notes.kinds(&ending(&created, Some("2026-03-03"), Some("2026-01-01")));
    assert_eq!(notes.kinds(&paid("2026-01-01", 2)), ["payment.succeeded"]);
    assert_eq!(notes.kinds(&paid("2026-02-01", 3)), ["payment.succeeded"]);
    assert_eq!(notes.kinds(&paid("2026-03-01", 4)), ["payment.succeeded", "plan.completed"]);
}

#[test]
fn a_plan_that_starts_before_its_billing_day_is_counted_from_that_day() {
    for first in [0, 1_000] {
        let mut notes = Notes::default();
        notes.kinds(&subscription("2026-01-10", 0).customer_created());
        let changes = [
            ("start_date", json!(day("2026-01-10"))),
            ("created", json!(day("2026-01-10"))),
            ("billing_cycle_anchor", json!(day("2026-02-01"))),
        ];
        let start = |body: &str| ending(&with(body, &changes), Some("2026-04-15"), Some("2026-01-10"));
        notes.kinds(&start(&subscription("2026-01-10", 1).subscription_created()));
        let part =
            Sample { amount: first, payments_expected: None, ..on(Shape::Unlinked, "2026-01-10", 2, 2) };
        notes.kinds(&with(&part.invoice_paid(), &[("total", json!(first))]));
        assert_eq!(notes.kinds(&paid("2026-02-01", 3)), ["payment.succeeded"]);
        assert_eq!(notes.kinds(&paid("2026-03-01", 4)), ["payment.succeeded"]);
        let last = notes.payload(&paid("2026-04-01", 5), "plan.completed");
        assert_eq!(last["progress"]["paid"], if first == 0 { 3 } else { 4 });
        let deleted = start(&subscription("2026-04-15", 6).subscription_deleted());
        assert_eq!(notes.kinds(&deleted), [""; 0]);
        assert_eq!(notes.status(&Sample::default()), "Completed");
    }
}

#[test]
fn the_end_of_a_subscription_does_not_unlearn_the_length() {
    let mut notes = Notes::default();
    notes.kinds(&subscription("2026-01-01", 0).customer_created());
    let created = subscription("2026-01-01", 1).subscription_created();
    notes.kinds(&ending(&created, Some("2026-02-15"), Some("2026-01-01")));
    notes.kinds(&paid("2026-01-01", 2));
    assert!(notes.kinds(&paid("2026-02-01", 3)).contains(&"plan.completed"));
    let deleted = subscription("2026-02-15", 4).subscription_deleted();
    assert_eq!(notes.kinds(&ending(&deleted, None, None)), [""; 0]);
    assert_eq!(notes.status(&Sample::default()), "Completed");
}

#[test]
fn a_plan_that_ends_while_it_is_paused_is_not_resumed() {
    let trial = Sample { status: "trialing".to_owned(), ..subscription("2026-01-01", 1) };
    let by_status = Sample { status: "paused".to_owned(), ..subscription("2026-01-10", 2) };
    let by_collection = Sample { paused: true, ..subscription("2026-01-10", 2) };
    for paused in [by_status, by_collection] {
        let mut notes = Notes::default();
        notes.kinds(&trial.customer_created());
        notes.kinds(&trial.subscription_created());
        let before = json!({"status": "trialing", "pause_collection": null});
        assert_eq!(notes.kinds(&paused.subscription_updated(before)), ["plan.paused"]);
        let deleted = subscription("2026-01-20", 3).subscription_deleted();
        assert_eq!(notes.kinds(&deleted), ["plan.cancelled"]);
    }
}
