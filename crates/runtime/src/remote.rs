//! Requests that runs send outside: at least once, with an idempotency key that stays the same over retries.

use crate::history::{received, redacted_reason};
use crate::segment::{LEASE, Remote, Segment};
use serde_json::Value;
use std::sync::Arc;
use tieline_connect::http::{Client, RequestFailure};
use tieline_engine::{Act, ActionFailure, Input};
use tieline_model::{About, Cause, Timestamp};
use tieline_operations::{Catalogue, Outside, OutsideAnswer, Perform, Rendered, Sent};
use tieline_store::clock::Clock;
use tieline_store::runs::StepOutcome;

/// The result of a request.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    Done { output: Value, did: String, effects: Vec<Value> },
    Failed { failure: ActionFailure, effects: Vec<Value> },
}

impl Answer {
    /// Records the answer in the run's history and returns what the engine needs of it.
    pub(crate) fn record(&self, segment: &mut Segment<'_>, act: &Act, now: Timestamp) -> Input {
        match self {
            Self::Done { output, did, effects } => {
                segment.called(now, act, StepOutcome::Done, |record| {
                    record.reason.clone_from(did);
                    received(record, output, effects);
                });
                Input::Done { output: output.clone(), about: About::Same }
            }
            Self::Failed { failure, effects } => {
                segment.called(now, act, StepOutcome::Failed, |record| {
                    record.reason.clone_from(&failure.message);
                    record.effects.clone_from(effects);
                });
                let message = redacted_reason(&failure.message, &act.input);
                Input::Failed(ActionFailure { message, ..failure.clone() })
            }
        }
    }
}

/// Sends a run's request. None if too little of the lease is left to send it safely: then it is left to the node
/// that takes the run over.
pub(crate) async fn send(
    client: &Client,
    catalogue: &Catalogue,
    remote: &Remote,
    clock: &dyn Clock,
) -> Option<Answer> {
    let left = remote.run.due_at.map_or(0, |end| end.millis() - clock.now().millis());
    if i128::from(left) < i128::try_from(LEASE.as_millis() / 2).unwrap_or(i128::MAX) {
        return None;
    }
    let sent = Sent::default();
    let performed = perform(client, catalogue, remote, clock, &sent).await;
    let effects = sent.into_effects();
    Some(match performed {
        Ok(answer) => Answer::Done {
            output: serde_json::from_str(&answer.to_json()).unwrap_or_default(),
            did: answer.did,
            effects,
        },
        Err(failure) => Answer::Failed {
            failure: ActionFailure {
                message: failure.message,
                retryable: failure.retryable,
                retry_after: failure.retry_after,
                busy: failure.busy,
            },
            effects,
        },
    })
}

async fn perform(
    client: &Client,
    catalogue: &Catalogue,
    remote: &Remote,
    clock: &dyn Clock,
    sent: &Sent,
) -> OutsideAnswer {
    let action = remote.act.action;
    let operation = catalogue.operation(action);
    let Some((operation, Perform::Outside(perform))) =
        operation.map(|operation| (operation, operation.perform))
    else {
        return Err(RequestFailure::lasting(format!("{action} is not an action that calls outside")));
    };
    let rendered = Rendered {
        catalogue: catalogue.clone(),
        location: Arc::clone(&remote.location),
        cause: Cause::run(remote.run.id.clone(), 0),
        with: remote.act.input.clone(),
        subject: None,
    };
    let call =
        operation.read_rendered(rendered).map_err(|error| RequestFailure::lasting(error.to_string()))?;
    // By this the receiver recognises all tries of one step as the same request.
    let idempotency_key = format!("{}-{}", remote.run.id, remote.act.idempotency_key);
    perform(Outside { client, idempotency_key: &idempotency_key, now: clock.now(), sent }, &call).await
}
