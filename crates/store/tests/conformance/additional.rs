//! Further e-mail addresses and phone numbers of a contact.

use crate::support::{Fixture, both, contact};
use serde_json::{Value, json};
use tieline_model::ContactId;
use tieline_model::contact::MOST_ADDITIONAL;
use tieline_store::contacts::{Delete, FindDuplicate};

async fn document(fixture: &Fixture, id: &ContactId) -> Value {
    serde_json::from_str(&fixture.get(id).await.unwrap()).unwrap()
}

async fn found(fixture: &Fixture, email: Option<&str>, phone: Option<&str>) -> Option<ContactId> {
    let (email, phone) = (email.map(str::to_owned), phone.map(str::to_owned));
    let find = FindDuplicate { location_id: fixture.location.id.clone(), email, phone };
    fixture.store.read(find).await.unwrap().map(|doc| contact(&doc).id)
}

/// Case C6.
#[test]
fn an_email_that_an_upsert_replaces_stays_with_its_owner() {
    both(async |fixture| {
        let id =
            fixture.create(json!({"email": "Old@example.com", "phone": "+61412345678"})).await.contact.id;
        let body = json!({"email": "new@example.com", "phone": "0412 345 678"});
        let upserted = fixture.upsert(body).await;
        assert!(!upserted.new && upserted.written.contact.id == id);
        let doc = document(&fixture, &id).await;
        assert_eq!(doc["email"], "new@example.com");
        assert_eq!(doc["additionalEmails"], json!([{"email": "Old@example.com"}]));
        assert_eq!(found(&fixture, Some("OLD@example.com"), None).await, Some(id.clone()));
        let event: Value = serde_json::from_str(fixture.last_event().await.payload.get()).unwrap();
        assert_eq!(event["changes"]["additionalEmails"]["to"], json!([{"email": "Old@example.com"}]));
    });
}

/// Case C6.
#[test]
fn a_phone_number_that_an_upsert_replaces_stays_with_its_owner() {
    both(async |fixture| {
        let id =
            fixture.create(json!({"email": "ada@example.com", "phone": "+61412345678"})).await.contact.id;
        fixture.upsert(json!({"email": "ada@example.com", "phone": "+61412999888"})).await;
        let doc = document(&fixture, &id).await;
        assert_eq!(doc["phone"], "+61412999888");
        assert_eq!(doc["additionalPhones"], json!([{"phone": "+61412345678"}]));
        assert_eq!(found(&fixture, None, Some("+61412345678")).await, Some(id));
    });
}

#[test]
fn an_upsert_by_an_additional_address_changes_its_contact_and_keeps_the_main_one() {
    both(async |fixture| {
        let body = json!({"email": "old@example.com", "phone": "+61412345678"});
        let id = fixture.create(body).await.contact.id;
        fixture.upsert(json!({"email": "new@example.com", "phone": "+61412345678"})).await;
        for body in [
            json!({"email": "OLD@example.com", "city": "Perth"}),
            json!({"email": "old@example.com", "phone": "+61412345678", "city": "Perth"}),
        ] {
            let upserted = fixture.upsert(body).await;
            assert!(!upserted.new);
            assert_eq!(upserted.written.contact.id, id);
            assert_eq!(upserted.written.warnings, Vec::<String>::new());
            let doc = document(&fixture, &id).await;
            assert_eq!((&doc["email"], &doc["city"]), (&json!("new@example.com"), &json!("Perth")));
            assert_eq!(doc["additionalEmails"], json!([{"email": "old@example.com"}]));
        }
    });
}

#[test]
fn an_additional_address_is_no_one_elses() {
    both(async |fixture| {
        let body = json!({"email": "old@example.com", "phone": "+61412345678"});
        let id = fixture.create(body).await.contact.id;
        fixture.upsert(json!({"email": "new@example.com", "phone": "+61412345678"})).await;
        let refused = fixture.try_create(json!({"email": "old@example.com"})).await.unwrap_err();
        assert!(refused.to_string().contains("does not allow duplicated contacts"), "{refused}");
        let bob =
            fixture.create(json!({"email": "bob@example.com", "phone": "+61412999888"})).await.contact.id;
        assert!(fixture.update(&bob, json!({"email": "old@example.com"})).await.is_err());
        // The number is the second contact's and the address the first one's, so the first is changed.
        let both = fixture.upsert(json!({"email": "old@example.com", "phone": "+61412999888"})).await.written;
        assert_eq!(both.contact.id, id);
        assert_eq!(both.warnings.len(), 1, "{:?}", both.warnings);
    });
}

#[test]
fn an_update_replaces_an_address_and_can_make_an_additional_one_the_main_one() {
    both(async |fixture| {
        let body = json!({"email": "old@example.com", "phone": "+61412345678"});
        let id = fixture.create(body).await.contact.id;
        fixture.upsert(json!({"email": "new@example.com", "phone": "+61412345678"})).await;
        fixture.update(&id, json!({"email": "old@example.com"})).await.unwrap();
        let doc = document(&fixture, &id).await;
        assert_eq!((&doc["email"], &doc["additionalEmails"]), (&json!("old@example.com"), &json!([])));
        assert_eq!(found(&fixture, Some("new@example.com"), None).await, None);
    });
}

#[test]
fn a_contact_is_searched_by_its_additional_addresses() {
    both(async |fixture| {
        let body = json!({"email": "old@example.com", "phone": "+61412345678"});
        let id = fixture.create(body).await.contact.id;
        fixture.upsert(json!({"email": "new@example.com", "phone": "+61412345678"})).await;
        fixture.upsert(json!({"email": "new@example.com", "phone": "+61412999888"})).await;
        for query in ["old@example", "0412 345 678"] {
            let mut list = fixture.list();
            list.query = Some(query.to_owned());
            let page = fixture.store.read(list).await.unwrap();
            assert_eq!(
                page.docs.iter().map(|doc| contact(doc).id).collect::<Vec<_>>(),
                std::slice::from_ref(&id),
                "{query}"
            );
        }
    });
}

#[test]
fn the_addresses_of_a_deleted_contact_are_free() {
    both(async |fixture| {
        let id =
            fixture.create(json!({"email": "old@example.com", "phone": "+61412345678"})).await.contact.id;
        fixture.upsert(json!({"email": "new@example.com", "phone": "+61412345678"})).await;
        let (location_id, cause) = (fixture.location.id.clone(), tieline_model::Cause::operator());
        fixture.store.write(Delete { location_id, id, cause }).await.unwrap();
        assert!(fixture.upsert(json!({"email": "old@example.com"})).await.new);
    });
}

#[test]
fn a_contact_with_too_many_addresses_loses_none() {
    both(async |fixture| {
        let phone = "+61412345678";
        let id = fixture.create(json!({"email": "0@example.com", "phone": phone})).await.contact.id;
        for n in 1..=MOST_ADDITIONAL {
            fixture.upsert(json!({"email": format!("{n}@example.com"), "phone": phone})).await;
        }
        let full = fixture.upsert(json!({"email": "more@example.com", "phone": phone})).await.written;
        assert!(full.warnings[0].contains("email: the contact has 100"), "{:?}", full.warnings);
        let last = format!("{MOST_ADDITIONAL}@example.com");
        assert_eq!((full.contact.id, full.contact.email), (id.clone(), Some(last)));
        assert_eq!(found(&fixture, Some("0@example.com"), None).await, Some(id));
    });
}
