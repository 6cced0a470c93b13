//! Sign-ups, pauses, ends and what else befalls a plan.

use super::*;

#[test]
fn a_sign_up_is_told_once_however_it_is_learnt() {
    let (customer, created) =
        (at(Shape::Linked, 0, 0, 1).customer_created(), at(Shape::Linked, 1, 0, 1).subscription_created());
    let mut notes = Notes::default();
    assert_eq!(notes.kinds(&customer), [""; 0]);
    assert_eq!(notes.kinds(&created), ["customer.signed_up"]);
    assert_eq!(notes.kinds(&created), [""; 0]);
    assert_eq!(notes.kinds(&at(Shape::Linked, 2, 1, 1).invoice_paid()), ["payment.succeeded"]);
    let mut notes = Notes::default();
    let first = notes.kinds(&at(Shape::Linked, 2, 1, 1).invoice_paid());
    assert_eq!(first, ["customer.signed_up", "payment.succeeded"]);
    assert_eq!(notes.kinds(&created), [""; 0]);
}

#[test]
fn a_sign_up_waits_until_the_person_can_be_known() {
    let created = at(Shape::Linked, 1, 0, 1).subscription_created();
    let later = at(Shape::Linked, 2, 60, 1);
    let checkout = json!({"id": "evt_2", "type": "checkout.session.completed", "created": 1_795_435_260,
        "data": {"object": {"id": "cs_1", "customer": later.customer, "subscription": later.subscription,
            "customer_details": {"phone": "+61412345678"}}}});
    for (body, kinds) in [
        (later.customer_created(), &["customer.signed_up"][..]),
        (checkout.to_string(), &["customer.signed_up"]),
        (later.charge_succeeded(), &["customer.signed_up", "payment.succeeded"]),
        (later.invoice_paid(), &["customer.signed_up", "payment.succeeded"]),
        (later.invoice_payment_failed(), &["customer.signed_up", "payment.failed", "plan.action_required"]),
    ] {
        let mut notes = Notes::default();
        assert_eq!(notes.kinds(&created), [""; 0], "nobody could be told who signed up");
        let events = notes.events(&body);
        assert_eq!(events.iter().map(|event| short(event.kind)).collect::<Vec<_>>(), kinds);
        let payload: Value = serde_json::from_str(events[0].payload.get()).unwrap();
        assert_eq!(payload["customer"]["phone"], "+61412345678");
        assert_eq!(payload["plan"]["name"], "Pottery course, autumn term");
        assert!(!notes.kinds(&later.customer_created()).contains(&"customer.signed_up"), "told once");
    }
}

#[test]
fn a_held_sign_up_of_a_payment_is_that_of_its_subscription() {
    let mut notes = Notes::default();
    let paid = notes.kinds(&at(Shape::Unlinked, 1, 60, 1).payment_intent_succeeded());
    assert_eq!(paid, ["payment.succeeded"]);
    assert_eq!(notes.kinds(&at(Shape::Unlinked, 2, 0, 1).subscription_created()), [""; 0]);
    let payload = notes.payload(&at(Shape::Unlinked, 3, 61, 1).customer_created(), "customer.signed_up");
    assert_eq!(payload["stripe"]["subscription"], "sub_1TlMaraVossPlan");
}

#[test]
fn the_last_expected_payment_completes_the_plan() {
    let two = |sample: Sample| Sample { payments_expected: Some(2), ..sample };
    let mut notes = Notes::default();
    notes.kinds(&two(at(Shape::Linked, 1, 0, 1)).subscription_created());
    notes.kinds(&two(at(Shape::Linked, 2, 1, 1)).invoice_paid());
    let last = two(at(Shape::Linked, 3, 30 * DAY, 2));
    let payload = notes.payload(&last.invoice_paid(), "plan.completed");
    assert_eq!(payload["progress"], json!({"paid": 2, "remaining": 0, "percent": 100}));
    assert_eq!(payload["plan"]["status"], "Completed");
    assert_eq!(notes.kinds(&last.charge_succeeded()), [""; 0]);
    assert_eq!(notes.kinds(&two(at(Shape::Linked, 4, 60 * DAY, 2)).subscription_deleted()), [""; 0]);
}

#[test]
fn an_end_before_the_last_payment_is_a_cancellation() {
    let mut notes = Notes::default();
    notes.kinds(&at(Shape::Linked, 1, 0, 1).invoice_paid());
    let deleted = at(Shape::Linked, 2, DAY, 1).subscription_deleted();
    assert_eq!(notes.kinds(&deleted), ["plan.cancelled"]);
    assert_eq!(notes.kinds(&deleted), [""; 0]);
    assert_eq!(notes.status(&Sample::default()), "Cancelled");
}

