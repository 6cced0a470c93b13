//! A location in an empty database, and shorthands for what the tests do with it.

use serde_json::{Map, Value};
use std::sync::Arc;
use std::time::Duration;
use tieline_model::contact::{Contact, ContactInput, Write};
use tieline_model::form::{Form, Input};
use tieline_model::{Cause, ContactId, Event, Location};
use tieline_store::contacts::Subject;
use tieline_store::{Result, Store, contacts, locations, log};
use tieline_testkit::database::{KINDS, Kind, TestDatabase, home};

#[derive(Clone)]
pub(crate) struct Fixture {
    pub(crate) store: Store,
    pub(crate) location: Location,
    pub(crate) database: Arc<TestDatabase>,
}

/// Runs a test on SQLite and then on PostgreSQL.
pub(crate) fn both(test: impl AsyncFn(Fixture)) {
    for kind in KINDS {
        println!("on {kind:?}");
        on(kind, &test);
    }
}

/// Runs a test on one kind of database.
pub(crate) fn on(kind: Kind, test: impl AsyncFn(Fixture)) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
    runtime.block_on(async {
        let database = Arc::new(TestDatabase::new(kind).await);
        let store = database.open().await;
        let location = create_location(&store, false).await;
        test(Fixture { store, location, database }).await;
    });
}

async fn create_location(store: &Store, allow_duplicate_contact: bool) -> Location {
    store.write(locations::Create { allow_duplicate_contact, ..home() }).await.unwrap()
}

/// What a form reads from a body.
pub(crate) fn read(form: &Form, body: Value) -> Input {
    let mut body = object(body);
    form.read(&Location::anywhere(), |field| body.remove(field.name.as_ref())).unwrap()
}

pub(crate) fn object(body: Value) -> Map<String, Value> {
    let Value::Object(map) = body else { panic!("not an object") };
    map
}

pub(crate) fn contact_input(body: Value, write: Write, location: &Location) -> ContactInput {
    ContactInput::read(object(body), write, location).unwrap()
}

pub(crate) fn contact(doc: &str) -> Contact {
    serde_json::from_str(doc).unwrap()
}

impl Fixture {
    pub(crate) async fn new_location(&self, allow_duplicates: bool) -> Location {
        create_location(&self.store, allow_duplicates).await
    }

    pub(crate) async fn reopen(&self) -> Self {
        Self { store: self.database.open().await, ..self.clone() }
    }

    pub(crate) fn clock_on(&self, seconds: u64) {
        self.database.clock.advance(Duration::from_secs(seconds));
    }

    fn input(&self, body: Value, write: Write) -> ContactInput {
        contact_input(body, write, &self.location)
    }

    pub(crate) async fn try_create(&self, body: Value) -> Result<contacts::Written> {
        let input = self.input(body, Write::Create);
        let create = contacts::Create { location: self.location.clone(), input, cause: Cause::operator() };
        self.store.write(create).await
    }

    pub(crate) async fn create(&self, body: Value) -> contacts::Written {
        self.try_create(body).await.unwrap()
    }

    pub(crate) async fn upsert(&self, body: Value) -> contacts::Upserted {
        let input = self.input(body, Write::Upsert);
        let cause = Cause::operator();
        let location = self.location.clone();
        let upsert = contacts::Upsert { location, input, always_new: false, subject: None, cause };
        self.store.write(upsert).await.unwrap()
    }

    /// An upsert by a run whose event is about this person.
    pub(crate) async fn upsert_about(&self, subject: Option<Subject>, body: Value) -> contacts::Upserted {
        let input = self.input(body, Write::Upsert);
        let (location, cause) = (self.location.clone(), Cause::operator());
        let upsert = contacts::Upsert { location, input, always_new: false, subject, cause };
        self.store.write(upsert).await.unwrap()
    }

    pub(crate) async fn update(&self, id: &ContactId, body: Value) -> Result<contacts::Written> {
        let input = self.input(body, Write::Update);
        let (location, cause) = (self.location.clone(), Cause::operator());
        self.store.write(contacts::Update { location, id: id.clone(), input, cause }).await
    }

    pub(crate) async fn get(&self, id: &ContactId) -> Option<String> {
        let get = contacts::Get { location_id: self.location.id.clone(), id: id.clone() };
        self.store.read(get).await.unwrap()
    }

    pub(crate) fn list(&self) -> contacts::List {
        contacts::List {
            location_id: self.location.id.clone(),
            limit: 10,
            start_after_id: None,
            start_after: None,
            query: None,
            sort_by: contacts::SortBy::DateAdded,
            order: contacts::Order::Descending,
        }
    }

    pub(crate) async fn events(&self) -> Vec<Event> {
        self.store.place_events().await.unwrap();
        self.store.read(log::Read { after: 0, limit: 10_000 }).await.unwrap()
    }

    pub(crate) async fn last_event(&self) -> Event {
        self.events().await.pop().unwrap()
    }
}
