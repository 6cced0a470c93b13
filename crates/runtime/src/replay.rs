//! Doing again what failed: a run from the step where it stopped, a delivery through the mapping as it is
//! now.

use tieline_engine::RunState;
use tieline_model::{LocationId, Refusal, RunId};
use tieline_store::runs::{self, Queue, Run, RunStatus};
use tieline_store::{Procedure, Result, Tx};

/// Makes a failed run go on from the step that failed. What it did before is not done again.
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
        let get = runs::Get { location_id: self.location_id.clone(), id: self.id.clone() };
        let not_found = || Refusal::NotFound { what: "Run", id: self.id.to_string() };
        let mut run = get.run(tx).await?.ok_or_else(not_found)?;
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
        if runs::must_queue(tx, &run).await? {
            (run.queue, run.due_at) = (Queue::Turn, None);
        }
        runs::save(tx, &mut run).await?;
        Ok(run)
    }
}
