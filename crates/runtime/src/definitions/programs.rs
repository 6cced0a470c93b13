//! Versions of workflows, each compiled once.

use crate::catalogue::Actions;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use tieline_engine::Program;
use tieline_model::workflow::{Document, Problem};
use tieline_model::{LocationId, WorkflowId};
use tieline_operations::Catalogue;
use tieline_store::workflows::Version;

/// The workflow and the version's number.
pub(super) type VersionKey = (WorkflowId, i64);

/// How many versions are kept besides those in use.
pub(super) const KEEP: usize = 1000;

/// The versions that were compiled. A version never changes, so neither does its program. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Programs {
    pub(super) catalogue: Catalogue,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Debug)]
struct Kept {
    /// The highest stamp that is known to be committed; see [`Programs::is_committed`].
    committed: i64,
    versions: HashMap<VersionKey, Compiled>,
    /// When there are as many versions, those that nobody uses are dropped.
    limit: usize,
}

/// What compiling a version gave.
#[derive(Clone, Debug)]
pub(super) struct Compiled {
    pub(super) location_id: LocationId,
    pub(super) program: Result<Arc<Program>, Arc<Broken>>,
}

/// A version that this build of Tieline cannot compile. Its runs are written as failed, so that a build that can
/// compile it can retry them.
#[derive(Debug)]
pub(crate) struct Broken {
    pub(crate) workflow_id: WorkflowId,
    pub(crate) version: i64,
    pub(crate) reason: String,
    /// The kind of event that starts it, if the document can be read that far.
    pub(super) trigger: Option<String>,
}

impl Programs {
    pub(crate) fn new(catalogue: Catalogue) -> Self {
        let kept = Kept { committed: 0, versions: HashMap::new(), limit: KEEP };
        Self { catalogue, kept: Arc::new(Mutex::new(kept)) }
    }

    /// Records that a stamp was read outside of a write.
    pub(super) fn committed(&self, stamp: i64) {
        let mut kept = self.kept.lock();
        kept.committed = kept.committed.max(stamp);
    }

    /// Whether what a transaction reads at this stamp may outlive it. A write can read what it or another one of
    /// its batch has published; if that is undone, the next publish gives the same stamp and version to other
    /// contents.
    pub(super) fn is_committed(&self, stamp: i64) -> bool {
        stamp <= self.kept.lock().committed
    }

    /// A version that was compiled before.
    pub(super) fn find(&self, key: &VersionKey) -> Option<Compiled> {
        self.kept.lock().versions.get(key).cloned()
    }

    /// Compiles a version that was read at this stamp, and keeps the result if it may outlive the transaction.
    pub(super) fn compile(&self, version: &Version, stamp: i64) -> Compiled {
        let program = compile(version, &self.catalogue).map(Arc::new);
        let program = program.map_err(|reason| Arc::new(Broken::new(version, reason)));
        let compiled = Compiled { location_id: version.location_id.clone(), program };
        if self.is_committed(stamp) {
            self.kept.lock().keep((version.workflow_id.clone(), version.version), compiled.clone());
        }
        compiled
    }
}

impl Kept {
    fn keep(&mut self, key: VersionKey, compiled: Compiled) {
        if self.versions.len() >= self.limit {
            self.versions.retain(|_, kept| kept.is_used());
            self.limit = self.versions.len() + KEEP;
        }
        self.versions.insert(key, compiled);
    }
}

impl Compiled {
    /// Whether anything but [`Kept`] holds it, as [`super::Definitions`] does with all that is published.
    fn is_used(&self) -> bool {
        match &self.program {
            Ok(program) => Arc::strong_count(program) > 1,
            Err(broken) => Arc::strong_count(broken) > 1,
        }
    }
}

impl Broken {
    fn new(version: &Version, reason: String) -> Self {
        tracing::error!(
            workflow = %version.workflow_id,
            version = version.version,
            reason,
            "a workflow cannot be compiled by this version of Tieline; its runs are written as failed"
        );
        let document: serde_json::Value = serde_json::from_str(&version.document).unwrap_or_default();
        let trigger = document["trigger"]["on"].as_str().map(str::to_owned);
        Self { workflow_id: version.workflow_id.clone(), version: version.version, reason, trigger }
    }
}

fn compile(version: &Version, catalogue: &Catalogue) -> Result<Program, String> {
    let report = |problems: Vec<Problem>| {
        let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
        format!("workflow {} version {}: {}", version.workflow_id, version.version, problems.join("; "))
    };
    let document = serde_json::from_str(&version.document).map_err(|error| {
        format!("version {} of workflow {} is damaged: {error}", version.version, version.workflow_id)
    })?;
    let document = Document::parse(&document).map_err(report)?;
    Program::load(&document, &Actions(catalogue)).map_err(report)
}
