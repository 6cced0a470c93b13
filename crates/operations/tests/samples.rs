//! Every definition is whole: its sample fits its schema and its form, and it can be carried out.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper of a test fails the test")]

use serde_json::{Value, json};
use std::collections::HashSet;
use std::sync::Arc;
use tieline_model::form::Door;
use tieline_model::{Cause, Location};
use tieline_operations::{Catalogue, Operation, Perform, Rendered, Run};
use tieline_store::Store;
use tieline_testkit::database::{Kind, TestDatabase, home};

fn assert_fits(schema: &Value, sample: &Value, what: &str) {
    let validator = jsonschema::validator_for(schema).unwrap();
    let errors: Vec<String> = validator.iter_errors(sample).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{what}: {errors:?}");
}

#[test]
fn keys_and_addresses_stand_once() {
    let catalogue = Catalogue::default();
    let keys: HashSet<_> = catalogue.operations().iter().map(|operation| operation.key).collect();
    assert_eq!(keys.len(), catalogue.operations().len());
    let routes: Vec<_> = catalogue.operations().iter().flat_map(|operation| &operation.routes).collect();
    let addresses: HashSet<_> = routes.iter().map(|route| (&route.method, route.path)).collect();
    assert_eq!(addresses.len(), routes.len());
}

#[test]
fn every_definition_is_described() {
    let catalogue = Catalogue::default();
    for operation in catalogue.operations() {
        assert!(!operation.summary.is_empty(), "{}", operation.key);
        let holes = operation.sentence.split('{').skip(1).filter_map(|part| part.split('}').next());
        for hole in holes {
            assert!(operation.input.field(hole).is_some(), "{}: {hole}", operation.key);
        }
    }
    for event in catalogue.events() {
        assert!(!event.title.is_empty(), "{}", event.key);
    }
}

#[test]
fn samples_fit_their_schemas() {
    let catalogue = Catalogue::default();
    for operation in catalogue.actions() {
        let schema = operation.input.schema(Door::Workflow, |field| field.is_shown());
        let sample = operation.input.sample(Door::Workflow, |_| true);
        assert_fits(&schema, &Value::Object(sample), operation.key);
    }
    for event in catalogue.events() {
        assert_fits(&event.payload_schema(), &event.sample, event.key);
    }
}

/// A location with a contact, a note and a task, to carry operations out on.
struct Place {
    store: Store,
    location: Arc<Location>,
    catalogue: Catalogue,
}

impl Place {
    async fn perform(&self, operation: &Arc<Operation>, with: Value) -> Value {
        let Value::Object(with) = with else { panic!("not an object") };
        let rendered = Rendered {
            catalogue: self.catalogue.clone(),
            location: Arc::clone(&self.location),
            cause: Cause::operator(),
            with,
            subject: None,
        };
        let call =
            operation.read_rendered(rendered).unwrap_or_else(|error| panic!("{}: {error}", operation.key));
        let run = Run { operation: Arc::clone(operation), call };
        let answer = self.store.write(run).await.unwrap_or_else(|error| panic!("{}: {error}", operation.key));
        assert!(!answer.did.is_empty(), "{}", operation.key);
        serde_json::from_str(&answer.to_json()).unwrap()
    }

    async fn make(&self, key: &str, with: Value, part: &str) -> String {
        let made = self.perform(self.catalogue.operation(key).unwrap(), with).await;
        made[part]["id"].as_str().unwrap().to_owned()
    }
}

/// Each action is carried out with its sample, on things that exist, and answers what it says it does.
#[tokio::test]
async fn every_action_can_be_carried_out() {
    let catalogue = Catalogue::default();
    for operation in catalogue.actions().filter(|operation| matches!(operation.perform, Perform::Here(_))) {
        let database = TestDatabase::new(Kind::Sqlite).await;
        let store = database.open().await;
        let create = tieline_store::locations::Create { allow_duplicate_contact: true, ..home() };
        let location = Arc::new(store.write(create).await.unwrap());
        let place = Place { store, location, catalogue: catalogue.clone() };
        let contact =
            place.make("contacts.upsert-contact", json!({"email": "bob@example.com"}), "contact").await;
        let note = json!({"contactId": contact, "body": "x"});
        let note = place.make("contacts.create-note", note, "note").await;
        let task = json!({"contactId": contact, "title": "Call Ada", "dueDate": "2026-12-24T09:00:00Z"});
        let task = place.make("contacts.create-task", task, "task").await;
        let mut with = operation.input.sample(Door::Workflow, |_| true);
        for (name, id) in [("contactId", &contact), ("id", &note), ("taskId", &task)] {
            if let Some(value) = with.get_mut(name) {
                *value = json!(id);
            }
        }
        let answer = place.perform(operation, Value::Object(with)).await;
        for (name, shape) in &operation.output {
            let Some(part) = answer.get(name) else { continue };
            assert_fits(&shape.schema(tieline_operations::Version::V2, None), part, operation.key);
        }
    }
}
