//! A run that sleeps: before the next try of a request, until a time, or for an event.

use crate::dispatch::CURSOR;
use crate::history::begun;
use crate::segment::{Segment, contact_key};
use serde_json::value::to_raw_value;
use serde_json::{Value, json};
use std::time::Duration;
use tieline_engine::{Effect, Input, Outcome, RunState, Sleep, Why};
use tieline_expr::Data;
use tieline_model::Event;
use tieline_store::runs::{self, Origin, RunStatus, StepOutcome};
use tieline_store::{Procedure, Result, Tx};

/// How long a wait whose time is over sleeps on at most, while the dispatcher has not reached an event for it. The
/// dispatcher wakes it before.
const CATCH_UP: Duration = Duration::from_secs(1);

impl Segment<'_> {
    /// Lets the run sleep; returns the next effect if the pause has passed already.
    pub(crate) async fn sleep(&mut self, tx: &mut Tx<'_>, sleep: Sleep) -> Result<Option<Effect>> {
        match sleep.why {
            Why::Retry => {
                if let Some(failed) = self.history.last() {
                    failed.record.retry_at = Some(sleep.until);
                }
            }
            Why::Wait => {
                if let Some(effect) = self.wait(tx, &sleep).await? {
                    return Ok(Some(effect));
                }
            }
        }
        let mut due = sleep.until;
        if due <= tx.now() {
            if !self.is_behind(tx, &sleep).await? {
                self.history
                    .end(StepOutcome::Done, tx.now(), |record| record.reason = "the time ran out".to_owned());
                return self.advance(tx, Input::Elapsed).await.map(Some);
            }
            due = tx.now().plus(CATCH_UP);
        }
        let what = if sleep.why == Why::Retry { "tries again at" } else { "waits until" };
        self.subscribe(tx, &sleep.events).await?;
        self.park(tx, RunStatus::Waiting, Some(due), format!("{what} {}", sleep.until));
        Ok(None)
    }

    /// Records the wait and searches for its event among those already received.
    async fn wait(&mut self, tx: &mut Tx<'_>, sleep: &Sleep) -> Result<Option<Effect>> {
        if self.history.open().is_none()
            && let Some((step, place)) = self.definition.program.step_of(&self.state)
        {
            let mut step = begun(&self.run, step, place, tx.now());
            (step.outcome, step.ended_at, step.record.due_at) =
                (StepOutcome::Waiting, None, Some(sleep.until));
            self.history.add_open(&mut self.run, step);
        }
        if !self.has_subscribed() {
            return Ok(None);
        }
        let wait = self.run.steps;
        let events = runs::noticed(tx, &self.run.id, wait).await?;
        let about = self.about();
        for event in &events {
            let is_in_time = event.recorded_at <= sleep.until;
            // The run may have been about another contact when it subscribed.
            let is_about_it = about_of(event).any(|name| about.contains(&name));
            if !sleep.events.contains(&event.kind) || !is_in_time || !is_about_it {
                continue;
            }
            if let Some(effect) = self.try_event(tx, event).await? {
                runs::use_up(tx, &self.run.id, event.seq).await?;
                return Ok(Some(effect));
            }
        }
        if let Some(last) = events.last() {
            runs::pass_by(tx, &self.run.id, wait, last.seq).await?;
        }
        Ok(None)
    }

    /// Whether the log holds an event in time for this wait that the dispatcher has not reached, as after an outage.
    /// The wait then ends by that event and not by its time.
    async fn is_behind(&self, tx: &mut Tx<'_>, sleep: &Sleep) -> Result<bool> {
        if sleep.events.is_empty() {
            return Ok(false);
        }
        let cursor = CURSOR.run(tx).await?;
        for kind in &sleep.events {
            for about in self.about() {
                if runs::is_unread(tx, &self.run, kind, &about, sleep.until, cursor).await? {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// Offers an event to the wait; none if the wait continues.
    async fn try_event(&mut self, tx: &mut Tx<'_>, event: &Event) -> Result<Option<Effect>> {
        // An event that cannot be read ends no wait.
        let Ok(payload) = Data::parse(event.payload.get()) else { return Ok(None) };
        let before = self.state.clone();
        let effect = self.advance(tx, Input::Happened { kind: event.kind.clone(), payload }).await?;
        if self.state == before {
            return Ok(None);
        }
        let (outcome, reason) = match &effect {
            Effect::Finished(Outcome::Stopped { reason }) if self.is_at_wait(&before) => {
                (StepOutcome::Stopped, reason.clone())
            }
            Effect::Finished(Outcome::Failed { message, .. }) if self.is_at_wait(&before) => {
                (StepOutcome::Failed, Some(message.clone()))
            }
            _ => (StepOutcome::Done, None),
        };
        self.history.end(outcome, tx.now(), |record| {
            record.reason = reason.unwrap_or_else(|| format!("{} happened", event.kind));
            let event: Value = serde_json::from_str(event.payload.get()).unwrap_or_default();
            record.output = to_raw_value(&json!({ "happened": true, "event": event })).ok();
        });
        Ok(Some(effect))
    }

    /// Whether the run is still at the step where it was.
    fn is_at_wait(&self, before: &RunState) -> bool {
        self.definition.program.step_of(&self.state) == self.definition.program.step_of(before)
    }

    /// Subscribes the run to the events that its waits may ask for, from now on and also while it is not asleep: a
    /// payment may recover before the run that its failure started reaches the wait. `wake_on` are the kinds that
    /// wake it now.
    pub(crate) async fn subscribe(&self, tx: &mut Tx<'_>, wake_on: &[String]) -> Result<()> {
        let kinds = self.definition.program.listened_kinds();
        for kind in kinds {
            for about in self.about() {
                runs::subscribe(tx, &self.run, kind, &about).await?;
            }
        }
        if kinds.is_empty() { Ok(()) } else { runs::wake_on(tx, &self.run.id, wake_on, &self.about()).await }
    }

    /// Ends the subscriptions of a run that is over. One that failed keeps them: what comes until somebody retries it
    /// counts for its waits.
    pub(crate) async fn end_subscriptions(&self, tx: &mut Tx<'_>, outcome: &Outcome) -> Result<()> {
        match outcome {
            Outcome::Failed { .. } => self.subscribe(tx, &[]).await,
            Outcome::Completed | Outcome::Stopped { .. } if self.has_subscribed() => {
                runs::unsubscribe(tx, &self.run.id).await
            }
            Outcome::Completed | Outcome::Stopped { .. } => Ok(()),
        }
    }

    /// Whether the run may have subscriptions: one that was never stored has none. A replayed run has them before it has
    /// a state.
    fn has_subscribed(&self) -> bool {
        let is_stored = !self.run.state.is_empty() || self.run.origin == Origin::Replay;
        is_stored && !self.definition.program.listened_kinds().is_empty()
    }

    /// The person that the run is about now, under every name that an event may use. The trigger's own contact is not
    /// among them once a step has found another one.
    fn about(&self) -> Vec<String> {
        let contact = self.state.contact_id.as_ref().map(contact_key);
        contact.into_iter().chain(self.event.subject.clone()).collect()
    }
}

/// Whom an event is about, under every name that a run may be subscribed to.
pub(crate) fn about_of(event: &Event) -> impl Iterator<Item = String> {
    event.contact_id.as_ref().map(contact_key).into_iter().chain(event.subject.clone())
}
