//! One event a payment, whatever Stripe sends.

use super::*;

type Body = fn(&Sample) -> String;

fn permutations(items: &[Body]) -> Vec<Vec<Body>> {
    if items.is_empty() {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for (n, first) in items.iter().enumerate() {
        let mut rest = items.to_vec();
        rest.remove(n);
        all.extend(permutations(&rest).into_iter().map(|mut tail| {
            tail.insert(0, *first);
            tail
        }));
    }
    all
}

fn count_in_every_order(shape: Shape, bodies: &[Body]) {
    for order in permutations(bodies) {
        let mut notes = Notes::default();
        let mut kinds = Vec::new();
        for (number, body) in order.iter().enumerate() {
            let number = u32::try_from(number).unwrap();
            let events = notes.events(&body(&at(shape, number, 60 + u64::from(number), 1)));
            assert!(events.iter().all(is_well_told), "{shape:?}: {events:?}");
            kinds.extend(events.iter().map(|event| short(event.kind)));
        }
        // A payment is told at once, a sign-up when the person can be known.
        kinds.sort_unstable();
        assert_eq!(kinds, ["customer.signed_up", "payment.succeeded"], "{shape:?}");
    }
}

/// A sign-up tells who it was.
fn is_well_told(event: &PaythenEvent) -> bool {
    let payload: Value = serde_json::from_str(event.payload.get()).unwrap();
    short(event.kind) != "customer.signed_up" || payload["customer"]["email"].is_string()
}

#[test]
fn linked_objects_are_one_payment_in_every_order() {
    count_in_every_order(
        Shape::Linked,
        &[
            Sample::invoice_paid,
            Sample::invoice_payment_succeeded,
            Sample::payment_intent_succeeded,
            Sample::charge_succeeded,
            Sample::subscription_created,
            Sample::customer_created,
        ],
    );
}

#[test]
fn unlinked_objects_are_one_payment_in_every_order() {
    let bodies: &[Body] = &[
        Sample::invoice_paid,
        Sample::payment_intent_succeeded,
        Sample::charge_succeeded,
        Sample::invoice_payment_paid,
        Sample::subscription_created,
        Sample::customer_created,
    ];
    count_in_every_order(Shape::Unlinked, bodies);
    count_in_every_order(Shape::Unlinked, &bodies[..3]);
}

#[test]
fn a_tie_holds_where_the_objects_lie_days_apart() {
    let orders: [[(Body, u64); 3]; 3] = [
        [
            (Sample::invoice_payment_paid, 0),
            (Sample::invoice_paid, 10),
            (Sample::payment_intent_succeeded, 4 * DAY),
        ],
        [
            (Sample::invoice_paid, 10),
            (Sample::invoice_payment_paid, 0),
            (Sample::payment_intent_succeeded, 4 * DAY),
        ],
        [
            (Sample::payment_intent_succeeded, 4 * DAY),
            (Sample::invoice_payment_paid, 0),
            (Sample::invoice_paid, 10),
        ],
    ];
    for order in orders {
        let mut notes = Notes::default();
        let mut kinds: Vec<_> = order
            .iter()
            .enumerate()
            .flat_map(|(n, (body, seconds))| {
                notes.kinds(&body(&at(Shape::Unlinked, u32::try_from(n).unwrap(), *seconds, 1)))
            })
            .collect();
        kinds.sort_unstable();
        assert_eq!(kinds, ["customer.signed_up", "payment.succeeded"]);
    }
}

#[test]
fn a_guess_pairs_each_side_once_and_within_two_hours() {
    let mut notes = Notes::default();
    let mut told =
        |body: String| notes.kinds(&body).iter().filter(|kind| **kind == "payment.succeeded").count();
    assert_eq!(told(at(Shape::Unlinked, 1, 0, 1).invoice_paid()), 1);
    assert_eq!(told(at(Shape::Unlinked, 2, 5, 1).payment_intent_succeeded()), 0);
    assert_eq!(told(at(Shape::Unlinked, 3, 9, 2).payment_intent_succeeded()), 1, "the first pair is taken");
    assert_eq!(told(at(Shape::Unlinked, 4, 3 * 3600, 3).invoice_paid()), 1, "three hours are too long");
    let dearer = Sample { amount: 10_001, ..at(Shape::Unlinked, 5, 3 * 3600, 4) };
    assert_eq!(told(dearer.payment_intent_succeeded()), 1, "another amount is another payment");
}

#[test]
fn a_wrong_guess_is_put_right_by_the_tie() {
    let mut notes = Notes::default();
    let unlinked = |number, seconds, payment| at(Shape::Unlinked, number, seconds, payment);
    let mut kinds = notes.kinds(&unlinked(1, 0, 1).invoice_paid());
    kinds.extend(notes.kinds(&unlinked(2, 5, 2).payment_intent_succeeded()));
    assert_eq!(kinds, ["customer.signed_up", "payment.succeeded"], "taken for one payment");
    assert_eq!(notes.kinds(&unlinked(3, 6, 1).invoice_payment_paid()), ["payment.succeeded"]);
    assert!(notes.kinds(&unlinked(4, 7, 1).payment_intent_succeeded()).is_empty());
    assert!(notes.kinds(&unlinked(5, 8, 2).invoice_paid()).is_empty());
    let paid = notes.payload(&unlinked(6, 30 * DAY, 3).invoice_paid(), "payment.succeeded");
    assert_eq!(paid["progress"]["paid"], 3);
}

#[test]
fn an_invoice_of_nothing_is_no_payment() {
    let trial = Sample { amount: 0, ..at(Shape::Linked, 1, 0, 1) };
    assert!(Notes::default().kinds(&trial.invoice_paid()).is_empty());
}

#[test]
fn a_bare_payment_stands_beside_the_subscription() {
    let mut notes = Notes::default();
    notes.kinds(&at(Shape::Linked, 0, 0, 1).customer_created());
    notes.kinds(&at(Shape::Linked, 1, 0, 1).subscription_created());
    let mut body: Value =
        serde_json::from_str(&at(Shape::Linked, 2, 60, 2).payment_intent_succeeded()).unwrap();
    body["data"]["object"]["invoice"] = Value::Null;
    body["data"]["object"]["metadata"] = json!({"plan_name": "Glaze set", "payments_expected": "1"});
    let body = body.to_string();
    assert_eq!(notes.kinds(&body), ["customer.signed_up", "payment.succeeded", "plan.completed"]);
    assert_eq!(notes.status(&Sample::default()), "In progress");
}

#[test]
fn guests_are_known_by_email_and_their_payment_counts_once() {
    let guest = |body: String| {
        let mut body: Value = serde_json::from_str(&body).unwrap();
        body["data"]["object"]["customer"] = Value::Null;
        body["data"]["object"]["invoice"] = Value::Null;
        body.to_string()
    };
    let mut notes = Notes::default();
    let charge = guest(
        Sample { email: "Guest@Example.com".to_owned(), ..at(Shape::Linked, 1, 0, 1) }.charge_succeeded(),
    );
    let events = notes.events(&charge);
    assert_eq!(events.len(), 2);
    assert_eq!(events[1].subject.as_deref(), Some("email:guest@example.com"));
    assert!(notes.kinds(&guest(at(Shape::Linked, 2, 1, 1).payment_intent_succeeded())).is_empty());
}

#[test]
fn refunds_are_told_once_each_with_their_total() {
    let mut notes = Notes::default();
    notes.kinds(&at(Shape::Linked, 1, 0, 1).charge_succeeded());
    let refund = |number, refunded| Sample { refunded, ..at(Shape::Linked, number, DAY, 1) };
    let payload = notes.payload(&refund(2, 2_500).charge_refunded(), "payment.refunded");
    assert_eq!(payload["payment"]["refundedAmount"], 2_500);
    assert_eq!(payload["payment"]["refundAmount"], 2_500);
    assert_eq!(payload["payment"]["amount"], 10_000);
    assert!(notes.kinds(&refund(2, 2_500).charge_refunded()).is_empty());
    let payload = notes.payload(&refund(3, 10_000).charge_refunded(), "payment.refunded");
    assert_eq!(payload["payment"]["refundedAmount"], 10_000);
    assert_eq!(payload["payment"]["refundAmount"], 7_500);
}

/// Case P11.
#[test]
fn a_refund_has_an_amount_of_its_own_in_either_order() {
    let refund = |number, total, before: i64| {
        let sample = Sample { refunded: total, ..at(Shape::Linked, number, DAY, 1) };
        let mut body: Value = serde_json::from_str(&sample.charge_refunded()).unwrap();
        body["data"]["previous_attributes"] = json!({ "amount_refunded": before });
        body.to_string()
    };
    let (first, second) = (refund(2, 3_000, 0), refund(3, 10_000, 3_000));
    for bodies in [[&first, &second], [&second, &first]] {
        let mut notes = Notes::default();
        notes.kinds(&at(Shape::Linked, 1, 0, 1).charge_succeeded());
        let mut amounts: Vec<_> = bodies
            .map(|body| notes.payload(body, "payment.refunded")["payment"].take())
            .map(|payment| (payment["refundAmount"].clone(), payment["refundedAmount"].clone()))
            .to_vec();
        amounts.sort_by_key(|(_, total)| total.as_i64());
        assert_eq!(amounts, [(json!(3_000), json!(3_000)), (json!(7_000), json!(10_000))]);
    }
}

#[test]
fn disputes_find_their_customer_by_the_payment() {
    for sample in [at(Shape::Linked, 1, 0, 1), at(Shape::Unlinked, 1, 0, 1)] {
        let mut notes = Notes::default();
        notes.kinds(&sample.payment_intent_succeeded());
        let body = json!({
            "id": "evt_d", "type": "charge.dispute.created", "created": 1_795_500_000,
            "data": {"object": {"id": "dp_1", "amount": 10_000, "currency": "aud", "charge": sample.charge(),
                "payment_intent": sample.intent(), "reason": "fraudulent", "status": "needs_response"}},
        })
        .to_string();
        let events = notes.events(&body);
        assert_eq!(events[0].kind, "paythen.dispute.opened");
        assert_eq!(events[0].subject.as_deref(), Some("stripe:cus_TlMaraVoss01"));
        let payload: Value = serde_json::from_str(events[0].payload.get()).unwrap();
        assert_eq!(payload["customFields"]["disputeReason"], "fraudulent");
        assert!(notes.events(&body).is_empty());
    }
}

#[test]
fn an_ordinary_payment_takes_two_reads_and_two_writes_at_most() {
    for shape in [Shape::Linked, Shape::Unlinked] {
        let mut notes = Notes::default();
        for (number, body) in [
            Sample::invoice_paid as Body,
            Sample::invoice_payment_failed,
            Sample::payment_intent_succeeded,
            Sample::charge_succeeded,
        ]
        .into_iter()
        .enumerate()
        {
            (notes.reads, notes.writes) = (0, 0);
            let number = u32::try_from(number).unwrap();
            notes.events(&body(&at(shape, number, u64::from(number), 1)));
            assert!(
                notes.reads <= 2 && notes.writes <= 2,
                "{shape:?} {number}: {} {}",
                notes.reads,
                notes.writes
            );
        }
    }
}

#[test]
fn what_is_remembered_stays_bounded_and_goes_on_counting() {
    let mut notes = Notes::default();
    for payment in 0..230 {
        let sample = Sample {
            payments_expected: Some(230),
            ..at(Shape::Linked, payment, u64::from(payment) * DAY, payment)
        };
        let kinds = notes.kinds(&sample.invoice_paid());
        assert_eq!(kinds.contains(&"plan.completed"), payment == 229);
    }
    assert!(notes.documents["customer:cus_TlMaraVoss01"].len() < 50_000);
    assert!(notes.kinds(&at(Shape::Linked, 0, 0, 0).invoice_paid()).is_empty(), "counted long ago");
}
