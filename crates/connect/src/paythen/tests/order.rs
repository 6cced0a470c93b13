//! Any order and any repetition of a history ends in the same place, and nothing makes it panic.

use super::*;
use crate::paythen::fixtures::history;
use proptest::prelude::*;

/// What a history comes to: the payments that were told, how often the rest was, and the status.
#[derive(PartialEq, Eq, Debug)]
struct Outcome {
    payments: Vec<String>,
    sign_ups: usize,
    completions: usize,
    failures: usize,
    /// Whether a workflow that tags on a failure and untags on a recovery leaves the tag.
    tagged: bool,
    status: &'static str,
}

fn outcome(bodies: &[String]) -> Outcome {
    let mut notes = Notes::default();
    let events: Vec<PaythenEvent> = bodies.iter().flat_map(|body| notes.events(body)).collect();
    let count = |kind: &str| events.iter().filter(|event| short(event.kind) == kind).count();
    let unknown = |event: &PaythenEvent| {
        let payload: Value = serde_json::from_str(event.payload.get()).unwrap();
        short(event.kind) == "customer.signed_up" && payload["customer"]["email"].is_null()
    };
    assert!(!events.iter().any(unknown), "a sign-up of nobody was told");
    let mut payments: Vec<String> = events
        .iter()
        .filter(|event| short(event.kind) == "payment.succeeded")
        .map(|event| {
            let payload: Value = serde_json::from_str(event.payload.get()).unwrap();
            let id = payload["payment"]["id"].as_str().unwrap();
            id.split_once('_').unwrap().1.to_owned()
        })
        .collect();
    payments.sort();
    Outcome {
        payments,
        sign_ups: count("customer.signed_up"),
        completions: count("plan.completed"),
        failures: count("payment.failed"),
        tagged: events.iter().fold(false, |tagged, event| match short(event.kind) {
            "payment.failed" => true,
            "plan.recovered" => false,
            _ => tagged,
        }),
        status: notes.status(&Sample::default()),
    }
}

fn plan(shape: Shape) -> Vec<String> {
    history(&Sample { shape, ..Sample::default() }, 4)
}

/// A plan that is left overdue: the history up to the second failure.
fn overdue(shape: Shape) -> Vec<String> {
    plan(shape).into_iter().take(if shape == Shape::Linked { 10 } else { 11 }).collect()
}

#[test]
fn in_order_it_is_as_it_should_be() {
    for shape in [Shape::Linked, Shape::Unlinked] {
        let all = outcome(&plan(shape));
        assert_eq!(all.payments.len(), 4);
        assert_eq!((all.sign_ups, all.completions, all.failures), (1, 1, 2));
        assert_eq!((all.status, all.tagged), ("Completed", false));
        let overdue = outcome(&overdue(shape));
        assert_eq!((overdue.status, overdue.tagged), ("Overdue – At Risk", true));
    }
}

/// A plan without a subscription: its first payment fails twice, on the day and three days later, before it
/// comes in, and so does the second one.
fn bare_plan(shape: Shape, metadata: &Value) -> Vec<String> {
    let mut bodies = vec![at(shape, 0, 0, 1).customer_created()];
    for payment in 1..=2 {
        let (day, number) = (u64::from(payment) * 30 * DAY, payment * 10);
        for (number, late) in [(number, 0), (number + 1, 3)] {
            bodies.push(at(shape, number, day + late * DAY, payment).payment_intent_failed());
        }
        bodies.push(at(shape, number + 2, day + 6 * DAY, payment).charge_succeeded());
        bodies.push(at(shape, number + 3, day + 6 * DAY + 1, payment).payment_intent_succeeded());
    }
    bodies.iter().map(|body| bare(body, metadata.clone())).collect()
}

fn shuffled(bodies: Vec<String>) -> impl Strategy<Value = Vec<String>> {
    let twice: Vec<String> = bodies.iter().chain(&bodies).cloned().collect();
    Just(twice).prop_shuffle()
}

/// Any JSON, with Stripe's field names where there are names.
fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (0..20_000_i64).prop_map(Value::from),
        "(in|pi|ch|sub|cus)_[ab]".prop_map(Value::from),
        ".{0,6}".prop_map(Value::from),
    ];
    let name = prop::sample::select(&NAMES[..]);
    leaf.prop_recursive(3, 24, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::vec((name.clone(), inner), 0..8)
                .prop_map(|pairs| pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()),
        ]
    })
}

const NAMES: [&str; 24] = [
    "id",
    "customer",
    "subscription",
    "invoice",
    "payment_intent",
    "charge",
    "latest_charge",
    "metadata",
    "amount",
    "amount_paid",
    "amount_due",
    "amount_refunded",
    "currency",
    "next_payment_attempt",
    "attempt_count",
    "lines",
    "data",
    "items",
    "cancel_at",
    "start_date",
    "status",
    "parent",
    "subscription_details",
    "payment",
];

