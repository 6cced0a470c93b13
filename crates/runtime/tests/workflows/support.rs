//! A location in an empty database, workflows in it, and shorthands for what the tests do with them.

use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tieline_connect::http::{Client, Options as ClientOptions};
use tieline_model::custom_field::{self, CustomFieldInput};
use tieline_model::{Cause, ContactId, Event, Location, NewEvent, workflow};
use tieline_operations::Catalogue;
use tieline_runtime::{Options, Runtime, documents};
use tieline_store::runs::{self, Run, RunStatus, Step};
use tieline_store::workflows::{Apply, Workflow};
use tieline_store::{Store, contacts, custom_fields, locations, log};
use tieline_testkit::database::{KINDS, Kind, TestDatabase, home};

/// How long an expected change may take: far longer than on an idle machine.
const PATIENCE: Duration = Duration::from_secs(90);

/// The kind of event by which [`TestApp::settle`] knows that the log was followed to its end.
const PROBE: &str = "probe.sent";

#[derive(Clone)]
pub(crate) struct TestApp {
    pub(crate) store: Store,
    pub(crate) location: Location,
    pub(crate) database: Arc<TestDatabase>,
    probes: Location,
}

/// Runs a test on SQLite and then on PostgreSQL.
pub(crate) fn both(test: impl AsyncFn(TestApp)) {
    for kind in KINDS {
        println!("on {kind:?}");
        on(kind, &test);
    }
}

/// Runs a test on one kind of database.
pub(crate) fn on(kind: Kind, test: impl AsyncFn(TestApp)) {
    let threads = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
    threads.block_on(async {
        let database = Arc::new(TestDatabase::new(kind).await);
        let store = database.open().await;
        let (location, probes) = (create_location(&store).await, create_location(&store).await);
        let app = TestApp { store, location, database, probes };
        let probe = "{ tieline: 1, name: Probe, trigger: { on: probe.sent }, steps: [{ stop: true }] }";
        apply(&app.store, &app.probes, probe, true).await;
        test(app).await;
    });
}

/// Runs a test on a database that a released version left behind, a week later.
pub(crate) fn left_behind(version: &str, kind: Kind, test: impl AsyncFn(TestApp)) {
    let threads = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
    threads.block_on(async {
        let database = Arc::new(TestDatabase::left_behind_by(version, kind).await);
        let store = database.open().await;
        let location = store.read(locations::List).await.unwrap().pop().unwrap();
        test(TestApp { store, probes: location.clone(), location, database }).await;
    });
}

async fn create_location(store: &Store) -> Location {
    store.write(home()).await.unwrap()
}

async fn apply(store: &Store, location: &Location, text: &str, publish: bool) -> Workflow {
    let document = workflow::read_text(text).unwrap();
    let known = store.read(documents::Known::of(location.id.clone())).await.unwrap();
    let name = documents::check(&document, &Catalogue::default(), &known).unwrap().name;
    store.write(Apply { location_id: location.id.clone(), name, document, publish }).await.unwrap()
}

/// The steps of a run's history, each as its action (or else its place) and its outcome.
pub(crate) fn done(history: &[Step]) -> Vec<String> {
    let name = |step: &Step| step.record.action.clone().unwrap_or_else(|| step.record.place.clone());
    history.iter().map(|step| format!("{}: {}", name(step), step.outcome.as_str())).collect()
}

impl TestApp {
    /// Saves and publishes a workflow.
    pub(crate) async fn publish(&self, text: &str) -> Workflow {
        apply(&self.store, &self.location, text, true).await
    }

    /// The same database, opened anew as after a restart or by another node.
    pub(crate) async fn reopen(&self) -> Self {
        Self { store: self.database.open().await, ..self.clone() }
    }

    /// Starts the loops; requests may reach this machine.
    pub(crate) fn start(&self) -> Runtime {
        let guard = "127.0.0.1/32".parse().unwrap();
        let client = Client::new(ClientOptions { guard, ..ClientOptions::default() }).unwrap();
        Runtime::start(
            &self.store,
            Options {
                client,
                catalogue: Catalogue::default(),
                keep_runs: Some(Duration::from_secs(90 * 86_400)),
            },
        )
    }

    pub(crate) fn clock_on(&self, seconds: u64) {
        self.database.clock.advance(Duration::from_secs(seconds));
    }

    /// Appends an event from outside about a subject.
    pub(crate) async fn happens(&self, kind: &str, subject: &str, payload: Value) {
        append(&self.store, &self.location, kind, subject, payload).await;
    }

    /// Waits until every event has been processed and every run has ended or sleeps.
    pub(crate) async fn settle(&self) {
        loop {
            append(&self.store, &self.probes, PROBE, "probe", json!({})).await;
            self.until("the log was followed to its end", async || self.probes_are_done().await).await;
            self.until("all runs are over or sleep", async || self.is_idle().await).await;
            if self.events().await.last().is_some_and(|event| event.kind == PROBE) {
                return;
            }
        }
    }

