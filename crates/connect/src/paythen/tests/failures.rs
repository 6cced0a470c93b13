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
    let events = notes.events(&late);
    assert_eq!(kinds(&events), ["payment.failed", "plan.recovered"]);
    let payload: Value = serde_json::from_str(events[0].payload.get()).unwrap();
    assert_eq!(payload["plan"]["status"], "In progress");
    assert_eq!(notes.status(&Sample::default()), "In progress");
    assert_eq!(notes.kinds(&late), [""; 0]);
    let next = notes.kinds(&at(Shape::Linked, 3, 35 * DAY, 2).invoice_paid());
    assert_eq!(next, ["payment.succeeded"], "the recovery was told");
}

#[test]
fn an_older_failure_does_not_end_a_newer_one() {
    let mut notes = Notes::default();
    notes.kinds(&at(Shape::Linked, 1, 5 * DAY, 1).invoice_paid());
    let newer = Sample { payment: "n2".to_owned(), ..failing(Shape::Linked, 2, 35 * DAY, 1, true) };
    assert_eq!(notes.kinds(&newer.invoice_payment_failed()), ["payment.failed", "plan.overdue_retrying"]);
    let late = failing(Shape::Linked, 3, DAY, 1, true).invoice_payment_failed();
    assert_eq!(notes.kinds(&late), ["payment.failed"]);
    assert_eq!(notes.status(&Sample::default()), "Overdue – Retrying");
}

#[test]
fn an_older_failure_is_that_of_its_payment_although_it_names_no_plan() {
    let mut notes = Notes::default();
    let paid = bare(&at(Shape::Linked, 1, DAY, 1).payment_intent_succeeded(), json!({"plan_name": "Gold"}));
    assert_eq!(notes.kinds(&paid), ["payment.succeeded"], "nobody is known yet");
    let late = bare(&at(Shape::Linked, 2, 60, 1).payment_intent_failed(), json!({}));
    let payload = notes.payload(&late, "plan.recovered");
    assert_eq!(payload["plan"]["name"], "Gold");
    assert_eq!(payload["plan"]["status"], "In progress");
}

#[test]
fn an_older_success_does_not_recover() {
    let mut notes = Notes::default();
    notes.kinds(&failing(Shape::Linked, 1, 5 * DAY, 1, true).invoice_payment_failed());
    let late = notes.kinds(&at(Shape::Linked, 2, DAY, 7).invoice_paid());
    assert_eq!(late, ["customer.signed_up", "payment.succeeded"]);
    assert_eq!(notes.status(&Sample::default()), "Overdue – Retrying");
    let other = notes.kinds(&at(Shape::Linked, 3, 6 * DAY, 8).invoice_paid());
    assert_eq!(other, ["payment.succeeded"], "another bill");
    let newer = notes.kinds(&at(Shape::Linked, 4, 7 * DAY, 1).invoice_paid());
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
    assert!(!paid.contains(&"plan.recovered"), "{paid:?}");
    let active = at(Shape::Linked, 4, 2 * DAY + 1, 1).subscription_updated(json!({"status": "unpaid"}));
    assert_eq!(notes.kinds(&active), ["plan.recovered"]);
}

