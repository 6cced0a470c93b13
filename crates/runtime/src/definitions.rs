//! Published workflows, compiled, and the locations that they belong to.

use crate::catalogue::Actions;
use parking_lot::Mutex;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use tieline_engine::Program;
use tieline_expr::Data;
use tieline_model::workflow::Document;
use tieline_model::{Location, LocationId, WorkflowId};
use tieline_operations::Catalogue;
use tieline_store::workflows::{GetVersion, Published, Stamp, Version};
use tieline_store::{Procedure, Result, Store, Tx, locations};

/// A version of a workflow, ready to run.
#[derive(Debug)]
pub(crate) struct Definition {
    pub(crate) workflow_id: WorkflowId,
    pub(crate) version: i64,
    pub(crate) place: Arc<Place>,
    pub(crate) program: Program,
    /// What its actions are performed by.
    pub(crate) catalogue: Catalogue,
}

/// A location, and how expressions see it.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) location: Arc<Location>,
    pub(crate) data: Data,
}

/// A published version that this program cannot compile. Its runs are written as failed, to be retried by a
/// program that can.
#[derive(Debug)]
pub(crate) struct Broken {
    pub(crate) workflow_id: WorkflowId,
    pub(crate) version: i64,
    pub(crate) reason: String,
}

/// All that is published at one time.
#[derive(Debug, Default)]
pub(crate) struct Definitions {
    /// What the store's stamp was; see [`tieline_store::workflows::Stamp`].
    pub(crate) stamp: i64,
    by_trigger: HashMap<(LocationId, String), Vec<Arc<Definition>>>,
    broken: HashMap<(LocationId, String), Vec<Broken>>,
    listened: HashSet<(LocationId, String)>,
}

impl Definitions {
    /// Loads and compiles what is published now.
    pub(crate) async fn load(store: &Store, catalogue: &Catalogue) -> Result<Self> {
        let published = store.read(Published).await?;
        let listened = published.listened.into_iter().collect();
        let mut definitions = Self { stamp: published.stamp, listened, ..Self::default() };
        for version in published.versions {
            let Some(location) = store.read(locations::Get(version.location_id.clone())).await? else {
                continue;
            };
            match Definition::compile(&version, location, catalogue) {
                Ok(definition) => definitions.add(Arc::new(definition)),
                Err(reason) => definitions.add_broken(version, reason),
            }
        }
        Ok(definitions)
    }

    fn add(&mut self, definition: Arc<Definition>) {
        let location = definition.place.location.id.clone();
        let trigger = (location, definition.program.trigger_kind().to_owned());
        self.by_trigger.entry(trigger).or_default().push(definition);
    }

    fn add_broken(&mut self, version: Version, reason: String) {
        let (workflow_id, number) = (version.workflow_id, version.version);
        tracing::error!(
            workflow = %workflow_id,
            version = number,
            reason,
            "a published workflow cannot be compiled by this version of Tieline; its runs are written as failed"
        );
        let document: serde_json::Value = serde_json::from_str(&version.document).unwrap_or_default();
        if let Some(kind) = document["trigger"]["on"].as_str() {
            let broken = Broken { workflow_id, version: number, reason };
            self.broken.entry((version.location_id, kind.to_owned())).or_default().push(broken);
        }
    }

    /// The workflows that this kind of event would start, if this program could compile them.
    pub(crate) fn broken(&self, location: &LocationId, kind: &str) -> &[Broken] {
        if self.broken.is_empty() {
            return &[];
        }
        self.broken.get(&(location.clone(), kind.to_owned())).map_or(&[], Vec::as_slice)
    }

    /// The workflows that this kind of event starts.
    pub(crate) fn triggered(&self, location: &LocationId, kind: &str) -> &[Arc<Definition>] {
        // The map is keyed by owned texts; most locations have few kinds, so the key costs less than a
        // second level of maps would.
        self.by_trigger.get(&(location.clone(), kind.to_owned())).map_or(&[], Vec::as_slice)
    }