#[test]
fn a_sign_up_that_comes_after_the_end_tells_how_the_plan_stands_now() {
    let mut notes = Notes::default();
    notes.kinds(&at(Shape::Linked, 0, 0, 1).customer_created());
    assert_eq!(notes.kinds(&at(Shape::Linked, 1, 9 * DAY, 1).subscription_deleted()), ["plan.cancelled"]);
    let late = at(Shape::Linked, 2, 0, 1).subscription_created();
    assert_eq!(notes.payload(&late, "customer.signed_up")["plan"]["status"], "Cancelled");
    let paid = notes.payload(&at(Shape::Linked, 3, 60, 1).invoice_paid(), "payment.succeeded");
    assert_eq!(paid["plan"]["status"], "Cancelled");
}

#[test]
fn an_end_that_is_set_tells_how_many_payments_there_are() {
    let sample = Sample { payments_expected: None, ..at(Shape::Unlinked, 1, 0, 1) };
    for (end, expected) in [
        ("2027-11-23T12:00:00Z", json!(12)),
        ("2026-12-23T12:00:00Z", json!(1)),
        ("2027-02-23T12:00:00Z", json!(3)),
        ("2027-01-05T12:00:00Z", json!(2)),
        ("2026-11-01T12:00:00Z", Value::Null),
    ] {
        let mut body: Value = serde_json::from_str(&sample.subscription_created()).unwrap();
        let seconds = tieline_model::Timestamp::parse(end).unwrap().millis() / 1000;
        body["data"]["object"]["cancel_at"] = json!(seconds);
        let mut notes = Notes::default();
        notes.kinds(&sample.customer_created());
        let payload = notes.payload(&body.to_string(), "customer.signed_up");
        assert_eq!(payload["plan"]["paymentsExpected"], expected, "{end}");
    }
}

#[test]
fn pauses_follow_the_newest_word() {
    let mut notes = Notes::default();
    let word = |number, seconds, paused| {
        let before =
            json!({"pause_collection": if paused { Value::Null } else { json!({"behavior": "void"}) }});
        Sample { paused, ..at(Shape::Linked, number, seconds, 1) }.subscription_updated(before)
    };
    assert_eq!(notes.kinds(&word(1, DAY, true)), ["plan.paused"]);
    assert_eq!(notes.kinds(&word(1, DAY, true)), [""; 0]);
    assert_eq!(notes.status(&Sample::default()), "Paused");
    assert_eq!(notes.kinds(&word(3, 3 * DAY, false)), ["plan.resumed"]);
    assert_eq!(notes.kinds(&word(2, 2 * DAY, true)), [""; 0], "older than the resumption");
    assert_eq!(notes.status(&Sample::default()), "In progress");
}

#[test]
fn moved_dates_are_told_and_renewals_are_not() {
    let mut notes = Notes::default();
    let changed =
        |number, before| at(Shape::Linked, number, u64::from(number) * DAY, 1).subscription_updated(before);
    let renewal = json!({"current_period_start": 1, "current_period_end": 2, "latest_invoice": "in_0"});
    assert_eq!(notes.kinds(&changed(1, renewal)), [""; 0]);
    let moved = changed(2, json!({"billing_cycle_anchor": 5, "trial_end": null}));
    assert_eq!(notes.kinds(&moved), ["plan.schedule_changed"]);
    assert_eq!(notes.kinds(&moved), [""; 0]);
}

#[test]
fn one_change_of_a_schedule_in_two_events_is_one_change() {
    let ends = |number: u32, from: Value, to: Value| {
        let body = at(Shape::Linked, number, u64::from(number) * 60, 1)
            .subscription_updated(json!({"cancel_at": from}));
        with(&body, &[("cancel_at", to)])
    };
    let (none, end) = (Value::Null, json!(day("2027-06-01")));
    let mut notes = Notes::default();
    for (number, from, to) in [(1, &none, &end), (2, &end, &none), (3, &none, &end)] {
        let body = ends(number, from.clone(), to.clone());
        assert_eq!(notes.kinds(&body), ["plan.schedule_changed"], "{number}");
        assert_eq!(notes.kinds(&again(&body)), [""; 0], "{number}");
    }
}

