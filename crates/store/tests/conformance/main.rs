//! What the store promises, tested on SQLite and on PostgreSQL.

#[cfg(test)]
mod additional;
#[cfg(test)]
mod batches;
#[cfg(test)]
mod connections;
#[cfg(test)]
mod files;
#[cfg(test)]
mod key;
#[cfg(test)]
mod links;
#[cfg(test)]
mod locations;
#[cfg(test)]
mod log;
#[cfg(test)]
mod order;
#[cfg(test)]
mod search;
#[cfg(test)]
mod steps;
#[cfg(test)]
mod support;
#[cfg(test)]
mod tags;
#[cfg(test)]
mod turns;
#[cfg(test)]
mod unknown;
#[cfg(test)]
mod values;

use serde_json::{Value, json};
use support::{Fixture, both, contact, contact_input, read};
use tieline_model::contact::Write;
use tieline_model::custom_field::{self, CustomFieldInput};
use tieline_model::form::Form;
use tieline_model::{Cause, Refusal};
use tieline_model::{note, task};
use tieline_store::{Procedure, Result, Tx, contacts, custom_fields, keys, notes, tasks, workflows};

#[test]
fn a_contact_is_read_as_it_was_written() {
    both(async |fixture| {
        let written = fixture
            .create(json!({"email": "Ada@Example.com", "name": "Ada Lovelace", "tags": ["VIP"]}))
            .await;
        let doc = fixture.get(&written.contact.id).await.unwrap();
        assert_eq!(doc, written.doc);
        let doc: Value = serde_json::from_str(&doc).unwrap();
        assert_eq!(doc["email"], "Ada@Example.com");
        assert_eq!(doc["emailLowerCase"], "ada@example.com");
        assert_eq!(doc["fullNameLowerCase"], "ada lovelace");
        assert_eq!(doc["tags"], json!(["vip"]));
        assert_eq!(doc["dateAdded"], "2026-11-23T12:00:00.000Z");
    });
}

#[test]
fn another_location_sees_nothing() {
    both(async |fixture| {
        let written = fixture.create(json!({"email": "ada@example.com"})).await;
        let other = Fixture { location: fixture.new_location(false).await, ..fixture.clone() };
        assert_eq!(other.get(&written.contact.id).await, None);
        let delete = contacts::Delete {
            location_id: other.location.id.clone(),
            id: written.contact.id.clone(),
            cause: Cause::operator(),
        };
        let refused = other.store.write(delete).await.unwrap_err();
        assert!(matches!(refused.refusal(), Some(Refusal::ContactNotFound(_))));
        other.create(json!({"email": "ada@example.com"})).await;
    });
}

#[test]
fn duplicates_are_refused_and_named() {
    both(async |fixture| {
        let first =
            fixture.create(json!({"email": "ada@example.com", "name": "Ada", "phone": "+61412345678"})).await;
        for (body, field) in [
            (json!({"email": "ADA@example.com"}), "email"),
            (json!({"email": "other@example.com", "phone": "0412 345 678"}), "phone"),
        ] {
            let refused = fixture.try_create(body).await.unwrap_err();
            let expected = Refusal::Duplicate {
                contact_id: first.contact.id.clone(),
                contact_name: "Ada".into(),
                field,
            };
            assert_eq!(refused.refusal(), Some(&expected));
        }
    });
}

#[test]
fn a_location_may_allow_duplicates() {
    both(async |fixture| {
        let fixture = Fixture { location: fixture.new_location(true).await, ..fixture };
        let first = fixture.create(json!({"email": "ada@example.com"})).await;
        let second = fixture.create(json!({"email": "ada@example.com"})).await;
        assert_ne!(first.contact.id, second.contact.id);
        let upserted = fixture.upsert(json!({"email": "ada@example.com", "city": "London"})).await;
        assert_eq!(upserted.written.contact.id, first.contact.id, "an upsert changes the oldest one");
    });
}

