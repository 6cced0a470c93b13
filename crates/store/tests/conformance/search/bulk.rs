//! The index follows every write: one by one, thousands at once, and those of nodes that do not know it.

use super::everything;
use crate::support::{Fixture, both, contact_input};
use serde_json::json;
use std::time::Duration;
use tieline_model::contact::Write;
use tieline_model::{Cause, ContactId, Location};
use tieline_store::search::{Field, Filter, Operand};
use tieline_store::{Procedure, Result, Tx, contacts};

/// Creates many contacts in one transaction.
struct Many {
    location: Location,
    numbers: std::ops::Range<u32>,
    name: fn(u32) -> String,
}

impl Procedure for Many {
    type Output = Vec<ContactId>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<ContactId>> {
        let mut ids = Vec::new();
        for n in self.numbers.clone() {
            let city = if n % 2 == 0 { "Rome" } else { "Oslo" };
            let input =
                contact_input(json!({"name": (self.name)(n), "city": city}), Write::Create, &self.location);
            let create =
                contacts::Create { location: self.location.clone(), input, cause: Cause::operator() };
            ids.push(create.run(tx).await?.contact.id);
        }
        Ok(ids)
    }
}

fn in_city(city: &str) -> Filter {
    Filter::Equals(Field::named("city"), Operand::Text(city.to_owned()))
}

impl Fixture {
    async fn many(&self, numbers: std::ops::Range<u32>) -> Vec<ContactId> {
        self.named(numbers, |n| format!("Person {n}")).await
    }

    async fn named(&self, numbers: std::ops::Range<u32>, name: fn(u32) -> String) -> Vec<ContactId> {
        self.store.write(Many { location: self.location.clone(), numbers, name }).await.unwrap()
    }

    async fn total(&self, filter: Filter) -> i64 {
        self.find(filter).await.total
    }

    async fn delete(&self, id: &ContactId) {
        let (location_id, cause) = (self.location.id.clone(), Cause::operator());
        self.store.write(contacts::Delete { location_id, id: id.clone(), cause }).await.unwrap();
    }
}

#[test]
fn each_kind_of_write_is_seen_by_the_next_search() {
    both(async |fixture| {
        for folded in [false, true] {
            let ada = fixture.create(json!({"email": "ada@example.com", "name": "Ada"})).await.contact.id;
            let tidy = async || {
                if folded {
                    fixture.store.tidy_search().await.unwrap();
                }
            };
            tidy().await;
            assert_eq!(fixture.count("ada").await, 1);
            fixture.update(&ada, json!({"name": "Augusta"})).await.unwrap();
            assert_eq!((fixture.count("augusta").await, fixture.count("ada@").await), (1, 1));
            tidy().await;
            fixture.upsert(json!({"email": "ada@example.com", "companyName": "Analytical Engines"})).await;
            assert_eq!(fixture.count("engines").await, 1);
            tidy().await;
            let (location_id, cause) = (fixture.location.id.clone(), Cause::operator());
            let tags = vec!["countess".to_owned()];
            let add = contacts::AddTags { location_id, id: ada.clone(), tags: tags.clone(), cause };
            fixture.store.write(add).await.unwrap();
            assert_eq!(fixture.count("countess").await, 1);
            tidy().await;
            let (location_id, cause) = (fixture.location.id.clone(), Cause::operator());
            let remove = contacts::RemoveTags { location_id, id: ada.clone(), tags, cause };
            fixture.store.write(remove).await.unwrap();
            assert_eq!(fixture.count("countess").await, 0);
            tidy().await;
            fixture.delete(&ada).await;
            assert_eq!((fixture.count("augusta").await, fixture.total(everything()).await), (0, 0));
            tidy().await;
            assert_eq!((fixture.count("augusta").await, fixture.total(everything()).await), (0, 0));
        }
    });
}

