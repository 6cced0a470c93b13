//! Tags that change with the rest of a contact.

use crate::support::{Fixture, both};
use serde_json::{Value, json};
use tieline_model::Cause;
use tieline_store::contacts::AddTags;

/// The kinds and payloads of the events after the first `skip`.
async fn events(fixture: &Fixture, skip: usize) -> Vec<(String, Value)> {
    let events = fixture.events().await;
    let read = |text: &str| serde_json::from_str(text).unwrap();
    events.into_iter().skip(skip).map(|event| (event.kind, read(event.payload.get()))).collect()
}

#[test]
fn a_change_of_the_whole_set_is_reported_as_one_of_tags_too() {
    both(async |fixture| {
        let ada = fixture.create(json!({"email": "ada@example.com", "tags": ["a", "b"]})).await;
        assert_eq!(events(&fixture, 0).await.len(), 1, "a new contact is only reported as created");
        fixture.update(&ada.contact.id, json!({"tags": ["b", "c"], "city": "London"})).await.unwrap();
        let appended = events(&fixture, 1).await;
        assert_eq!(appended[0].0, "contact.updated");
        assert_eq!(appended[0].1["changes"]["tags"], json!({"from": ["a", "b"], "to": ["b", "c"]}));
        let expected = json!({"tags": ["b", "c"], "tagsAdded": ["c"], "tagsRemoved": ["a"]});
        assert_eq!(appended[1..], [("contact.tags_changed".to_owned(), expected)]);

        fixture.upsert(json!({"email": "ada@example.com", "tags": []})).await;
        let appended = events(&fixture, 3).await;
        let expected = json!({"tags": [], "tagsAdded": [], "tagsRemoved": ["b", "c"]});
        assert_eq!(appended[1..], [("contact.tags_changed".to_owned(), expected)]);
    });
}

#[test]
fn unchanged_tags_are_not_reported() {
    both(async |fixture| {
        let ada = fixture.create(json!({"email": "ada@example.com", "tags": ["a", "b"]})).await;
        fixture.update(&ada.contact.id, json!({"tags": ["b", "a"], "city": "London"})).await.unwrap();
        let kinds: Vec<String> = events(&fixture, 1).await.into_iter().map(|(kind, _)| kind).collect();
        assert_eq!(kinds, ["contact.updated"], "another order is the same set");
    });
}

#[test]
fn a_contact_has_at_most_a_thousand_tags() {
    both(async |fixture| {
        let tags = |from: usize, to: usize| (from..to).map(|n| format!("t{n}")).collect::<Vec<_>>();
        let ada = fixture.create(json!({"email": "ada@example.com", "tags": tags(0, 999)})).await;
        let add = |tags| AddTags {
            location_id: fixture.location.id.clone(),
            id: ada.contact.id.clone(),
            tags,
            cause: Cause::operator(),
        };
        let refused = fixture.store.write(add(tags(999, 1001))).await.unwrap_err();
        assert_eq!(refused.to_string(), "tags must be no more than 1000 on one contact; remove some first");
        assert_eq!(fixture.store.write(add(tags(998, 1000))).await.unwrap().tags_added, ["t999"]);
        assert_eq!(fixture.store.write(add(tags(0, 2))).await.unwrap().tags.len(), 1000);
    });
}

#[test]
fn a_write_says_whether_it_changed_anything() {
    both(async |fixture| {
        let body = json!({"email": "ada@example.com", "city": "London"});
        assert!(fixture.upsert(body.clone()).await.written.changed);
        assert!(!fixture.upsert(body).await.written.changed);
        assert!(fixture.upsert(json!({"email": "ada@example.com", "city": "Leeds"})).await.written.changed);
    });
}
