//! The payload, key by key.

use super::*;

#[test]
fn every_key_is_there_and_what_is_not_known_is_null() {
    let mut notes = Notes::default();
    notes.kinds(&at(Shape::Unlinked, 1, 0, 1).subscription_created());
    let sample = at(Shape::Unlinked, 2, 60, 1);
    let next_attempt = Some(sample.created.plus(Duration::from_secs(3 * DAY)));
    let payload =
        notes.payload(&Sample { next_attempt, ..sample }.invoice_payment_failed(), "payment.failed");
    assert_eq!(
        payload,
        json!({
            "id": "evt_2", "type": "paythen.payment.failed", "occurredAt": "2026-11-23T12:01:00.000Z",
            "livemode": false, "derived": true,
            "customer": {
                "email": "mara.voss@example.com", "name": "Mara Voss", "firstName": "Mara",
                "lastName": "Voss", "phone": "+61412345678",
                "address": {
                    "line1": "7 Kiln Lane", "line2": null, "city": "Fremantle", "state": "WA",
                    "postalCode": "6160", "country": "AU"
                }
            },
            "plan": {
                "id": "sub_1TlMaraVossPlan",
                "name": "Pottery course, autumn term", "type": "payment_plan", "total": 120_000,
                "currency": "aud", "interval": "month", "paymentsExpected": 12, "deposit": null,
                "status": "Overdue – Retrying"
            },
            "payment": {
                "id": "in_n1", "amount": 10_000, "currency": "aud", "attempt": 1, "failureCode": null,
                "failureMessage": null, "nextAttemptAt": "2026-11-26T12:01:00.000Z",
                "creditedAmount": 0, "refundedAmount": 0, "refundAmount": null
            },
            "progress": { "paid": 0, "remaining": 12, "percent": 0 },
            "links": { "customerPage": "https://invoice.example/i/acct_1Tl/n1", "receipt": null },
            "stripe": {
                "event": "evt_2", "customer": "cus_TlMaraVoss01", "subscription": "sub_1TlMaraVossPlan",
                "invoice": "in_n1", "paymentIntent": null, "charge": null
            },
            "orderReference": null, "customFields": {}
        })
    );
}

#[test]
fn metadata_keys_are_settings_and_the_rest_are_custom_fields() {
    let mut notes = Notes::default();
    notes.settings.plan_name_keys = vec!["produkt".to_owned()];
    notes.kinds(&at(Shape::Linked, 0, 0, 1).customer_created());
    let mut body: Value = serde_json::from_str(&at(Shape::Linked, 1, 0, 1).subscription_created()).unwrap();
    body["data"]["object"]["metadata"] =
        json!({"produkt": "Kurs", "reference": "A-17", "deposit": "500", "studio": "West", "total": "n/a"});
    let payload = notes.payload(&body.to_string(), "customer.signed_up");
    assert_eq!(payload["plan"]["name"], "Kurs");
    assert_eq!(payload["plan"]["deposit"], 500);
    assert_eq!(payload["plan"]["total"], Value::Null);
    assert_eq!(payload["orderReference"], "A-17");
    assert_eq!(payload["customFields"], json!({"studio": "West"}));
    assert_eq!(payload["payment"]["amount"], Value::Null);
}

#[test]
fn what_earlier_events_told_fills_the_gaps() {
    let mut notes = Notes::default();
    assert!(notes.kinds(&at(Shape::Unlinked, 1, 0, 1).customer_created()).is_empty());
    let payload =
        notes.payload(&at(Shape::Unlinked, 2, 1, 1).payment_intent_succeeded(), "payment.succeeded");
    assert_eq!(payload["customer"]["email"], "mara.voss@example.com");
    let holder = Sample { name: "Cara Dholder".to_owned(), ..at(Shape::Unlinked, 3, 30 * DAY, 2) };
    let payload = notes.payload(&holder.charge_succeeded(), "payment.succeeded");
    assert_eq!(payload["customer"]["name"], "Mara Voss", "the card's name is not the customer's");
    assert_eq!(payload["links"]["receipt"], "https://receipts.example/n2");
}

#[test]
fn the_subject_is_the_stripe_customer() {
    let events = Notes::default().events(&at(Shape::Linked, 1, 0, 1).invoice_paid());
    assert!(events.iter().all(|event| event.subject.as_deref() == Some("stripe:cus_TlMaraVoss01")));
    assert!(events.iter().all(|event| crate::paythen::KINDS.contains(&event.kind)));
}

#[test]
fn samples_are_as_big_as_stripes() {
    let size = at(Shape::Linked, 1, 0, 1).invoice_paid().len();
    assert!((3_000..5_000).contains(&size), "{size}");
}
