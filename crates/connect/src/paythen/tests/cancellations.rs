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
