//! Searching contacts: always the state after the last write, and exactly what reading every contact finds.

mod bulk;
mod operators;
mod oracle;
mod paging;
mod texts;
mod upkeep;

use crate::support::Fixture;
use serde_json::{Value, json};
use tieline_model::ContactId;
use tieline_model::custom_field::{self, CustomFieldInput};
use tieline_store::custom_fields;
use tieline_store::search::{Field, Filter, Found, Order, Place, Search};

/// A filter that matches every contact.
fn everything() -> Filter {
    Filter::And(Vec::new())
}

impl Fixture {
    fn search(&self, filter: Filter) -> Search {
        let location_id = self.location.id.clone();
        Search { location_id, filter, sort: Vec::new(), after: None, skip: 0, limit: 500 }
    }

    async fn find(&self, filter: Filter) -> Found {
        self.store.read(self.search(filter)).await.unwrap()
    }

    /// How many contacts a query finds, and that as many are given.
    async fn count(&self, query: &str) -> i64 {
        let found = self.find(Filter::Query(query.to_owned())).await;
        assert_eq!(found.total, i64::try_from(found.contacts.len()).unwrap(), "{query}");
        found.total
    }

    /// All ids that a search finds, page by page.
    async fn pages(&self, filter: &Filter, sort: &[(Field, Order)], limit: u32) -> Vec<ContactId> {
        let mut ids = Vec::new();
        let mut after: Option<Place> = None;
        loop {
            let search = Search { sort: sort.to_vec(), after, limit, ..self.search(filter.clone()) };
            let page = self.store.read(search).await.unwrap();
            ids.extend(page.contacts.iter().map(|hit| hit.id.clone()));
            after = page.contacts.last().map(|hit| hit.place.clone());
            if !page.more {
                return ids;
            }
        }
    }

    async fn custom_field(&self, name: &str, kind: &str) -> Field {
        let input = crate::support::read(&custom_field::form(), json!({"name": name, "dataType": kind}));
        let input = CustomFieldInput::of(&input).unwrap();
        let create = custom_fields::Create { location_id: self.location.id.clone(), input };
        Field::custom(&self.store.write(create).await.unwrap().id)
    }
}

/// The ids of what was found, sorted.
fn ids(found: &Found) -> Vec<ContactId> {
    let mut ids: Vec<ContactId> = found.contacts.iter().map(|hit| hit.id.clone()).collect();
    ids.sort();
    ids
}

fn body(pairs: &[(&str, Option<Value>)]) -> Value {
    let set = pairs.iter().filter_map(|(name, value)| Some(((*name).to_owned(), value.clone()?)));
    Value::Object(set.collect())
}