const TYPES: [&str; 16] = [
    "customer.updated",
    "customer.subscription.created",
    "customer.subscription.updated",
    "customer.subscription.deleted",
    "payment_method.attached",
    "checkout.session.completed",
    "invoice.paid",
    "invoice.payment_failed",
    "invoice.upcoming",
    "invoice_payment.paid",
    "payment_intent.succeeded",
    "payment_intent.payment_failed",
    "charge.succeeded",
    "charge.refunded",
    "charge.dispute.created",
    "charge.dispute.closed",
];

/// A flat object that can be read, so that the rules are reached as well.
fn plausible() -> impl Strategy<Value = Value> {
    let id = |prefix: &'static str| prop::option::of("[abc]".prop_map(move |end| format!("{prefix}_{end}")));
    let ids = (id("in"), id("pi"), id("ch"), id("sub"), id("cus"));
    let numbers = (any::<bool>(), 0..3_i64, prop::option::of(any::<i64>()), any::<bool>());
    (ids, numbers).prop_map(|((invoice, intent, charge, subscription, customer), (links, amount, next, paused))| {
        let mut object = json!({
            "id": invoice.as_ref().or(intent.as_ref()).or(charge.as_ref()), "customer": customer,
            "subscription": subscription, "amount": amount, "amount_paid": amount, "amount_due": amount,
            "amount_refunded": amount, "currency": "aud", "next_payment_attempt": next, "cancel_at": next,
            "start_date": 1, "attempt_count": 1, "captured": true, "metadata": {"plan_name": "a"},
            "pause_collection": paused.then(|| json!({})), "items": {"data": [{"plan": {"interval": "day"}}]},
            "payment": {"payment_intent": intent},
        });
        if links {
            object["invoice"] = json!(invoice);
            object["payment_intent"] = json!(intent);
            object["charge"] = json!(charge);
        }
        object
    })
}

fn event(object: impl Strategy<Value = Value>) -> impl Strategy<Value = String> {
    let kind = prop::sample::select(&TYPES[..]);
    (kind, 0..40_u32, prop_oneof![any::<i64>(), 0..100_000_i64], object).prop_map(
        |(kind, number, created, object)| {
            let id = format!("evt_{number}");
            json!({"id": id, "type": kind, "created": created, "data": {"object": object}}).to_string()
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_order_of_linked_events_ends_the_same(bodies in shuffled(plan(Shape::Linked))) {
        prop_assert_eq!(outcome(&bodies), outcome(&plan(Shape::Linked)));
    }

    #[test]
    fn every_order_of_unlinked_events_ends_the_same(bodies in shuffled(plan(Shape::Unlinked))) {
        prop_assert_eq!(outcome(&bodies), outcome(&plan(Shape::Unlinked)));
    }

    #[test]
    fn every_order_leaves_a_plan_overdue(
        linked in shuffled(overdue(Shape::Linked)), unlinked in shuffled(overdue(Shape::Unlinked))
    ) {
        prop_assert_eq!(outcome(&linked), outcome(&overdue(Shape::Linked)));
        prop_assert_eq!(outcome(&unlinked), outcome(&overdue(Shape::Unlinked)));
    }

    #[test]
    fn every_order_of_a_plan_without_a_subscription_ends_the_same(
        linked in shuffled(bare_plan(Shape::Linked, &json!({"plan_name": "Gold"}))),
        unlinked in shuffled(bare_plan(Shape::Unlinked, &json!({"plan_name": "Gold"}))),
        nameless in shuffled(bare_plan(Shape::Unlinked, &json!({}))),
    ) {
        for bodies in [linked, unlinked, nameless] {
            let all = outcome(&bodies);
            prop_assert_eq!((all.payments.len(), all.sign_ups, all.failures, all.tagged), (2, 1, 4, false));
        }
    }
}

proptest! {
    #[test]
    fn nothing_makes_it_panic(bodies in prop::collection::vec(event(anything()), 1..8), bytes: Vec<u8>) {
        let mut notes = Notes::default();
        let _ = StripeEvent::parse(&bytes);
        for body in bodies.iter().filter(|body| StripeEvent::parse(body.as_bytes()).is_ok()) {
            notes.events(body);
        }
    }

    #[test]
    fn plausible_events_in_any_order_do_not_either(bodies in prop::collection::vec(event(plausible()), 1..40)) {
        let mut notes = Notes::default();
        for body in bodies.iter().filter(|body| StripeEvent::parse(body.as_bytes()).is_ok()) {
            notes.events(body);
        }
    }
}
