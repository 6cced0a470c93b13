//! Payments that nothing ties to a plan.

use super::*;

/// A payment of 2500 for something bought beside the plan.
fn purchase(shape: Shape, number: u32, seconds: u64) -> Sample {
    Sample { amount: 2_500, ..at(shape, number, seconds, 90) }
}

/// Case P2.
#[test]
fn a_purchase_beside_a_plan_is_no_instalment() {
    for shape in [Shape::Linked, Shape::Unlinked] {
        let mut notes = Notes::default();
        let three = |sample: Sample| Sample { payments_expected: Some(3), ..sample };
        notes.kinds(&three(at(shape, 1, 0, 1)).invoice_paid());
        let bought = bare(&purchase(shape, 2, DAY).payment_intent_succeeded(), json!({}));
        let payload = notes.payload(&bought, "payment.succeeded");
        assert_eq!(payload["plan"]["id"], Value::Null);
        let charge = bare(&purchase(shape, 3, DAY).charge_succeeded(), json!({}));
        assert_eq!(notes.kinds(&charge), [""; 0]);
        let payload = notes.payload(&three(at(shape, 4, 30 * DAY, 2)).invoice_paid(), "payment.succeeded");
        assert_eq!(payload["progress"], json!({"paid": 2, "remaining": 1, "percent": 66}));
    }
}

/// Case P2.
#[test]
fn a_purchase_that_fails_makes_no_plan_overdue() {
    for shape in [Shape::Linked, Shape::Unlinked] {
        let mut notes = Notes::default();
        notes.kinds(&at(shape, 1, 0, 1).invoice_paid());
        let failed = bare(&purchase(shape, 2, DAY).payment_intent_failed(), json!({}));
        assert_eq!(notes.kinds(&failed), ["payment.failed"]);
        assert_eq!(notes.status(&Sample::default()), "In progress");
        assert_eq!(notes.kinds(&at(shape, 3, 30 * DAY, 2).invoice_paid()), ["payment.succeeded"]);
        let bought = bare(&purchase(shape, 4, 31 * DAY).payment_intent_succeeded(), json!({}));
        assert_eq!(notes.kinds(&bought), ["payment.succeeded"]);
    }
}

#[test]
fn an_instalment_that_comes_before_its_invoice_counts_for_its_plan() {
    for description in [json!("Subscription update"), Value::Null] {
        let mut notes = Notes::default();
        notes.kinds(&at(Shape::Unlinked, 0, 0, 1).customer_created());
        notes.kinds(&at(Shape::Unlinked, 1, 0, 1).subscription_created());
        let one = |number| Sample { payments_expected: Some(1), ..at(Shape::Unlinked, number, 60, 1) };
        let money = with(&one(2).payment_intent_succeeded(), &[("description", description)]);
        let mut kinds = notes.kinds(&money);
        kinds.extend(notes.kinds(&one(3).invoice_paid()));
        assert_eq!(kinds, ["payment.succeeded", "plan.completed"]);
    }
}

fn of_three(shape: Shape, number: u32, payment: u32) -> Sample {
    Sample { payments_expected: Some(3), ..at(shape, number, u64::from(number) * DAY, payment) }
}

#[test]
fn a_bill_beside_the_periods_is_no_instalment() {
    for reason in ["subscription_update", "manual", "subscription_threshold"] {
        for shape in [Shape::Linked, Shape::Unlinked] {
            let mut notes = Notes::default();
            notes.kinds(&of_three(shape, 1, 1).invoice_paid());
            let extra = Sample { amount: 700, ..of_three(shape, 2, 2) };
            // The money may be reported before its bill.
            let mut kinds = notes.kinds(&extra.payment_intent_succeeded());
            kinds.extend(notes.kinds(&with(&extra.invoice_paid(), &[("billing_reason", json!(reason))])));
            assert_eq!(kinds, ["payment.succeeded"], "{reason}");
            let second = notes.payload(&of_three(shape, 3, 3).invoice_paid(), "payment.succeeded");
            assert_eq!(second["progress"], json!({"paid": 2, "remaining": 1, "percent": 66}), "{reason}");
            let kinds =
                notes.kinds(&Sample { amount: 700, ..of_three(shape, 4, 4) }.payment_intent_succeeded());
            assert_eq!(kinds, ["payment.succeeded"], "its bill says whether it is the last instalment");
            let last = notes.kinds(&Sample { amount: 700, ..of_three(shape, 4, 4) }.invoice_paid());
            assert_eq!(last, ["plan.completed"]);
        }
    }
}

#[test]
fn a_bill_of_a_period_is_an_instalment() {
    for reason in
        [json!("subscription_create"), json!("subscription_cycle"), json!("subscription"), Value::Null]
    {
        let mut notes = Notes::default();
        let paid = with(&of_three(Shape::Unlinked, 1, 1).invoice_paid(), &[("billing_reason", reason)]);
        assert_eq!(notes.payload(&paid, "payment.succeeded")["progress"]["paid"], 1);
    }
}
