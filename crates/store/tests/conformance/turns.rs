//! Whose turn it is: runs with one key, their queue, and who makes its head due.

use super::{Fixture, both};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tieline_model::{Cause, Event, EventId, LocationId, WorkflowId};
use tieline_store::runs::{self, Origin, Queue, Run, RunStatus};
use tieline_store::{Procedure, Result, Tx};
use tokio::sync::Barrier;

/// Starts a run, behind those in its way.
struct Start {
    location: LocationId,
    workflow: &'static str,
    event_seq: i64,
}

impl Procedure for Start {
    type Output = Run;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Run> {
        let event = Event {
            seq: self.event_seq,
            id: EventId::from("e"),
            location_id: self.location.clone(),
            kind: "shop.ordered".to_owned(),
            contact_id: None,
            subject: None,
            occurred_at: tx.now(),
            recorded_at: tx.now(),
            cause: Cause::operator(),
            payload: serde_json::value::RawValue::NULL.to_owned(),
        };
        let mut run = Run::new(tx, &event, &WorkflowId::from(self.workflow.to_owned()), 1);
        (run.origin, run.origin_key) = (Origin::Replay, format!("replay:{}", run.id));
        run.concurrency_key = Some("ada".to_owned());
        if runs::must_queue(tx, &run).await? {
            (run.queue, run.due_at) = (Queue::Turn, None);
        }
        runs::insert(tx, &run).await?;
        Ok(run)
    }
}

/// Moves runs on, all of which are read before the first is written.
struct Move {
    to: RunStatus,
    runs: Vec<Run>,
    /// Where others move runs at the same time: none of them writes before all have read.
    others: Option<Arc<Barrier>>,
    is_repeated: AtomicBool,
}

impl Procedure for Move {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<()> {
        let mut runs = Vec::new();
        for run in &self.runs {
            let get = runs::Get { location_id: run.location_id.clone(), id: run.id.clone() };
            runs.extend(get.run(tx).await?);
        }
        if let Some(others) = &self.others
            && tx.writes_in_parallel()
            && !self.is_repeated.swap(true, Ordering::SeqCst)
        {
            others.wait().await;
        }
        for run in &mut runs {
            (run.status, run.due_at) = (self.to, None);
            runs::save(tx, run).await?;
        }
        Ok(())
    }
}

impl Fixture {
    async fn start_run(&self, workflow: &'static str, event_seq: i64) -> Run {
        self.store.write(Start { location: self.location.id.clone(), workflow, event_seq }).await.unwrap()
    }

    async fn move_runs(&self, to: RunStatus, runs: &[&Run]) {
        self.move_beside(to, runs, None).await;
    }

    async fn move_beside(&self, to: RunStatus, runs: &[&Run], others: Option<Arc<Barrier>>) {
        let runs = runs.iter().map(|run| (*run).clone()).collect();
        self.store.write(Move { to, runs, others, is_repeated: AtomicBool::new(false) }).await.unwrap();
    }

    async fn stored(&self, run: &Run) -> Run {
        let get = runs::Get { location_id: run.location_id.clone(), id: run.id.clone() };
        self.store.read(get).await.unwrap().unwrap()
    }

    async fn is_due(&self, run: &Run) -> bool {
        let run = self.stored(run).await;
        run.queue == Queue::None && run.due_at.is_some()
    }

    async fn followers(&self, run: &Run) -> i64 {
        self.stored(run).await.followers
    }
}

#[test]
fn a_run_whose_followers_are_gone_stops_looking_for_the_next_one() {
    both(async |fixture| {
        let one = fixture.start_run("one", 1).await;
        let two = fixture.start_run("one", 2).await;
        fixture.move_runs(RunStatus::Waiting, &[&one]).await;
        fixture.move_runs(RunStatus::Completed, &[&two]).await;
        assert_eq!(fixture.followers(&one).await, 1);
        fixture.move_runs(RunStatus::Calling, &[&one]).await;
        assert_eq!(fixture.followers(&one).await, 0);

        let three = fixture.start_run("one", 3).await;
        assert!(!fixture.is_due(&three).await);
        assert_eq!(fixture.followers(&one).await, 1);
        fixture.move_runs(RunStatus::Completed, &[&one]).await;
        assert!(fixture.is_due(&three).await);
    });
}

#[test]
fn the_head_is_made_due_when_the_two_in_its_way_leave_at_the_same_moment() {
    both(async |fixture| {
        let one = fixture.start_run("one", 1).await;
        fixture.move_runs(RunStatus::Calling, &[&one]).await;
        let two = fixture.start_run("two", 2).await;
        let queued = fixture.start_run("one", 3).await;
        assert!(fixture.is_due(&two).await && !fixture.is_due(&queued).await);

        let others = Some(Arc::new(Barrier::new(2)));
        let (ones, twos) = ([&one], [&two]);
        let both_leave = async {
            tokio::join!(
                fixture.move_beside(RunStatus::Completed, &ones, others.clone()),
                fixture.move_beside(RunStatus::Calling, &twos, others.clone()),
            );
        };
        tokio::time::timeout(Duration::from_secs(10), both_leave).await.unwrap();
        assert!(fixture.is_due(&queued).await);
    });
}

#[test]
fn a_run_that_comes_into_the_way_of_the_queue_passes_the_turn_on() {
    both(async |fixture| {
        let one = fixture.start_run("one", 4).await;
        let queued = fixture.start_run("one", 5).await;
        let replayed = fixture.start_run("two", 1).await;
        assert!(fixture.is_due(&replayed).await && !fixture.is_due(&queued).await);
        fixture.move_runs(RunStatus::Completed, &[&one]).await;
        assert!(!fixture.is_due(&queued).await, "an earlier event's run has not come to its request yet");
        fixture.move_runs(RunStatus::Completed, &[&replayed]).await;
        assert!(fixture.is_due(&queued).await);
    });
}

#[test]
fn a_follower_that_came_after_a_run_was_read_is_not_forgotten() {
    both(async |fixture| {
        let one = fixture.start_run("one", 4).await;
        let queued = fixture.start_run("one", 5).await;
        let replayed = fixture.start_run("two", 1).await;
        fixture.move_runs(RunStatus::Completed, &[&one, &replayed]).await;
        assert!(fixture.is_due(&queued).await);
    });
}