#[test]
fn a_hundred_creates_at_once_make_one_contact() {
    both(async |fixture| {
        let attempts: Vec<_> = (0..100)
            .map(|_| {
                let fixture = fixture.clone();
                tokio::spawn(
                    async move { fixture.try_create(json!({"email": "ada@example.com"})).await.is_ok() },
                )
            })
            .collect();
        let mut created = 0;
        for attempt in attempts {
            created += usize::from(attempt.await.unwrap());
        }
        assert_eq!(created, 1);
    });
}

#[test]
fn a_hundred_upserts_at_once_make_one_contact() {
    both(async |fixture| {
        let attempts: Vec<_> = (0..100)
            .map(|n| {
                let fixture = fixture.clone();
                tokio::spawn(async move {
                    fixture.upsert(json!({"email": "ada@example.com", "city": format!("Town {n}")})).await.new
                })
            })
            .collect();
        let mut created = 0;
        for attempt in attempts {
            created += usize::from(attempt.await.unwrap());
        }
        assert_eq!(created, 1);
    });
}

#[test]
fn an_upsert_leaves_another_contacts_phone_alone() {
    both(async |fixture| {
        let ada = fixture.create(json!({"email": "ada@example.com"})).await;
        let bob = fixture.create(json!({"phone": "+61412345678"})).await;
        let body = json!({"email": "ada@example.com", "phone": "+61412345678", "city": "London"});
        let upserted = fixture.upsert(body).await;
        assert_eq!(upserted.written.contact.id, ada.contact.id);
        assert_eq!(upserted.written.contact.phone, None);
        assert_eq!(upserted.written.contact.text("city"), Some("London"));
        assert!(upserted.written.warnings[0].contains(bob.contact.id.as_str()));
    });
}

#[test]
fn an_update_keeps_what_it_does_not_mention() {
    both(async |fixture| {
        let ada =
            fixture.create(json!({"email": "ada@example.com", "city": "London", "tags": ["a", "b"]})).await;
        let updated = fixture
            .update(&ada.contact.id, json!({"city": null, "state": "X", "tags": ["c"]}))
            .await
            .unwrap();
        assert_eq!((updated.contact.text("city"), updated.contact.text("state")), (None, Some("X")));
        assert_eq!(updated.contact.email.as_deref(), Some("ada@example.com"));
        assert_eq!(updated.contact.tags, ["c"]);
        let event = &fixture.events().await[1];
        assert_eq!(event.kind, "contact.updated");
        let payload: Value = serde_json::from_str(event.payload.get()).unwrap();
        assert_eq!(payload["changes"]["city"], json!({"from": "London", "to": null}));
        assert_eq!(payload["changes"]["tags"], json!({"from": ["a", "b"], "to": ["c"]}));
    });
}

#[test]
fn an_update_that_changes_nothing_writes_nothing() {
    both(async |fixture| {
        let ada = fixture.create(json!({"email": "ada@example.com", "city": "London"})).await;
        let events = fixture.events().await.len();
        fixture.update(&ada.contact.id, json!({"city": "London"})).await.unwrap();
        assert_eq!(fixture.events().await.len(), events);
    });
}

#[test]
fn an_address_can_move_from_one_contact_to_another() {
    both(async |fixture| {
        let ada = fixture.create(json!({"email": "ada@example.com"})).await;
        let bob = fixture.create(json!({"email": "bob@example.com"})).await;
        let taken = fixture.update(&bob.contact.id, json!({"email": "ada@example.com"})).await.unwrap_err();
        assert!(matches!(taken.refusal(), Some(Refusal::Duplicate { .. })));
        fixture.update(&ada.contact.id, json!({"email": "ada@new.example.com"})).await.unwrap();
        fixture.update(&bob.contact.id, json!({"email": "ada@example.com"})).await.unwrap();
        let found = contacts::FindDuplicate {
            location_id: fixture.location.id.clone(),
            email: Some("ADA@EXAMPLE.COM".into()),
            phone: None,
        };
        let doc = fixture.store.read(found).await.unwrap().unwrap();
        assert_eq!(contact(&doc).id, bob.contact.id);
    });
}