#[test]
fn totals_stay_exact_while_thousands_are_written_and_folded() {
    both(async |fixture| {
        let mut ids = Vec::new();
        for n in 0..6 {
            ids.extend(fixture.many(n * 500..(n + 1) * 500).await);
            let total = i64::try_from(ids.len()).unwrap();
            assert_eq!(fixture.total(everything()).await, total);
            assert_eq!(fixture.total(in_city("rome")).await, total / 2);
            assert_eq!(fixture.count(&format!("person {}", n * 500 + 499)).await, 1);
        }
        fixture.store.tidy_search().await.unwrap();
        assert_eq!(fixture.total(Filter::Query("person 1".into())).await, 1111);
        assert_eq!(fixture.total(Filter::Query("person".into())).await, 3000);
        for id in &ids[..700] {
            fixture.delete(id).await;
        }
        assert_eq!(fixture.total(in_city("oslo")).await, 1150);
        fixture.store.tidy_search().await.unwrap();
        assert_eq!(fixture.total(in_city("oslo")).await, 1150);
        assert_eq!(fixture.reopen().await.total(everything()).await, 2300);
    });
}

#[test]
fn a_text_among_thousands_is_found_at_the_beginning_in_the_middle_and_across_words() {
    both(async |fixture| {
        let name = |n| match n % 3 {
            0 => format!("Abcde {n}"),
            1 => format!("Abcd Bcde{n}"),
            _ => format!("Cdex {n} Abcd Bcde"),
        };
        // In one transaction, so that they are folded together.
        let ids = fixture.named(0..2400, name).await;
        fixture.store.tidy_search().await.unwrap();
        let found = async |text: &str| fixture.total(Filter::Query(text.into())).await;
        assert_eq!(found("abcde").await, 800, "the rest have only its threes");
        assert_eq!(found("abcde 7").await, 36, "multiples of three that begin with 7");
        assert_eq!(found("bcde").await, 2400, "also in the middle of a common word");
        assert_eq!(found("cd bc").await, 1600, "across words");
        assert_eq!(found("abcd bcde").await, 1600);
        assert_eq!(found("cde12").await, 36, "in the middle of rare words");
        let path = Field::named("name");
        assert_eq!(fixture.total(Filter::Contains(path, "bcde".into())).await, 2400);
        fixture.delete(&ids[0]).await;
        assert_eq!((found("abcde").await, found("bcde").await), (799, 2399));
    });
}

/// What a node of the previous version does: it writes contacts and knows nothing about the index.
struct Old(&'static str);

impl Procedure for Old {
    type Output = u64;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<u64> {
        tx.execute(self.0, &[]).await
    }
}

#[test]
fn contacts_of_a_node_that_does_not_know_the_index_are_indexed_soon() {
    both(async |fixture| {
        let ids = fixture.many(0..4).await;
        fixture.store.tidy_search().await.unwrap();
        let change =
            "UPDATE contacts SET doc = replace(doc, 'Rome', 'Bern'), date_updated = date_updated + 1";
        fixture.store.write(Old(change)).await.unwrap();
        let seen = async |filter: Filter, total: i64| {
            for _ in 0..100 {
                if fixture.total(filter.clone()).await == total {
                    return true;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            false
        };
        assert!(seen(in_city("bern"), 2).await, "a change by an old node is not found");
        assert_eq!(fixture.total(in_city("rome")).await, 0);
        let gone = "INSERT INTO deleted_contacts (location_id, id, deleted_at, doc) \
                    SELECT location_id, id, 1, doc FROM contacts";
        fixture.store.write(Old(gone)).await.unwrap();
        fixture.store.write(Old("DELETE FROM contacts")).await.unwrap();
        assert!(seen(everything(), 0).await, "a deletion by an old node is not noticed");
        assert_eq!(ids.len(), 4);
    });
}

#[test]
fn a_database_without_an_index_is_indexed_when_it_is_opened() {
    both(async |fixture| {
        fixture.many(0..2500).await;
        fixture.store.tidy_search().await.unwrap();
        let forget = [
            "UPDATE contacts SET indexed = NULL, search = 'old'",
            "DELETE FROM search_state",
            "DELETE FROM search_segments",
            "DELETE FROM search_pages",
        ];
        for statement in forget {
            fixture.store.write(Old(statement)).await.unwrap();
        }
        let fixture = fixture.reopen().await;
        assert_eq!(fixture.total(everything()).await, 2500);
        assert_eq!(fixture.total(in_city("rome")).await, 1250);
        assert_eq!(fixture.count("person 2499").await, 1);
    });
}
