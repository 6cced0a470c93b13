//! Requests that runs send outside: at least once, with an idempotency key that stays the same over retries.

use crate::segment::{LEASE, Remote, Segment};
use serde_json::Value;
use std::sync::Arc;
use tieline_connect::http::{Client, RequestFailure};
use tieline_engine::{Act, ActionFailure, Input};
use tieline_model::{Cause, Timestamp};
use tieline_operations::{Catalogue, Outside, OutsideAnswer, Perform, Rendered};
use tieline_store::clock::Clock;

/// What came of a request.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    Done { output: Value, detail: String },
    Failed(ActionFailure),
}

impl Answer {
    /// Puts the answer into the run's history and gives it to the engine.
    pub(crate) fn tell(&self, segment: &mut Segment<'_>, act: &Act, now: Timestamp) -> Input {
        match self {
            Self::Done { output, detail } => {
                segment.called(now, act, "done", detail.clone());
                Input::Done { output: output.clone(), contact_id: None }
            }
            Self::Failed(failure) => {
                segment.called(now, act, "failed", failure.message.clone());
                Input::Failed(failure.clone())
            }
        }
    }
}

/// The key by which the other side knows the tries of one step as one. It is the same over automatic tries and
/// takeovers, and a new one when a person has the run go on after it failed.
fn idempotency_key(remote: &Remote) -> String {
    let (run, step) = (&remote.run.id, remote.act.step);
    match remote.act.group {
        0 => format!("{run}-{step}"),
        group => format!("{run}-{step}-{group}"),
    }
}

/// Sends a run's request. None where its lease is too far gone to send it safely: then it is left to whoever
/// takes the run over.
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
    Some(match perform(client, catalogue, remote, clock).await {
        Ok(answer) => Answer::Done {
            output: serde_json::from_str(&answer.to_json()).unwrap_or_default(),
            detail: answer.did,
        },
        Err(failure) => Answer::Failed(ActionFailure {
            message: failure.message,
            retryable: failure.retryable,
            retry_after: failure.retry_after,
            busy: failure.busy,
        }),
    })
}

async fn perform(
    client: &Client,
    catalogue: &Catalogue,
    remote: &Remote,
    clock: &dyn Clock,
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
    let idempotency_key = idempotency_key(remote);
    perform(Outside { client, idempotency_key: &idempotency_key, now: clock.now() }, &call).await
}