#[test]
fn a_deleted_contact_is_not_found_and_frees_its_address() {
    both(async |fixture| {
        let ada = fixture.create(json!({"email": "ada@example.com"})).await;
        let delete = contacts::Delete {
            location_id: fixture.location.id.clone(),
            id: ada.contact.id.clone(),
            cause: Cause::operator(),
        };
        fixture.store.write(delete.clone()).await.unwrap();
        assert_eq!(fixture.get(&ada.contact.id).await, None);
        assert!(fixture.store.write(delete).await.is_err());
        fixture.create(json!({"email": "ada@example.com"})).await;
    });
}

#[test]
fn tags_are_added_and_removed_once() {
    both(async |fixture| {
        let ada = fixture.create(json!({"email": "ada@example.com", "tags": ["a"]})).await;
        let (location_id, id) = (fixture.location.id.clone(), ada.contact.id.clone());
        let add = contacts::AddTags {
            location_id: location_id.clone(),
            id: id.clone(),
            tags: vec!["a".into(), "b".into()],
            cause: Cause::operator(),
        };
        let changed = fixture.store.write(add.clone()).await.unwrap();
        assert_eq!((changed.tags, changed.tags_added), (vec!["a".into(), "b".into()], vec!["b".to_owned()]));
        let events = fixture.events().await.len();
        fixture.store.write(add).await.unwrap();
        assert_eq!(fixture.events().await.len(), events, "tags that the contact has already change nothing");
        let remove =
            contacts::RemoveTags { location_id, id, tags: vec!["a".into()], cause: Cause::operator() };
        let changed = fixture.store.write(remove).await.unwrap();
        assert_eq!((changed.tags, changed.tags_removed), (vec!["b".to_owned()], vec!["a".to_owned()]));
    });
}

#[test]
fn tags_added_at_once_are_all_kept() {
    both(async |fixture| {
        let ada = fixture.create(json!({"email": "ada@example.com"})).await;
        let adding: Vec<_> = (0..20)
            .map(|n| {
                let add = contacts::AddTags {
                    location_id: fixture.location.id.clone(),
                    id: ada.contact.id.clone(),
                    tags: vec![format!("tag-{n}")],
                    cause: Cause::operator(),
                };
                let store = fixture.store.clone();
                tokio::spawn(async move { store.write(add).await.unwrap() })
            })
            .collect();
        for add in adding {
            add.await.unwrap();
        }
        assert_eq!(contact(&fixture.get(&ada.contact.id).await.unwrap()).tags.len(), 20);
    });
}

#[test]
fn notes_and_tasks_live_on_their_contact() {
    both(async |fixture| {
        let ada = fixture.create(json!({"email": "ada@example.com"})).await;
        let (location_id, contact_id) = (fixture.location.id.clone(), ada.contact.id.clone());
        let input = read(&note::form(true), json!({"body": "hello", "pinned": true}));
        let note = notes::Create::new(location_id.clone(), contact_id.clone(), input, Cause::operator());
        let note = fixture.store.write(note).await.unwrap();
        let body = json!({"title": "Call", "dueDate": "2026-11-24T09:00:00Z", "completed": false});
        let input = read(&task::form(true), body);
        let task = tasks::Create::new(location_id.clone(), contact_id.clone(), input, Cause::operator());
        let task = fixture.store.write(task).await.unwrap();
        let listed = notes::List::new(location_id.clone(), contact_id.clone());
        assert_eq!(fixture.store.read(listed).await.unwrap(), [note]);
        let input = read(&Form::new([task::completed()]), json!({"completed": true}));
        let done = tasks::Update {
            location_id: location_id.clone(),
            contact_id: contact_id.clone(),
            id: task.id.clone(),
            input,
            cause: Cause::operator(),
        };
        assert!(fixture.store.write(done).await.unwrap().completed);
        assert_eq!(fixture.last_event().await.kind, "task.completed");
        let elsewhere = tasks::Get { location_id, contact_id: "nobody".into(), id: task.id };
        let refused = fixture.store.read(elsewhere).await.unwrap_err();
        assert!(matches!(refused.refusal(), Some(Refusal::ContactNotFound(_))));
    });
}