#[test]
fn an_unpaid_subscription_recovers_when_it_is_active_and_no_failed_bill_is_open() {
    let unpaid = Sample { status: "unpaid".to_owned(), ..at(Shape::Linked, 2, DAY, 1) };
    let unpaid = unpaid.subscription_updated(json!({"status": "past_due"}));
    let active = at(Shape::Linked, 3, 2 * DAY, 1).subscription_updated(json!({"status": "unpaid"}));
    let failed = failing(Shape::Linked, 1, 0, 2, true).invoice_payment_failed();
    let paid = |payment| at(Shape::Linked, 4 + payment, 3 * DAY, payment).invoice_paid();
    let mut notes = Notes::default();
    notes.kinds(&failed);
    notes.kinds(&unpaid);
    assert!(!notes.kinds(&paid(2)).contains(&"plan.recovered"), "another bill");
    assert_eq!(notes.kinds(&active), [""; 0], "the failed bill is open");
    assert_eq!(notes.kinds(&paid(1)), ["payment.succeeded", "plan.recovered"]);
    // The connection was made after the bill failed.
    let mut notes = Notes::default();
    assert_eq!(notes.kinds(&unpaid), ["plan.action_required"]);
    assert!(!notes.kinds(&paid(2)).contains(&"plan.recovered"), "the subscription is still unpaid");
    assert_eq!(notes.status(&Sample::default()), "Overdue – Manual action required");
    let active = at(Shape::Linked, 9, 4 * DAY, 1).subscription_updated(json!({"status": "unpaid"}));
    assert_eq!(notes.kinds(&active), ["plan.recovered"]);
}

fn kinds(events: &[PaythenEvent]) -> Vec<&'static str> {
    events.iter().map(|event| short(event.kind)).collect()
}

#[test]
fn a_first_payment_that_fails_tells_its_plan() {
    let gold = json!({"plan_name": "Gold", "payments_expected": "3", "order_reference": "R-9", "foo": "bar"});
    for shape in [Shape::Linked, Shape::Unlinked] {
        let mut notes = Notes::default();
        let failed = bare(&at(shape, 1, 0, 1).payment_intent_failed(), gold.clone());
        let events = notes.events(&failed);
        assert_eq!(kinds(&events), ["payment.failed", "plan.action_required"]);
        for event in &events {
            let payload: Value = serde_json::from_str(event.payload.get()).unwrap();
            assert_eq!(payload["plan"]["name"], "Gold");
            assert_eq!(payload["plan"]["paymentsExpected"], 3);
            assert_eq!(payload["plan"]["status"], "Overdue – Manual action required");
            assert_eq!(payload["progress"], json!({"paid": 0, "remaining": 3, "percent": 0}));
            assert_eq!(payload["orderReference"], "R-9");
            assert_eq!(payload["customFields"], json!({"foo": "bar"}));
        }
        assert_eq!(notes.kinds(&failed), [""; 0]);
        notes.kinds(&at(shape, 2, 10, 1).customer_created());
        let paid = notes.events(&bare(&at(shape, 3, 60, 1).payment_intent_succeeded(), gold.clone()));
        assert_eq!(kinds(&paid), ["customer.signed_up", "payment.succeeded", "plan.recovered"]);
        let payload: Value = serde_json::from_str(paid[2].payload.get()).unwrap();
        assert_eq!(payload["plan"]["status"], "In progress");
        let charge = bare(&at(shape, 4, 61, 1).charge_succeeded(), gold.clone());
        assert_eq!(notes.kinds(&charge), [""; 0]);
    }
}

#[test]
fn a_first_invoice_without_a_subscription_fails_and_recovers() {
    for shape in [Shape::Linked, Shape::Unlinked] {
        let told = |retried| {
            let mut notes = Notes::default();
            let failed = bare(&failing(shape, 1, 0, 4, retried).invoice_payment_failed(), json!({}));
            let failed = notes.kinds(&failed);
            let paid = notes.kinds(&bare(&at(shape, 2, DAY, 1).invoice_paid(), json!({})));
            assert_eq!(paid, ["customer.signed_up", "payment.succeeded", "plan.recovered"]);
            failed
        };
        assert_eq!(told(false), ["payment.failed", "plan.action_required"]);
        assert_eq!(told(true), ["payment.failed", "plan.overdue_at_risk"]);
    }
}

