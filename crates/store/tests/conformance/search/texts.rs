//! What people type and what is stored differ in case, accents, normal form and the notation of numbers.

use crate::support::{both, contact};
use serde_json::json;
use tieline_model::Cause;
use tieline_model::contact::ContactInput;
use tieline_model::form::Patch;
use tieline_store::contacts;

/// Case C4.
#[test]
fn a_name_is_found_however_it_is_written() {
    both(async |fixture| {
        for name in ["Jose\u{301} Müller", "Straße Wirt", "İsmail Kaya"] {
            fixture.create(json!({"name": name})).await;
        }
        for folded in [false, true] {
            if folded {
                fixture.store.tidy_search().await.unwrap();
            }
            for query in [
                "José",
                "jose\u{301}",
                "JOSE",
                "müller",
                "Muller",
                "STRASSE",
                "straße",
                "ismail",
                "İSMAİL",
                "sm",
            ] {
                assert_eq!(fixture.count(query).await, 1, "{query}, folded: {folded}");
            }
            assert_eq!(fixture.count("joseph").await, 0);
        }
    });
}

/// Case C2.
#[test]
fn a_number_is_found_however_it_is_written() {
    both(async |fixture| {
        fixture.create(json!({"name": "Ada", "phone": "+61412777888"})).await;
        fixture.create(json!({"name": "Bob", "phone": "+14155552671", "email": "bob777@example.com"})).await;
        for folded in [false, true] {
            if folded {
                fixture.store.tidy_search().await.unwrap();
            }
            for query in ["0412 777 888", "+61 412 777 888", "(415)", "415-555-2671", "777888", "+1 415"] {
                assert_eq!(fixture.count(query).await, 1, "{query}, folded: {folded}");
            }
            assert_eq!(fixture.count("777").await, 2, "letters and digits are searched alike");
        }
    });
}

#[test]
fn pattern_characters_are_searched_literally() {
    both(async |fixture| {
        fixture.create(json!({"name": "100% Ada_B"})).await;
        fixture.create(json!({"name": "100 Ada-B"})).await;
        for query in ["100%", "ada_b", "%", "_"] {
            assert_eq!(fixture.count(query).await, 1, "{query}");
        }
        assert_eq!(fixture.count("   ").await, 2, "an empty query is no condition");
    });
}

#[test]
fn a_query_of_marks_alone_finds_no_one() {
    both(async |fixture| {
        fixture.create(json!({"email": "ob@example.com", "name": "Pat O\u{2019}Brien"})).await;
        for (query, found) in
            [("\u{301}", 0), ("\u{200f}", 0), (" ", 1), ("o'brien", 1), ("O\u{2bc}Brien", 1)]
        {
            let list = contacts::List { query: Some(query.to_owned()), ..fixture.list() };
            assert_eq!(fixture.store.read(list).await.unwrap().total, found, "{query:?}");
        }
    });
}

#[test]
fn a_contact_with_a_longer_text_than_is_taken_now_can_be_changed() {
    both(async |fixture| {
        let mut input =
            ContactInput { first_name: Patch::Set("\u{fdfa}".repeat(50_000)), ..Default::default() };
        input.email = Patch::Set("ada@example.com".to_owned());
        let (location, cause) = (fixture.location.clone(), Cause::operator());
        let ada = fixture.store.write(contacts::Create { location, input, cause }).await.unwrap();
        fixture.update(&ada.contact.id, json!({"city": "London"})).await.unwrap();
        let stored = contact(&fixture.get(&ada.contact.id).await.unwrap());
        assert_eq!(stored.first_name.map(|name| name.chars().count()), Some(50_000));
        let list = contacts::List { query: Some("ada@".to_owned()), ..fixture.list() };
        assert_eq!(fixture.store.read(list).await.unwrap().total, 1);
    });
}