#[test]
fn custom_fields_accept_what_fits_and_warn_of_the_rest() {
    both(async |fixture| {
        let input = read(&custom_field::form(), json!({"name": "Plan total", "dataType": "NUMERICAL"}));
        let create = custom_fields::Create {
            location_id: fixture.location.id.clone(),
            input: CustomFieldInput::of(&input).unwrap(),
        };
        let field = fixture.store.write(create.clone()).await.unwrap();
        assert_eq!(field.field_key, "contact.plan_total");
        assert!(fixture.store.write(create).await.is_err(), "a key is taken once");
        let values = json!([
            {"id": field.id, "field_value": "1200"},
            {"key": "unknown", "field_value": "x"},
        ]);
        let ada = fixture.create(json!({"email": "ada@example.com", "customFields": values})).await;
        assert_eq!(ada.contact.custom_fields[0].value, 1200);
        assert_eq!(ada.warnings.len(), 1);
        let cleared = json!({"customFields": [{"key": "plan_total", "field_value": ""}]});
        let ada = fixture.update(&ada.contact.id, cleared).await.unwrap();
        assert!(ada.contact.custom_fields.is_empty());
    });
}

#[test]
fn lists_page_through_everything_once() {
    both(async |fixture| {
        for n in 0..25 {
            fixture.clock_on(1);
            fixture.create(json!({"email": format!("p{n}@example.com"), "companyName": if n % 5 == 0 { "100%" } else { "x" }})).await;
        }
        for order in [contacts::Order::Ascending, contacts::Order::Descending] {
            for sort_by in [contacts::SortBy::DateAdded, contacts::SortBy::DateUpdated] {
                let mut list = fixture.list();
                (list.order, list.sort_by) = (order, sort_by);
                let mut seen = Vec::new();
                loop {
                    let page = fixture.store.read(list.clone()).await.unwrap();
                    assert_eq!(page.total, 25);
                    seen.extend(page.docs.iter().map(|doc| contact(doc).id));
                    let Some((id, _)) = page.next else { break };
                    list.start_after_id = Some(id);
                }
                assert_eq!(seen.len(), 25, "{order:?} {sort_by:?}");
                assert_eq!(seen.is_sorted(), order == contacts::Order::Ascending);
                list.start_after_id = seen.last().cloned();
                assert!(
                    fixture.store.read(list).await.unwrap().docs.is_empty(),
                    "no contact comes after the last"
                );
            }
        }
        let mut list = fixture.list();
        list.query = Some("100%".into());
        assert_eq!(
            fixture.store.read(list.clone()).await.unwrap().total,
            5,
            "a wildcard in a query is an ordinary character"
        );
        list.query = Some("P7@EXAMPLE".into());
        assert_eq!(fixture.store.read(list).await.unwrap().total, 1);
    });
}

#[test]
fn a_key_is_found_by_its_token_until_it_is_revoked() {
    both(async |fixture| {
        let create = keys::Create {
            location_id: fixture.location.id.clone(),
            name: "app".into(),
            scopes: "contacts.readonly".parse().unwrap(),
        };
        let (key, token) = fixture.store.write(create).await.unwrap();
        assert!(token.starts_with("pit-") && token.len() == 40, "{token}");
        let found = fixture.store.read(keys::Find(keys::hash(&token))).await.unwrap().unwrap();
        assert_eq!((found.id, found.scopes), (key.id.clone(), key.scopes));
        let revoke = keys::Revoke { location_id: fixture.location.id.clone(), id: key.id };
        fixture.store.write(revoke).await.unwrap();
        assert!(fixture.store.read(keys::Find(keys::hash(&token))).await.unwrap().is_none());
    });
}