    async fn probes_are_done(&self) -> bool {
        let sent = self.events().await.iter().filter(|event| event.kind == PROBE).count();
        let counts = self.store.read(runs::Count(self.probes.id.clone())).await.unwrap();
        counts.contains(&(RunStatus::Stopped, i64::try_from(sent).unwrap()))
    }

    async fn is_idle(&self) -> bool {
        let now = self.store.clock().now();
        let goes_on = |run: &Run| match run.status {
            RunStatus::Ready | RunStatus::Calling => true,
            RunStatus::Waiting => run.due_at.is_some_and(|due| due <= now),
            RunStatus::Completed | RunStatus::Stopped | RunStatus::Failed => false,
        };
        !self.runs().await.iter().any(goes_on)
    }

    /// Waits for an expected change.
    pub(crate) async fn until(&self, what: &str, holds: impl AsyncFn() -> bool) {
        let since = Instant::now();
        while !holds().await {
            assert!(since.elapsed() < PATIENCE, "this did not happen: {what}: {:#?}", self.runs().await);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// All runs, in the order of the events that started them.
    pub(crate) async fn runs(&self) -> Vec<Run> {
        let location_id = self.location.id.clone();
        let list = runs::List { location_id, status: None, before: None, limit: 10_000 };
        let mut runs = self.store.read(list).await.unwrap();
        runs.sort_by_key(|run| run.event_seq);
        runs
    }

    /// The only run.
    pub(crate) async fn run(&self) -> Run {
        let runs = self.runs().await;
        assert_eq!(runs.len(), 1, "{runs:#?}");
        runs.into_iter().next().unwrap()
    }

    /// The statuses of the runs, in the order of the events that started them.
    pub(crate) async fn statuses(&self) -> Vec<RunStatus> {
        self.runs().await.iter().map(|run| run.status).collect()
    }

    /// The steps that a run has taken.
    pub(crate) async fn history(&self, run: &Run) -> Vec<Step> {
        self.store.read(runs::History(run.id.clone())).await.unwrap()
    }

    pub(crate) async fn events(&self) -> Vec<Event> {
        self.store.place_events().await.unwrap();
        self.store.read(log::Read { after: 0, limit: 10_000 }).await.unwrap()
    }

    /// The payloads of the appended events of one kind, in order.
    pub(crate) async fn appended(&self, kind: &str) -> Vec<Value> {
        let events = self.events().await;
        let of_kind = events.iter().filter(|event| event.kind == kind);
        of_kind.map(|event| serde_json::from_str(event.payload.get()).unwrap()).collect()
    }

    /// The texts of the created notes, in order.
    pub(crate) async fn notes(&self) -> Vec<String> {
        let created = self.appended("note.created").await;
        created.iter().map(|note| note["note"]["body"].as_str().unwrap().to_owned()).collect()
    }

    /// The contact with the address, if any.
    pub(crate) async fn contact(&self, email: &str) -> Option<Value> {
        let (location_id, email) = (self.location.id.clone(), Some(email.to_owned()));
        let find = contacts::FindDuplicate { location_id, email, phone: None };
        self.store.read(find).await.unwrap().map(|doc| serde_json::from_str(&doc).unwrap())
    }

    /// Creates a custom field.
    pub(crate) async fn custom_field(&self, definition: Value) {
        let Value::Object(mut definition) = definition else { panic!("not an object") };
        let form = custom_field::form();
        let input = form.read(&self.location, |field| definition.remove(field.name.as_ref())).unwrap();
        let input = CustomFieldInput::of(&input).unwrap();
        let create = custom_fields::Create { location_id: self.location.id.clone(), input };
        self.store.write(create).await.unwrap();
    }

    /// Adds tags to a contact, as a client of the API does.
    pub(crate) async fn add_tags(&self, contact: &Value, tags: &[&str]) {
        let add = contacts::AddTags {
            location_id: self.location.id.clone(),
            id: ContactId::from(contact["id"].as_str().unwrap()),
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            cause: Cause::operator(),
        };
        self.store.write(add).await.unwrap();
    }
}

async fn append(store: &Store, location: &Location, kind: &str, subject: &str, payload: Value) {
    let event = NewEvent {
        kind: kind.to_owned(),
        contact_id: None,
        subject: Some(subject.to_owned()),
        occurred_at: store.clock().now(),
        payload: serde_json::value::to_raw_value(&payload).unwrap(),
    };
    let append = log::Append { location_id: location.id.clone(), cause: Cause::operator(), event };
    store.write(append).await.unwrap();
}