#[test]
fn a_first_failure_of_a_subscription_that_is_not_known_yet_requires_action_once() {
    for subscription_first in [true, false] {
        let mut notes = Notes::default();
        let intent = failing(Shape::Unlinked, 1, 60, 1, false).payment_intent_failed();
        assert_eq!(notes.kinds(&intent), ["payment.failed"], "its invoice says what follows");
        if subscription_first {
            assert_eq!(notes.kinds(&at(Shape::Unlinked, 2, 0, 1).subscription_created()), [""; 0]);
        }
        let invoice = failing(Shape::Unlinked, 3, 61, 1, false).invoice_payment_failed();
        assert!(notes.kinds(&invoice).ends_with(&["plan.action_required"]));
        assert_eq!(notes.status(&Sample::default()), "Overdue – Manual action required");
        let paid = notes.kinds(&at(Shape::Unlinked, 4, DAY, 1).invoice_paid());
        assert!(paid.ends_with(&["payment.succeeded", "plan.recovered"]), "{paid:?}");
    }
    let mut notes = Notes::default();
    notes.kinds(&failing(Shape::Unlinked, 1, 60, 1, true).payment_intent_failed());
    let invoice = failing(Shape::Unlinked, 2, 61, 1, true).invoice_payment_failed();
    assert_eq!(notes.kinds(&invoice), ["plan.overdue_retrying"]);
}

#[test]
fn a_payment_recovers_although_its_failure_named_no_plan() {
    let mut notes = Notes::default();
    notes.kinds(&at(Shape::Unlinked, 0, 0, 1).customer_created());
    notes.kinds(&bare(&at(Shape::Unlinked, 1, 0, 1).payment_intent_failed(), json!({})));
    let gold = json!({"plan_name": "Gold"});
    let paid = bare(&at(Shape::Unlinked, 2, 60, 1).payment_intent_succeeded(), gold.clone());
    let payload = notes.payload(&paid, "plan.recovered");
    assert_eq!(payload["plan"]["name"], "Gold");
    let charge = bare(&at(Shape::Unlinked, 3, 61, 1).charge_succeeded(), gold.clone());
    assert_eq!(notes.kinds(&charge), [""; 0]);
    let next = bare(&at(Shape::Unlinked, 4, 30 * DAY, 2).payment_intent_succeeded(), gold);
    assert_eq!(notes.kinds(&next), ["payment.succeeded"]);
}

#[test]
fn a_guest_recovers_although_the_payment_that_comes_in_names_nobody() {
    let guest = |body: &str, tried: Value| {
        let mut body: Value = serde_json::from_str(&bare(body, json!({}))).unwrap();
        body["data"]["object"]["customer"] = Value::Null;
        body["data"]["object"]["last_payment_error"] = tried;
        body.to_string()
    };
    let email = json!({"payment_method": {"billing_details": {"email": "guest@example.com"}}});
    for shape in [Shape::Linked, Shape::Unlinked] {
        let mut notes = Notes::default();
        let failed = notes.events(&guest(&at(shape, 1, 0, 1).payment_intent_failed(), email.clone()));
        assert_eq!(kinds(&failed), ["payment.failed", "plan.action_required"]);
        let paid = notes.events(&guest(&at(shape, 2, 60, 1).payment_intent_succeeded(), Value::Null));
        assert_eq!(kinds(&paid), ["customer.signed_up", "payment.succeeded", "plan.recovered"]);
        assert_eq!(paid[2].subject, failed[0].subject);
    }
}

#[test]
fn a_plan_recovers_when_no_failed_bill_is_open() {
    let failed = |day_of, number, bill| {
        let sample = on(Shape::Unlinked, day_of, number, bill);
        let next_attempt = Some(sample.created.plus(Duration::from_secs(3 * DAY)));
        Sample { next_attempt, ..sample }.invoice_payment_failed()
    };
    let mut notes = Notes::default();
    notes.kinds(&on(Shape::Unlinked, "2026-01-01", 1, 1).invoice_paid());
    assert_eq!(notes.kinds(&failed("2026-02-01", 2, 2)), ["payment.failed", "plan.overdue_retrying"]);
    assert_eq!(notes.kinds(&failed("2026-03-01", 3, 3)), ["payment.failed", "plan.overdue_at_risk"]);
    let one = on(Shape::Unlinked, "2026-03-05", 4, 2).invoice_paid();
    assert_eq!(notes.kinds(&one), ["payment.succeeded"], "the bill of March is unpaid");
    assert_eq!(notes.status(&Sample::default()), "Overdue – Retrying");
    let both = on(Shape::Unlinked, "2026-03-06", 5, 3).invoice_paid();
    assert_eq!(notes.kinds(&both), ["payment.succeeded", "plan.recovered"]);
}