#[test]
fn publishing_the_same_text_again_creates_no_version() {
    both(async |fixture| {
        let mut apply = workflows::Apply {
            location_id: fixture.location.id.clone(),
            name: "w".into(),
            document: json!({"a": 1}),
            publish: true,
        };
        assert_eq!(fixture.store.write(apply.clone()).await.unwrap().published_version, Some(1));
        assert_eq!(fixture.store.write(apply.clone()).await.unwrap().published_version, Some(1));
        let stamp = fixture.store.read(workflows::Stamp).await.unwrap();
        apply.document = json!({"a": 2});
        assert_eq!(fixture.store.write(apply).await.unwrap().published_version, Some(2));
        assert!(fixture.store.read(workflows::Stamp).await.unwrap() > stamp);
        let published = fixture.store.read(workflows::Published).await.unwrap().versions;
        assert_eq!((published.len(), published[0].version), (1, 2));
    });
}

#[test]
fn what_is_published_comes_with_its_locations_and_without_drafts() {
    both(async |fixture| {
        let apply = |name: &str, publish| workflows::Apply {
            location_id: fixture.location.id.clone(),
            name: name.into(),
            document: json!({"name": name}),
            publish,
        };
        fixture.store.write(apply("draft", false)).await.unwrap();
        let published = fixture.store.read(workflows::Published).await.unwrap();
        assert_eq!((published.versions, published.locations), (vec![], vec![]));
        let live = fixture.store.write(apply("live", true)).await.unwrap();
        let published = fixture.store.read(workflows::Published).await.unwrap();
        let current = workflows::Current { workflow_id: live.id, location_id: live.location_id, version: 1 };
        assert_eq!(published.versions, [current]);
        assert_eq!(published.locations, std::slice::from_ref(&fixture.location));
    });
}

/// Case D15.
#[test]
fn a_renamed_workflow_keeps_its_id_and_versions() {
    both(async |fixture| {
        let apply = |name: &str| workflows::Apply {
            location_id: fixture.location.id.clone(),
            name: name.into(),
            document: json!({"name": name}),
            publish: true,
        };
        let rename = |from: &str, to: &str| workflows::ApplyRenamed { from: from.into(), apply: apply(to) };
        let old = fixture.store.write(apply("old")).await.unwrap();
        let new = fixture.store.write(rename("old", "new")).await.unwrap();
        assert_eq!((&new.id, new.name.as_str(), new.published_version), (&old.id, "new", Some(2)));
        fixture.store.write(apply("other")).await.unwrap();
        for refused in [rename("old", "newer"), rename("new", "other")] {
            assert!(fixture.store.write(refused).await.is_err());
        }
        let names = fixture.store.read(workflows::List(fixture.location.id.clone())).await.unwrap();
        let names: Vec<&str> = names.iter().map(|workflow| workflow.name.as_str()).collect();
        assert_eq!(names, ["new", "other"]);
    });
}

#[test]
fn a_refused_write_leaves_its_neighbours_alone() {
    both(async |fixture| {
        let writes: Vec<_> = (0..50)
            .map(|n| {
                let fixture = fixture.clone();
                // Every second one is refused, because it says nothing about the contact.
                let body = if n % 2 == 0 {
                    json!({"email": format!("p{n}@example.com")})
                } else {
                    json!({"city": "x"})
                };
                tokio::spawn(async move { fixture.try_create(body).await.is_ok() })
            })
            .collect();
        let mut made = 0;
        for write in writes {
            made += i64::from(write.await.unwrap());
        }
        assert_eq!(made, 25);
        assert_eq!(fixture.store.read(fixture.list()).await.unwrap().total, 25);
    });
}

/// Writes a contact and fails afterwards, which no real operation does.
struct FailsLate(contacts::Create);

