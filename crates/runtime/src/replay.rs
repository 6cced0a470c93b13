//! Retrying and replaying runs: a failed one continues from the step that failed, any one starts again from its
//! trigger.

use crate::definitions::{Pinned, Programs};
use crate::segment::waits_for_turn;
use crate::waits::about_of;
use tieline_engine::RunState;
use tieline_model::{Event, LocationId, Refusal, RunId};
use tieline_operations::Catalogue;
use tieline_store::runs::{self, Origin, Queue, Run, RunStatus};
use tieline_store::{Procedure, Result, Tx, log, workflows};

/// Continues a failed run from the step that failed. Earlier steps are not repeated.
#[derive(Clone, Debug)]
pub struct RetryRun {
    /// The location.
    pub location_id: LocationId,
    /// The run.
    pub id: RunId,
}

impl Procedure for RetryRun {
    type Output = Run;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Run> {
        let mut run = find(tx, &self.location_id, &self.id).await?;
        if run.status != RunStatus::Failed {
            let status = run.status.as_str();
            return Err(
                Refusal::Conflict(format!("the run is {status}; only a failed run can be retried")).into()
            );
        }
        if !run.state.is_empty() {
            let mut state: RunState = serde_json::from_str(&run.state)?;
            state.retry();
            run.state = serde_json::to_string(&state)?;
        }
        (run.status, run.due_at, run.updated_at) = (RunStatus::Ready, Some(tx.now()), tx.now());
        run.detail = "retried by hand".to_owned();
        queue_if_needed(tx, &mut run).await?;
        runs::save(tx, &mut run).await?;
        Ok(run)
    }
}

/// Starts a new run on the event of an earlier one, from the trigger, on the version that is published now or else
/// on the version of the earlier run. All its steps are done again.
#[derive(Clone, Debug)]
pub struct ReplayRun {
    /// The location.
    pub location_id: LocationId,
    /// The earlier run, which may still be under way.
    pub id: RunId,
    /// What the workflow is compiled with, for the events that its waits name: they are kept from now on.
    pub catalogue: Catalogue,
}

/// A run that was replayed.
#[derive(Clone, Debug)]
pub struct Replayed {
    /// The new run.
    pub run: Run,
    /// Whether the workflow is published. If not, the run is on the version of the earlier run.
    pub is_published: bool,
}

impl Procedure for ReplayRun {
    type Output = Replayed;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Replayed> {
        let earlier = find(tx, &self.location_id, &self.id).await?;
        let published = workflows::PublishedVersion(earlier.workflow_id.clone()).run(tx).await?;
        let event = log::At(earlier.event_seq).run(tx).await?;
        let event = event.ok_or_else(|| {
            Refusal::Conflict("the event that started the run is gone, so it cannot be replayed".to_owned())
        })?;
        let mut run = Run::new(tx, &event, &earlier.workflow_id, published.unwrap_or(earlier.version));
        run.origin = Origin::Replay;
        run.origin_key = format!("replay:{}", run.id);
        run.parent_id = Some(earlier.id);
        run.concurrency_key = earlier.concurrency_key;
        run.detail = "replayed by hand".to_owned();
        queue_if_needed(tx, &mut run).await?;
        runs::insert(tx, &run).await?;
        self.subscribe(tx, &run, &event).await?;
        Ok(Replayed { run, is_published: published.is_some() })
    }
}

impl ReplayRun {
    /// Subscribes the run to what its waits may ask for. One that cannot be compiled fails when it begins.
    async fn subscribe(&self, tx: &mut Tx<'_>, run: &Run, event: &Event) -> Result<()> {
        let pinned = Pinned::new(Programs::new(self.catalogue.clone()));
        let Ok(definition) = pinned.get(tx, &run.workflow_id, run.version).await? else { return Ok(()) };
        for about in about_of(event) {
            for kind in definition.program.listened_kinds() {
                runs::subscribe(tx, run, kind, &about).await?;
            }
        }
        Ok(())
    }
}

async fn find(tx: &mut Tx<'_>, location: &LocationId, id: &RunId) -> Result<Run> {
    let found = runs::Get { location_id: location.clone(), id: id.clone() }.run(tx).await?;
    found.ok_or_else(|| Refusal::NotFound { what: "Run", id: id.to_string() }.into())
}

async fn queue_if_needed(tx: &mut Tx<'_>, run: &mut Run) -> Result<()> {
    if runs::must_queue(tx, run).await? {
        (run.queue, run.due_at) = (Queue::Turn, None);
        run.detail = format!("{}; {}", run.detail, waits_for_turn(run));
    }
    Ok(())
}
