//! The versions that runs are pinned to.

use super::programs::{Compiled, Programs, VersionKey};
use super::{Definition, Place};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use tieline_model::{LocationId, WorkflowId};
use tieline_store::workflows::{GetVersion, Stamp};
use tieline_store::{Procedure, Result, Tx, locations};

/// When as many locations are kept, they are dropped.
const KEEP: usize = 1000;

/// Gives the version that a run is pinned to, compiled when it is first asked for. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Pinned {
    programs: Programs,
    places: Arc<Mutex<HashMap<LocationId, Checked>>>,
}

/// A location that was read at this stamp.
#[derive(Debug)]
struct Checked {
    stamp: i64,
    place: Arc<Place>,
}

impl Pinned {
    pub(crate) fn new(programs: Programs) -> Self {
        Self { programs, places: Arc::default() }
    }

    /// A version with its location's current settings; the reason, if it cannot be run.
    pub(crate) async fn get(
        &self,
        tx: &mut Tx<'_>,
        workflow: &WorkflowId,
        version: i64,
    ) -> Result<Result<Definition, String>> {
        let stamp = Stamp.run(tx).await?;
        let key = (workflow.clone(), version);
        let Some(compiled) = self.compiled(tx, &key, stamp).await? else {
            return Ok(Err(format!("version {version} of workflow {workflow} is gone")));
        };
        let program = match compiled.program {
            Ok(program) => program,
            Err(broken) => return Ok(Err(broken.reason.clone())),
        };
        let Some(place) = self.place(tx, &compiled.location_id, stamp).await? else {
            return Ok(Err(format!("location {} is gone", compiled.location_id)));
        };
        let catalogue = self.programs.catalogue.clone();
        Ok(Ok(Definition { workflow_id: key.0, version, place, program, catalogue }))
    }

    async fn compiled(&self, tx: &mut Tx<'_>, key: &VersionKey, stamp: i64) -> Result<Option<Compiled>> {
        if let Some(compiled) = self.programs.find(key) {
            return Ok(Some(compiled));
        }
        let found = GetVersion { workflow_id: key.0.clone(), version: key.1 }.run(tx).await?;
        Ok(found.map(|version| self.programs.compile(&version, stamp)))
    }

    /// The location with the settings that it has at this stamp.
    async fn place(&self, tx: &mut Tx<'_>, id: &LocationId, stamp: i64) -> Result<Option<Arc<Place>>> {
        if let Some(kept) = self.places.lock().get(id).filter(|kept| kept.stamp == stamp) {
            return Ok(Some(Arc::clone(&kept.place)));
        }
        let Some(location) = locations::Get(id.clone()).run(tx).await? else { return Ok(None) };
        let mut places = self.places.lock();
        let place = Place::renew(places.get(id).map(|kept| &kept.place), location)?;
        if self.programs.is_committed(stamp) {
            if places.len() >= KEEP {
                places.clear();
            }
            places.insert(id.clone(), Checked { stamp, place: Arc::clone(&place) });
        }
        Ok(Some(place))
    }
}
