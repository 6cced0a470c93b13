//! Contacts that another system knows by an id of its own.

use crate::support::{Fixture, both, contact};
use serde_json::{Value, json};
use tieline_model::{Cause, ContactId, Event, EventId, Timestamp};
use tieline_store::contacts::{Delete, FindByExternalId, Subject};

/// The person of an event whose payload holds this e-mail address and phone number.
fn subject(fixture: &Fixture, name: &str, customer: &Value) -> Option<Subject> {
    let payload = json!({ "customer": customer });
    let event = Event {
        seq: 1,
        id: EventId::from("e"),
        location_id: fixture.location.id.clone(),
        kind: "paythen.payment.failed".to_owned(),
        contact_id: None,
        subject: Some(name.to_owned()),
        occurred_at: Timestamp::from_millis(0),
        recorded_at: Timestamp::from_millis(0),
        cause: Cause::operator(),
        payload: serde_json::value::to_raw_value(&payload).unwrap(),
    };
    Subject::of(&event, &payload)
}

async fn linked(fixture: &Fixture, external_id: &str) -> Option<ContactId> {
    let location_id = fixture.location.id.clone();
    let find = FindByExternalId { location_id, external_id: external_id.to_owned() };
    fixture.store.read(find).await.unwrap().map(|doc| contact(&doc).id)
}

/// Case P10.
#[test]
fn a_customer_stays_the_same_contact_when_the_email_changes() {
    both(async |fixture| {
        let about = |email: &str| subject(&fixture, "stripe:cus_1", &json!({ "email": email }));
        let first = fixture.upsert_about(about("Old@example.com"), json!({"email": "old@example.com"})).await;
        let id = first.written.contact.id;
        assert_eq!(linked(&fixture, "stripe:cus_1").await, Some(id.clone()));
        let second =
            fixture.upsert_about(about("new@example.com"), json!({"email": "new@example.com"})).await;
        assert!(!second.new);
        assert_eq!(second.written.contact.id, id);
        assert_eq!(second.written.contact.email.as_deref(), Some("new@example.com"));
        // Back to the first address: the system that knows the customer says which one is current.
        let third = fixture.upsert_about(about("old@example.com"), json!({"email": "old@example.com"})).await;
        let contact = third.written.contact;
        assert_eq!((&contact.id, contact.email.as_deref()), (&id, Some("old@example.com")));
        assert_eq!(contact.additional_email_keys().collect::<Vec<_>>(), ["new@example.com"]);
    });
}

#[test]
fn a_phone_number_describes_the_person_in_any_notation() {
    both(async |fixture| {
        let about = |phone: &str| subject(&fixture, "stripe:cus_1", &json!({"email": null, "phone": phone}));
        let first = fixture.upsert_about(about("0412 345 678"), json!({"phone": "+61412345678"})).await;
        let second = fixture.upsert_about(about("0412 999 888"), json!({"phone": "+61412999888"})).await;
        assert_eq!(second.written.contact.id, first.written.contact.id);
    });
}

#[test]
fn other_people_of_the_same_run_are_not_mistaken_for_the_customer() {
    both(async |fixture| {
        let about = || subject(&fixture, "stripe:cus_1", &json!({"email": "ada@example.com"}));
        let manager = fixture.upsert_about(about(), json!({"email": "boss@example.com"})).await;
        assert_eq!(linked(&fixture, "stripe:cus_1").await, None);
        let ada = fixture.upsert_about(about(), json!({"email": "ada@example.com"})).await;
        assert!(ada.new);
        let again = fixture.upsert_about(about(), json!({"email": "boss@example.com"})).await;
        assert_eq!(again.written.contact.id, manager.written.contact.id);
        let ada_id = ada.written.contact.id;
        assert_eq!(linked(&fixture, "stripe:cus_1").await, Some(ada_id));
    });
}

#[test]
fn an_address_of_another_contact_is_left_with_it() {
    both(async |fixture| {
        let about = |email: &str| subject(&fixture, "stripe:cus_1", &json!({ "email": email }));
        let ada = fixture.upsert_about(about("ada@example.com"), json!({"email": "ada@example.com"})).await;
        let bob = fixture.create(json!({"email": "bob@example.com"})).await;
        let body = json!({"email": "bob@example.com", "firstName": "Ada"});
        let changed = fixture.upsert_about(about("bob@example.com"), body).await.written;
        assert_eq!(changed.contact.id, ada.written.contact.id);
        assert_eq!(changed.contact.email.as_deref(), Some("ada@example.com"));
        assert_eq!(changed.contact.first_name.as_deref(), Some("Ada"));
        let warning = format!("email: the address belongs to contact {}; it was left out", bob.contact.id);
        assert_eq!(changed.warnings, [warning]);
    });
}

#[test]
fn a_deleted_contact_is_no_longer_linked() {
    both(async |fixture| {
        let about = || subject(&fixture, "stripe:cus_1", &json!({"email": "ada@example.com"}));
        let ada = fixture.upsert_about(about(), json!({"email": "ada@example.com"})).await.written.contact.id;
        let location_id = fixture.location.id.clone();
        let delete = Delete { location_id, id: ada.clone(), cause: Cause::operator() };
        fixture.store.write(delete).await.unwrap();
        assert_eq!(linked(&fixture, "stripe:cus_1").await, None);
        let next = fixture.upsert_about(about(), json!({"email": "ada@example.com"})).await;
        assert!(next.new);
        assert_ne!(next.written.contact.id, ada);
        assert_eq!(linked(&fixture, "stripe:cus_1").await, Some(next.written.contact.id));
    });
}

#[test]
fn only_subjects_that_name_a_person_are_linked() {
    both(async |fixture| {
        let customer = json!({"email": "ada@example.com"});
        for name in ["order:12", "email:ada@example.com", "stripe:in_1"] {
            assert_eq!(subject(&fixture, name, &customer), None, "{name}");
        }
        let other = fixture.new_location(false).await;
        let about = subject(&fixture, "stripe:cus_1", &customer);
        fixture.upsert_about(about, customer).await;
        let elsewhere = Fixture { location: other, ..fixture.clone() };
        assert_eq!(linked(&elsewhere, "stripe:cus_1").await, None, "each location has links of its own");
    });
}