#[test]
fn two_bills_of_one_second_are_two_bills() {
    let paid = on(Shape::Linked, "2026-03-01", 1, 30).invoice_paid();
    let failed = on(Shape::Linked, "2026-03-01", 2, 31).invoice_payment_failed();
    for bodies in [[&paid, &failed], [&failed, &paid]] {
        let mut notes = Notes::default();
        notes.kinds(bodies[0]);
        assert!(!notes.kinds(bodies[1]).contains(&"plan.recovered"));
        assert_eq!(notes.status(&Sample::default()), "Overdue – Manual action required");
    }
}

#[test]
fn a_bill_that_is_given_up_is_open_no_longer() {
    let given_up = |sample: Sample| {
        let mut body: Value = serde_json::from_str(&sample.invoice_payment_failed()).unwrap();
        body["type"] = json!("invoice.marked_uncollectible");
        body["data"]["object"]["status"] = json!("uncollectible");
        body.to_string()
    };
    let nothing = |sample: Sample| {
        let amounts = [("amount_due", json!(0)), ("total", json!(0))];
        with(&Sample { amount: 0, ..sample }.invoice_paid(), &amounts)
    };
    for settled in [&given_up as &dyn Fn(Sample) -> String, &nothing] {
        let mut notes = Notes::default();
        notes.kinds(&at(Shape::Linked, 1, 0, 1).invoice_paid());
        let failed = |number, bill| on(Shape::Linked, "2027-01-01", number, bill).invoice_payment_failed();
        notes.kinds(&failed(2, 2));
        notes.kinds(&failed(3, 3));
        let settle = |number, bill| settled(on(Shape::Linked, "2027-02-01", number, bill));
        assert_eq!(notes.kinds(&settle(4, 2)), [""; 0], "another bill is open");
        assert_eq!(notes.kinds(&settle(5, 3)), ["plan.recovered"]);
        assert_eq!(notes.status(&Sample::default()), "In progress");
    }
}

#[test]
fn one_attempt_in_two_events_is_one_attempt() {
    for shape in [Shape::Linked, Shape::Unlinked] {
        let mut notes = Notes::default();
        notes.kinds(&at(shape, 1, 0, 0).invoice_paid());
        let failed = failing(shape, 2, 30 * DAY, 1, true).invoice_payment_failed();
        assert_eq!(notes.kinds(&failed), ["payment.failed", "plan.overdue_retrying"]);
        assert_eq!(notes.kinds(&again(&failed)), [""; 0]);
        let by_hand = failing(shape, 3, 31 * DAY, 1, true).invoice_payment_failed();
        assert_eq!(notes.kinds(&by_hand)[0], "payment.failed");
    }
}

#[test]
fn what_is_upcoming_or_disputed_is_reported_once() {
    let upcoming = failing(Shape::Unlinked, 1, 0, 1, true).invoice_upcoming();
    let dispute = json!({"id": "evt_3", "type": "charge.dispute.created", "created": 1_795_435_300, "data": {
        "object": {"id": "dp_1", "charge": "ch_n1", "payment_intent": "pi_n1", "amount": 10_000, "currency": "aud"}}})
    .to_string();
    let mut notes = Notes::default();
    notes.kinds(&at(Shape::Linked, 0, 0, 1).invoice_paid());
    for (body, kind) in [(upcoming, "payment.upcoming"), (dispute, "dispute.opened")] {
        assert_eq!(notes.kinds(&body), [kind]);
        assert_eq!(notes.kinds(&again(&body)), [""; 0]);
    }
}