impl Procedure for FailsLate {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<()> {
        self.0.run(tx).await?;
        Err(Refusal::Conflict("too late".to_owned()).into())
    }
}

#[test]
fn a_write_that_fails_half_done_is_undone_and_its_neighbours_are_not() {
    both(async |fixture| {
        let writes: Vec<_> = (0..60)
            .map(|n| {
                let fixture = fixture.clone();
                tokio::spawn(async move {
                    let body = json!({"email": format!("p{n}@example.com")});
                    if n % 6 != 0 {
                        return fixture.try_create(body).await.map(|_| ());
                    }
                    let input = contact_input(body, Write::Create, &fixture.location);
                    let (location, cause) = (fixture.location.clone(), Cause::operator());
                    fixture.store.write(FailsLate(contacts::Create { location, input, cause })).await
                })
            })
            .collect();
        let mut failed = 0;
        for write in writes {
            failed += usize::from(write.await.unwrap().is_err());
        }
        assert_eq!(failed, 10);
        assert_eq!(fixture.store.read(fixture.list()).await.unwrap().total, 50);
        assert_eq!(fixture.events().await.len(), 50);
    });
}

/// Writes a contact and panics, which no real operation should.
struct Panics(contacts::Create);

impl Procedure for Panics {
    type Output = ();

    #[expect(clippy::panic, reason = "the test is about panics")]
    async fn run(&self, tx: &mut Tx<'_>) -> Result<()> {
        self.0.run(tx).await?;
        panic!("on purpose");
    }
}

#[test]
fn a_write_that_panics_is_undone_and_leaves_nothing_to_the_next() {
    both(async |fixture| {
        for n in 0..20 {
            let body = json!({"email": format!("p{n}@example.com")});
            let input = contact_input(body, Write::Create, &fixture.location);
            let (location, cause) = (fixture.location.clone(), Cause::operator());
            let panics = Panics(contacts::Create { location, input, cause });
            assert!(fixture.store.write(panics).await.is_err());
            fixture.create(json!({"email": format!("q{n}@example.com")})).await;
        }
        assert_eq!(fixture.store.read(fixture.list()).await.unwrap().total, 20);
        assert_eq!(fixture.events().await.len(), 20);
    });
}

/// Rolls the whole transaction back, as SQLite does if the disk is full, and fails.
struct DiskIsFull;

impl Procedure for DiskIsFull {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<()> {
        if !tx.writes_in_parallel() {
            tx.execute("ROLLBACK", &[]).await?;
        }
        Err(Refusal::Conflict("the disk is full".to_owned()).into())
    }
}

#[test]
fn a_write_reported_as_failed_is_undone_when_the_database_rolls_back() {
    both(async |fixture| {
        let writes: Vec<_> = (0..60)
            .map(|n| {
                let fixture = fixture.clone();
                tokio::spawn(async move {
                    if n % 10 == 5 {
                        return fixture.store.write(DiskIsFull).await.map(|()| 0);
                    }
                    fixture.try_create(json!({"email": format!("p{n}@example.com")})).await.map(|_| 1)
                })
            })
            .collect();
        let mut written = 0;
        for write in writes {
            written += write.await.unwrap().unwrap_or_default();
        }
        assert_eq!(fixture.store.read(fixture.list()).await.unwrap().total, written);
    });
}

#[test]
fn reopening_finds_everything() {
    both(async |fixture| {
        let ada = fixture.create(json!({"email": "ada@example.com"})).await;
        let again = fixture.reopen().await;
        assert_eq!(again.get(&ada.contact.id).await, Some(ada.doc));
    });
}

#[test]
fn an_input_is_read_with_the_locations_country() {
    both(async |fixture| {
        let body = json!({"phone": "0412 345 678"});
        let input = contact_input(body, Write::Create, &fixture.location);
        assert_eq!(input.phone.as_set().map(String::as_str), Some("+61412345678"));
    });
}
