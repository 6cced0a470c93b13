//! Workflows, compiled, and the locations that they belong to.

mod pinned;
mod programs;
#[cfg(test)]
mod tests;

pub(crate) use pinned::Pinned;
pub(crate) use programs::{Broken, Programs};

use programs::Compiled;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use tieline_engine::Program;
use tieline_expr::Data;
use tieline_model::{Location, LocationId, WorkflowId};
use tieline_operations::Catalogue;
use tieline_store::workflows::{Current, GetVersion, Published};
use tieline_store::{Result, Store};

/// A version of a workflow, ready to run.
#[derive(Debug)]
pub(crate) struct Definition {
    pub(crate) workflow_id: WorkflowId,
    pub(crate) version: i64,
    pub(crate) place: Arc<Place>,
    pub(crate) program: Arc<Program>,
    /// What its actions are performed by.
    pub(crate) catalogue: Catalogue,
}

/// A location, and how expressions see it.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) location: Arc<Location>,
    pub(crate) data: Data,
}

impl Place {
    /// The place of a location: the one from before, if the location has not changed since.
    fn renew(before: Option<&Arc<Self>>, location: Location) -> Result<Arc<Self>> {
        if let Some(before) = before.filter(|before| *before.location == location) {
            return Ok(Arc::clone(before));
        }
        let data = Data::new(serde_json::to_value(&location)?);
        Ok(Arc::new(Self { location: Arc::new(location), data }))
    }
}

/// All that is published at one time.
#[derive(Debug, Default)]
pub(crate) struct Definitions {
    /// The store's stamp; see [`tieline_store::workflows::Stamp`].
    pub(crate) stamp: i64,
    places: HashMap<LocationId, Arc<Place>>,
    by_trigger: HashMap<(LocationId, String), Vec<Definition>>,
    broken: HashMap<(LocationId, String), Vec<Arc<Broken>>>,
    listened: HashSet<(LocationId, String)>,
}

impl Definitions {
    /// What is published now. Only versions that were not compiled before are read and compiled.
    pub(crate) async fn reload(&self, store: &Store, programs: &Programs) -> Result<Self> {
        let published = store.read(Published).await?;
        programs.committed(published.stamp);
        let mut now = Self { stamp: published.stamp, ..Self::default() };
        now.listened.extend(published.listened);
        for location in published.locations {
            let place = Place::renew(self.places.get(&location.id), location)?;
            now.places.insert(place.location.id.clone(), place);
        }
        for current in published.versions {
            if let Some(compiled) = compiled(store, programs, &current, now.stamp).await? {
                now.add(current, compiled, &programs.catalogue);
            }
        }
        Ok(now)
    }

    fn add(&mut self, current: Current, compiled: Compiled, catalogue: &Catalogue) {
        let Some(place) = self.places.get(&current.location_id) else { return };
        let Current { workflow_id, location_id, version } = current;
        match compiled.program {
            Ok(program) => {
                let (place, catalogue) = (Arc::clone(place), catalogue.clone());
                let trigger = (location_id, program.trigger_kind().to_owned());
                let definition = Definition { workflow_id, version, place, program, catalogue };
                self.by_trigger.entry(trigger).or_default().push(definition);
            }
            Err(broken) => {
                if let Some(kind) = broken.trigger.clone() {
                    self.broken.entry((location_id, kind)).or_default().push(broken);
                }
            }
        }
    }

    /// The workflows that this kind of event would start, if this program could compile them.
    pub(crate) fn broken(&self, location: &LocationId, kind: &str) -> &[Arc<Broken>] {
        if self.broken.is_empty() {
            return &[];
        }
        self.broken.get(&(location.clone(), kind.to_owned())).map_or(&[], Vec::as_slice)
    }

    /// The workflows that this kind of event starts.
    pub(crate) fn triggered(&self, location: &LocationId, kind: &str) -> &[Definition] {
        // The map is keyed by owned texts; most locations have few kinds, so the key costs less than a
        // second level of maps would.
        self.by_trigger.get(&(location.clone(), kind.to_owned())).map_or(&[], Vec::as_slice)
    }

    /// Whether this kind of event starts a workflow, or runs may wait for it.
    pub(crate) fn is_relevant(&self, location: &LocationId, kind: &str) -> bool {
        let key = (location.clone(), kind.to_owned());
        self.by_trigger.contains_key(&key) || self.listened.contains(&key) || self.broken.contains_key(&key)
    }

    /// Whether runs may wait for this kind of event.
    pub(crate) fn is_listened(&self, location: &LocationId, kind: &str) -> bool {
        self.listened.contains(&(location.clone(), kind.to_owned()))
    }
}

/// A published version, compiled now or before; none if it is gone.
async fn compiled(
    store: &Store,
    programs: &Programs,
    current: &Current,
    stamp: i64,
) -> Result<Option<Compiled>> {
    let key = (current.workflow_id.clone(), current.version);
    if let Some(compiled) = programs.find(&key) {
        return Ok(Some(compiled));
    }
    let found = store.read(GetVersion { workflow_id: key.0, version: key.1 }).await?;
    Ok(found.map(|version| programs.compile(&version, stamp)))
}
