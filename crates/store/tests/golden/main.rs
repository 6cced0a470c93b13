//! Databases of released versions: each is opened, migrated, read and changed.
//!
//! The folder of a version holds `tieline.db` and `postgres.sql`, made by that version from its demo and a few
//! requests: three contacts (one deleted since), a custom field, connections, workflows, a run that waits. A release
//! adds a folder and never changes one.

#![cfg(test)]

use tieline_model::form::{Input, Patch};
use tieline_model::{Cause, Location};
use tieline_store::runs::RunStatus;
use tieline_store::{Store, contacts, custom_fields, deliveries, locations, log, notes, runs, workflows};
use tieline_testkit::database::{KINDS, TestDatabase};

const VERSIONS: [&str; 1] = ["0.1.0"];

/// Runs a test on the databases of all released versions.
fn each(test: impl AsyncFn(Store, Location)) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for (version, kind) in VERSIONS.into_iter().flat_map(|version| KINDS.map(|kind| (version, kind))) {
        println!("{version} on {kind:?}");
        runtime.block_on(async {
            let database = TestDatabase::left_behind_by(version, kind).await;
            drop(database.open().await);
            let store = database.open().await;
            let location = store.read(locations::List).await.unwrap().pop().unwrap();
            test(store, location).await;
        });
    }
}

fn all(location: &Location) -> contacts::List {
    contacts::List {
        location_id: location.id.clone(),
        limit: 100,
        start_after_id: None,
        start_after: None,
        query: None,
        sort_by: contacts::SortBy::DateAdded,
        order: contacts::Order::Ascending,
    }
}

#[test]
fn what_a_released_version_stored_is_read() {
    each(async |store, location| {
        let id = location.id.clone();
        let page = store.read(all(&location)).await.unwrap();
        assert_eq!((page.total, page.docs.len()), (3, 3));
        let ines = page.docs.iter().find(|doc| doc.contains("ines@example.com")).unwrap();
        let fields = store.read(custom_fields::List(id.clone())).await.unwrap();
        assert!(ines.contains(&format!(r#""customFields":[{{"id":"{}","value":"matt"}}]"#, fields[0].id)));
        assert_eq!(store.read(workflows::List(id.clone())).await.unwrap().len(), 7);
        assert_eq!(store.read(workflows::Published).await.unwrap().versions.len(), 7);
        let list = deliveries::List { location_id: id.clone(), status: None, before: None, limit: 100 };
        assert_eq!(store.read(list).await.unwrap().len(), 12);
        let list = runs::List { location_id: id, status: None, before: None, limit: 100 };
        let runs = store.read(list).await.unwrap();
        assert_eq!(runs.iter().filter(|run| run.status == RunStatus::Completed).count(), 11);
        assert_eq!(runs.iter().filter(|run| run.status == RunStatus::Waiting).count(), 1);
    });
}

#[test]
fn what_a_released_version_stored_can_be_changed() {
    each(async |store, location| {
        let before = store.read(log::Read { after: 0, limit: 10_000 }).await.unwrap();
        let page = store.read(all(&location)).await.unwrap();
        let contact: tieline_model::contact::Contact = serde_json::from_str(&page.docs[0]).unwrap();
        let add = contacts::AddTags {
            location_id: location.id.clone(),
            id: contact.id.clone(),
            tags: vec!["kept".to_owned()],
            cause: Cause::operator(),
        };
        assert!(store.write(add).await.unwrap().tags.contains(&"kept".to_owned()));
        let mut input = Input::default();
        input.put("body", Patch::Set(serde_json::json!("A new note")));
        let (location_id, contact_id) = (location.id.clone(), contact.id.clone());
        let note = notes::Create::new(location_id, contact_id.clone(), input, Cause::operator());
        let note = store.write(note).await.unwrap();
        let listed = store.read(notes::List::new(location.id.clone(), contact_id)).await.unwrap();
        assert_eq!(listed.first(), Some(&note), "it is the newest");
        store.place_events().await.unwrap();
        let last = before.last().unwrap().seq;
        let new = store.read(log::Read { after: last, limit: 10 }).await.unwrap();
        let new: Vec<_> = new.iter().map(|event| (event.seq, event.kind.as_str())).collect();
        assert_eq!(new, [(last + 1, "contact.tags_changed"), (last + 2, "note.created")]);
    });
}