#[test]
fn one_resumption_in_two_events_is_one_resumption() {
    let set = |number, paused| {
        let sample = Sample { paused, ..at(Shape::Linked, number, u64::from(number) * DAY, 1) };
        sample.subscription_updated(json!({"pause_collection": paused.then_some(1)}))
    };
    for begins_paused in [true, false] {
        let mut notes = Notes::default();
        if begins_paused {
            assert_eq!(notes.kinds(&set(1, true)), ["plan.paused"]);
        }
        for number in [2, 4] {
            assert_eq!(notes.kinds(&set(number, false)), ["plan.resumed"]);
            assert_eq!(notes.kinds(&again(&set(number, false))), [""; 0]);
            assert_eq!(notes.kinds(&set(number + 1, true)), ["plan.paused"]);
            assert_eq!(notes.kinds(&again(&set(number + 1, true))), [""; 0]);
        }
    }
}

#[test]
fn a_new_card_is_told_once() {
    let mut notes = Notes::default();
    let attached = |number, at: i64, card| {
        json!({"id": format!("evt_{number}"), "type": "payment_method.attached", "created": at,
            "data": {"object": {"id": card, "customer": "cus_1", "billing_details": {"name": "Kai"}}}})
        .to_string()
    };
    let default = json!({"id": "evt_3", "type": "customer.updated", "created": 101, "data": {
        "object": {"id": "cus_1", "invoice_settings": {"default_payment_method": "pm_1"}},
        "previous_attributes": {"invoice_settings": {"default_payment_method": null}}}})
    .to_string();
    assert_eq!(notes.kinds(&attached(1, 100, "pm_1")), ["payment_method.updated"]);
    assert_eq!(notes.kinds(&default), [""; 0], "the same card becomes the default");
    assert_eq!(notes.kinds(&attached(4, 50, "pm_0")), [""; 0], "an older card");
    assert_eq!(notes.kinds(&attached(5, 200, "pm_2")), ["payment_method.updated"]);
}

#[test]
fn an_upcoming_payment_is_told_once() {
    let mut notes = Notes::default();
    let body = at(Shape::Unlinked, 1, 0, 1).invoice_upcoming();
    assert_eq!(notes.kinds(&body), ["payment.upcoming"]);
    assert_eq!(notes.kinds(&body), [""; 0]);
}

#[test]
fn a_checkout_tells_who_the_guest_is_and_what_was_bought() {
    let mut notes = Notes::default();
    let session = json!({"id": "evt_1", "type": "checkout.session.completed", "created": 1_795_435_200,
        "data": {"object": {"id": "cs_1", "payment_intent": "pi_n1", "metadata": {"plan_name": "Glaze set"},
            "customer_details": {"email": "kai@example.com", "name": "Kai Lund"}}}});
    assert_eq!(notes.kinds(&session.to_string()), [""; 0]);
    let mut paid: Value =
        serde_json::from_str(&at(Shape::Unlinked, 2, 1, 1).payment_intent_succeeded()).unwrap();
    paid["data"]["object"]["customer"] = Value::Null;
    let payload = notes.payload(&paid.to_string(), "payment.succeeded");
    assert_eq!(payload["customer"]["firstName"], "Kai");
    assert_eq!(payload["plan"]["name"], "Glaze set");
}

/// Case P4.
#[test]
fn a_trial_that_ends_without_a_card_is_a_pause() {
    let paused = |number, seconds, status: &str, before: &str| {
        let sample = Sample { status: status.to_owned(), ..at(Shape::Unlinked, number, seconds, 1) };
        sample.subscription_updated(json!({ "status": before }))
    };
    let named = |body: &str, kind: &str| {
        let mut body: Value = serde_json::from_str(body).unwrap();
        body["type"] = json!(kind);
        body["data"].as_object_mut().unwrap().remove("previous_attributes");
        body.to_string()
    };
    let pause = paused(2, DAY, "paused", "trialing");
    let resume = paused(4, 2 * DAY, "active", "paused");
    let (pause_named, resume_named) =
        (named(&pause, "customer.subscription.paused"), named(&resume, "customer.subscription.resumed"));
    for (pauses, resumes) in [
        ([&pause, &pause_named], [&resume, &resume_named]),
        ([&pause_named, &pause], [&resume_named, &resume]),
    ] {
        let mut notes = Notes::default();
        notes.kinds(&at(Shape::Unlinked, 1, 0, 1).customer_created());
        assert_eq!(notes.kinds(pauses[0]), ["plan.paused"]);
        assert_eq!(notes.kinds(pauses[1]), [""; 0]);
        assert_eq!(notes.status(&Sample::default()), "Paused");
        assert_eq!(notes.kinds(resumes[0]), ["plan.resumed"]);
        assert_eq!(notes.kinds(resumes[1]), [""; 0]);
        assert_eq!(notes.status(&Sample::default()), "In progress");
    }
}