    /// Whether this kind of event starts a workflow, or runs may wait for it.
    pub(crate) fn care_for(&self, location: &LocationId, kind: &str) -> bool {
        let key = (location.clone(), kind.to_owned());
        self.by_trigger.contains_key(&key) || self.listened.contains(&key) || self.broken.contains_key(&key)
    }

    /// Whether runs may wait for this kind of event.
    pub(crate) fn is_listened(&self, location: &LocationId, kind: &str) -> bool {
        self.listened.contains(&(location.clone(), kind.to_owned()))
    }
}

impl Definition {
    fn compile(version: &Version, location: Location, catalogue: &Catalogue) -> Result<Self, String> {
        let told = |problems: Vec<tieline_model::workflow::Problem>| {
            let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
            format!("workflow {} version {}: {}", version.workflow_id, version.version, problems.join("; "))
        };
        let document = serde_json::from_str(&version.document).map_err(|error| {
            format!("version {} of workflow {} is damaged: {error}", version.version, version.workflow_id)
        })?;
        let document = Document::parse(&document).map_err(told)?;
        let program = Program::load(&document, &Actions(catalogue)).map_err(told)?;
        let data = Data::new(serde_json::to_value(&location).map_err(|error| error.to_string())?);
        Ok(Self {
            workflow_id: version.workflow_id.clone(),
            version: version.version,
            place: Arc::new(Place { location: Arc::new(location), data }),
            program,
            catalogue: catalogue.clone(),
        })
    }
}

/// Versions that runs are pinned to, compiled when they are first asked for. A version never changes, so what
/// is kept stays right until something else is published or a location's settings change; then all are read
/// anew.
#[derive(Clone, Debug)]
pub(crate) struct Pinned {
    catalogue: Catalogue,
    compiled: Arc<Mutex<Compiled>>,
}

#[derive(Debug, Default)]
struct Compiled {
    /// What the store's stamp was when these were read; see [`Stamp`].
    stamp: i64,
    versions: HashMap<(WorkflowId, i64), Arc<Definition>>,
}

/// More versions than this are not kept.
const KEEP: usize = 1000;

impl Pinned {
    pub(crate) fn new(catalogue: Catalogue) -> Self {
        Self { catalogue, compiled: Arc::default() }
    }

    /// A version, from the transaction if it is not at hand; an error in words where it cannot be run.
    pub(crate) async fn get(
        &self,
        tx: &mut Tx<'_>,
        workflow: &WorkflowId,
        version: i64,
    ) -> Result<Result<Arc<Definition>, String>> {
        let key = (workflow.clone(), version);
        let stamp = Stamp.run(tx).await?;
        if let Some(definition) = self.compiled.lock().of(stamp).get(&key) {
            return Ok(Ok(Arc::clone(definition)));
        }
        let get = GetVersion { workflow_id: workflow.clone(), version };
        let Some(found) = get.run(tx).await? else {
            return Ok(Err(format!("version {version} of workflow {workflow} is gone")));
        };
        let Some(location) = locations::Get(found.location_id.clone()).run(tx).await? else {
            return Ok(Err(format!("location {} is gone", found.location_id)));
        };
        Ok(Definition::compile(&found, location, &self.catalogue).map(Arc::new).inspect(|definition| {
            let mut kept = self.compiled.lock();
            let kept = kept.of(stamp);
            if kept.len() >= KEEP {
                kept.clear();
            }
            kept.insert(key, Arc::clone(definition));
        }))
    }
}

impl Compiled {
    /// What was kept under this stamp; what was kept under another one is dropped.
    fn of(&mut self, stamp: i64) -> &mut HashMap<(WorkflowId, i64), Arc<Definition>> {
        if self.stamp != stamp {
            self.versions.clear();
            self.stamp = stamp;
        }
        &mut self.versions
    }
}
