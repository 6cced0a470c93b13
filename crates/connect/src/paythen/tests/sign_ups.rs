//! Who counts as signed up.

use super::*;

fn with_status(number: u32, seconds: u64, status: &str) -> Sample {
    Sample { status: status.to_owned(), ..at(Shape::Unlinked, number, seconds, 1) }
}

/// Case P7.
#[test]
fn nobody_signs_up_by_a_first_payment_that_never_comes() {
    let mut notes = Notes::default();
    notes.kinds(&at(Shape::Unlinked, 0, 0, 1).customer_created());
    assert_eq!(notes.kinds(&with_status(1, 0, "incomplete").subscription_created()), [""; 0]);
    let failed = notes.kinds(&with_status(2, 1, "incomplete").invoice_payment_failed());
    assert_eq!(failed, ["payment.failed", "plan.action_required"]);
    let expired = with_status(3, DAY, "incomplete_expired");
    let expired = expired.subscription_updated(json!({"status": "incomplete"}));
    assert_eq!(notes.kinds(&expired), ["plan.cancelled"]);
    let mut voided: Value = serde_json::from_str(&with_status(4, DAY, "").invoice_payment_failed()).unwrap();
    voided["type"] = json!("invoice.voided");
    assert_eq!(notes.kinds(&voided.to_string()), [""; 0]);
}

/// Case P7.
#[test]
fn a_sign_up_is_reported_when_the_subscription_begins() {
    let created = with_status(1, 0, "incomplete").subscription_created();
    let active = with_status(2, 60, "active").subscription_updated(json!({"status": "incomplete"}));
    let paid = at(Shape::Unlinked, 3, 61, 1).invoice_paid();
    for bodies in [[&created, &active, &paid], [&created, &paid, &active], [&active, &created, &paid]] {
        let mut notes = Notes::default();
        notes.kinds(&at(Shape::Unlinked, 0, 0, 1).customer_created());
        let mut kinds: Vec<_> = bodies.iter().flat_map(|body| notes.kinds(body)).collect();
        kinds.sort_unstable();
        assert_eq!(kinds, ["customer.signed_up", "payment.succeeded"]);
    }
    for status in ["active", "trialing"] {
        let mut notes = Notes::default();
        notes.kinds(&at(Shape::Unlinked, 0, 0, 1).customer_created());
        assert_eq!(notes.kinds(&with_status(1, 0, status).subscription_created()), ["customer.signed_up"]);
    }
}
