//! Records that are created within one millisecond keep their order.

use super::{Fixture, both, read};
use serde_json::json;
use tieline_model::{Cause, ContactId, note};
use tieline_store::notes;

async fn write_note(fixture: &Fixture, contact_id: &ContactId, body: String) {
    let (location_id, contact_id) = (fixture.location.id.clone(), contact_id.clone());
    let input = read(&note::form(true), json!({ "body": body }));
    let create = notes::Create::new(location_id, contact_id, input, Cause::operator());
    fixture.store.write(create).await.unwrap();
}

/// Case C5: the clock does not move.
#[test]
fn notes_of_one_millisecond_are_listed_newest_first() {
    both(async |fixture| {
        let ada = fixture.create(json!({"email": "ada@example.com"})).await.contact;
        for n in 0..9 {
            write_note(&fixture, &ada.id, format!("note {n}")).await;
        }
        let list = notes::List::new(fixture.location.id.clone(), ada.id.clone());
        let bodies: Vec<String> = fixture
            .store
            .read(list)
            .await
            .unwrap()
            .into_iter()
            .map(|note| note.text("body").unwrap_or_default().to_owned())
            .collect();
        let newest_first: Vec<String> = (0..9).rev().map(|n| format!("note {n}")).collect();
        assert_eq!(bodies, newest_first);
    });
}
