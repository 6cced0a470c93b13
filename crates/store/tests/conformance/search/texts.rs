//! What people type and what is stored differ in case, accents, normal form and the notation of numbers.

use crate::support::both;
use serde_json::json;

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
