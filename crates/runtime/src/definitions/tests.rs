use super::programs::KEEP;
use super::{Definition, Definitions, Pinned, Programs};
use serde_json::json;
use std::sync::Arc;
use tieline_model::{Location, Refusal, WorkflowId};
use tieline_operations::Catalogue;
use tieline_store::workflows::{Apply, Unpublish, Version, Workflow};
use tieline_store::{Procedure, Result, Store, Tx, locations};
use tieline_testkit::database::{KINDS, TestDatabase, home};

const KIND: &str = "shop.ordered";

fn both(test: impl AsyncFn(Store, Programs)) {
    for kind in KINDS {
        println!("on {kind:?}");
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let database = TestDatabase::new(kind).await;
            test(database.open().await, Programs::new(Catalogue::default())).await;
        });
    }
}

async fn create_location(store: &Store) -> Location {
    store.write(home()).await.unwrap()
}

fn update(location: &Location, name: &str) -> locations::Update {
    locations::Update {
        id: location.id.clone(),
        name: Some(name.into()),
        country: None,
        timezone: None,
        allow_duplicate_contact: None,
    }
}

/// Publishes a workflow that orders start and that waits for another kind of event.
fn apply(location: &Location, name: &str, awaited: &str) -> Apply {
    let document = json!({
        "tieline": 1, "name": name, "trigger": {"on": KIND}, "steps": [{"wait": {"event": awaited, "within": "1d"}}],
    });
    Apply { location_id: location.id.clone(), name: name.into(), document, publish: true }
}

async fn publish(store: &Store, location: &Location, name: &str) -> WorkflowId {
    store.write(apply(location, name, "shop.paid")).await.unwrap().id
}

/// Publishes many workflows in one transaction.
struct PublishAll(Vec<Apply>);

impl Procedure for PublishAll {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<()> {
        for apply in &self.0 {
            apply.run(tx).await?;
        }
        Ok(())
    }
}

fn triggered<'d>(definitions: &'d Definitions, locations: &[Location]) -> Vec<&'d Definition> {
    locations.iter().flat_map(|location| definitions.triggered(&location.id, KIND)).collect()
}

struct Get(Pinned, WorkflowId);

impl Procedure for Get {
    type Output = Definition;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Definition> {
        Ok(self.0.get(tx, &self.1, 1).await?.unwrap())
    }
}

#[test]
fn publishing_one_of_a_thousand_workflows_compiles_one() {
    both(async |store, programs| {
        let mut locations = Vec::new();
        for _ in 0..100 {
            locations.push(create_location(&store).await);
        }
        let all = (0..1000).map(|n| apply(&locations[n % 100], &format!("Workflow {n}"), "shop.paid"));
        store.write(PublishAll(all.collect())).await.unwrap();
        let before = Definitions::default().reload(&store, &programs).await.unwrap();
        store.write(apply(&locations[7], "Workflow 7", "shop.refunded")).await.unwrap();
        let after = before.reload(&store, &programs).await.unwrap();

        let (before, after) = (triggered(&before, &locations), triggered(&after, &locations));
        assert_eq!((before.len(), after.len()), (1000, 1000));
        let pairs = || before.iter().zip(&after);
        assert!(pairs().all(|(old, new)| Arc::ptr_eq(&old.place, &new.place)));
        let compiled: Vec<_> =
            pairs().filter(|(old, new)| !Arc::ptr_eq(&old.program, &new.program)).collect();
        let [(old, new)] = compiled[..] else { panic!("{} were compiled", compiled.len()) };
        assert_eq!((&old.workflow_id, old.version), (&new.workflow_id, new.version - 1));
        assert_eq!(new.program.listened_kinds(), ["shop.refunded"]);
    });
}

#[test]
fn a_changed_location_is_seen_without_compiling() {
    both(async |store, programs| {
        let locations = [create_location(&store).await, create_location(&store).await];
        for location in &locations {
            publish(&store, location, "Orders").await;
        }
        let before = Definitions::default().reload(&store, &programs).await.unwrap();
        store.write(update(&locations[1], "Away")).await.unwrap();
        let after = before.reload(&store, &programs).await.unwrap();

        let (before, after) = (triggered(&before, &locations), triggered(&after, &locations));
        assert!(Arc::ptr_eq(&before[0].place, &after[0].place));
        assert!(Arc::ptr_eq(&before[1].program, &after[1].program));
        assert_eq!(after[1].place.location.name, "Away");
    });
}

