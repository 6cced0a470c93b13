//! Pages: in order, without gaps or repeats, also while others write.

use super::oracle::sort;
use super::{body, everything};
use crate::support::{Fixture, both};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tieline_store::search::{Field, Filter, Operand, Order, Search};

const ORDERS: [Order; 2] = [Order::Ascending, Order::Descending];

async fn people(fixture: &Fixture, from: u32, to: u32) {
    for n in from..to {
        if n % 3 == 0 {
            fixture.clock_on(1);
        }
        let name = ["ada", "Bob", "çelik", "dora"].get(n as usize % 5).map(|name| json!(name));
        let company = (n % 4 > 0).then(|| json!(format!("Company {}", n % 4)));
        let email = json!(format!("n{n}@example.com"));
        fixture.create(body(&[("firstName", name), ("companyName", company), ("email", Some(email))])).await;
    }
}

#[test]
fn every_sort_gives_every_contact_once_and_in_order() {
    both(async |fixture| {
        people(&fixture, 0, 90).await;
        fixture.store.tidy_search().await.unwrap();
        people(&fixture, 90, 130).await;
        fixture.store.tidy_search().await.unwrap();
        people(&fixture, 130, 160).await;
        let docs: Vec<Value> = fixture
            .find(everything())
            .await
            .contacts
            .iter()
            .map(|hit| serde_json::from_str(&hit.doc).unwrap())
            .collect();
        for (fields, few) in [
            (vec!["dateAdded"], false),
            (vec!["dateUpdated"], false),
            (vec!["firstName"], false),
            (vec!["firstName", "companyName"], false),
            (vec!["companyName", "email"], false),
            (vec!["companyName", "dateAdded"], true),
            (vec!["email"], true),
        ] {
            for (first, second) in ORDERS.into_iter().flat_map(|a| ORDERS.map(|b| (a, b))) {
                let named: Vec<(&str, Order)> = fields.iter().copied().zip([first, second]).collect();
                let wanted = |doc: &&Value| !few || doc["companyName"] == "Company 2";
                let mut expected: Vec<Value> = docs.iter().filter(wanted).cloned().collect();
                sort(&mut expected, &named);
                let company = Filter::Equals(Field::named("companyName"), Operand::Text("company 2".into()));
                let filter = if few { company } else { everything() };
                let by: Vec<_> = named.iter().map(|(name, order)| (Field::named(name), *order)).collect();
                for limit in [7, 100] {
                    let found = fixture.pages(&filter, &by, limit).await;
                    let found: Vec<&str> = found.iter().map(|id| id.as_str()).collect();
                    let expected: Vec<&str> =
                        expected.iter().map(|doc| doc["id"].as_str().unwrap()).collect();
                    assert_eq!(found, expected, "{named:?} by {limit}");
                }
                let numbered = Search { sort: by, skip: 14, limit: 7, ..fixture.search(filter) };
                let found = fixture.store.read(numbered).await.unwrap();
                let found: Vec<&str> = found.contacts.iter().map(|hit| hit.id.as_str()).collect();
                let third = expected[14..21].iter().map(|doc| doc["id"].as_str().unwrap());
                assert_eq!(found, third.collect::<Vec<_>>(), "{named:?}, the third page");
            }
        }
    });
}

#[test]
fn pages_have_no_gaps_or_repeats_while_others_write() {
    both(async |fixture| {
        people(&fixture, 0, 120).await;
        let before: HashSet<_> =
            fixture.find(everything()).await.contacts.into_iter().map(|hit| hit.id).collect();
        let stop = Arc::new(AtomicBool::new(false));
        let (writer, writing) = (fixture.clone(), Arc::clone(&stop));
        let writes = tokio::spawn(async move {
            let mut n = 1000;
            while !writing.load(Ordering::Relaxed) {
                people(&writer, n, n + 5).await;
                let body = json!({"email": format!("n{}@example.com", n % 120), "city": format!("{n}")});
                writer.upsert(body).await;
                writer.store.tidy_search().await.unwrap();
                n += 5;
            }
        });
        for sort in [vec![], vec![(Field::named("firstName"), Order::Ascending)]] {
            for _ in 0..3 {
                let seen = fixture.pages(&everything(), &sort, 7).await;
                let once: HashSet<_> = seen.iter().cloned().collect();
                assert_eq!(once.len(), seen.len(), "no contact is given twice");
                assert!(before.is_subset(&once), "no contact is left out");
            }
        }
        stop.store(true, Ordering::Relaxed);
        writes.await.unwrap();
    });
}