#[test]
fn an_unpublished_workflow_is_triggered_no_more() {
    both(async |store, programs| {
        let location = create_location(&store).await;
        publish(&store, &location, "Orders").await;
        let before = Definitions::default().reload(&store, &programs).await.unwrap();
        assert_eq!(before.triggered(&location.id, KIND).len(), 1);
        let unpublish = Unpublish { location_id: location.id.clone(), name: "Orders".into() };
        store.write(unpublish).await.unwrap();
        let after = before.reload(&store, &programs).await.unwrap();
        assert!(after.triggered(&location.id, KIND).is_empty());
    });
}

#[test]
fn a_pinned_version_is_the_published_program_and_stays() {
    both(async |store, programs| {
        let (home, away) = (create_location(&store).await, create_location(&store).await);
        let id = publish(&store, &home, "Orders").await;
        let definitions = Definitions::default().reload(&store, &programs).await.unwrap();
        let pinned = Pinned::new(programs.clone());
        let get = async || store.write(Get(pinned.clone(), id.clone())).await.unwrap();
        let first = get().await;
        assert!(Arc::ptr_eq(&first.program, &definitions.triggered(&home.id, KIND)[0].program));

        store.write(apply(&home, "Orders", "shop.refunded")).await.unwrap();
        publish(&store, &away, "Others").await;
        let definitions = definitions.reload(&store, &programs).await.unwrap();
        let second = get().await;
        assert!(Arc::ptr_eq(&first.program, &second.program) && Arc::ptr_eq(&first.place, &second.place));

        store.write(update(&home, "Moved")).await.unwrap();
        definitions.reload(&store, &programs).await.unwrap();
        let third = get().await;
        assert!(Arc::ptr_eq(&first.program, &third.program));
        assert_eq!(third.place.location.name, "Moved");
    });
}

/// Publishes and changes the location, reads both back as a run would, and fails.
struct Undone(Pinned, Apply, locations::Update);

impl Procedure for Undone {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<()> {
        let Workflow { id, .. } = self.1.run(tx).await?;
        self.2.run(tx).await?;
        assert!(self.0.get(tx, &id, 1).await?.is_ok());
        Err(Refusal::Conflict("undone".into()).into())
    }
}

#[test]
fn nothing_of_an_undone_publish_is_kept() {
    both(async |store, programs| {
        let location = create_location(&store).await;
        let mut draft = apply(&location, "Orders", "shop.paid");
        draft.publish = false;
        let id = store.write(draft).await.unwrap().id;
        let pinned = Pinned::new(programs.clone());
        Definitions::default().reload(&store, &programs).await.unwrap();

        let undone = apply(&location, "Orders", "shop.undone");
        store.write(Undone(pinned.clone(), undone, update(&location, "Undone"))).await.unwrap_err();
        store.write(apply(&location, "Orders", "shop.refunded")).await.unwrap();
        store.write(update(&location, "Kept")).await.unwrap();
        let found = store.write(Get(pinned, id)).await.unwrap();
        assert_eq!(found.program.listened_kinds(), ["shop.refunded"]);
        assert_eq!(found.place.location.name, "Kept");
    });
}

#[test]
fn versions_in_use_are_kept_when_others_are_dropped() {
    let programs = Programs::new(Catalogue::default());
    let compile = |version| {
        let document = json!({"tieline": 1, "name": "w", "trigger": {"on": KIND}, "steps": [{"stop": true}]});
        let (workflow_id, location_id) = ("w".into(), "l".into());
        let document = document.to_string();
        programs.compile(&Version { workflow_id, location_id, name: "w".into(), version, document }, 0)
    };
    let used = compile(1);
    let others = 1 + i64::try_from(KEEP).unwrap();
    for version in 2..=others {
        compile(version);
    }
    assert!(Arc::ptr_eq(&programs.find(&("w".into(), 1)).unwrap().program.unwrap(), &used.program.unwrap()));
    assert!(programs.find(&("w".into(), 2)).is_none());
    assert!(programs.find(&("w".into(), others)).is_some());
}
