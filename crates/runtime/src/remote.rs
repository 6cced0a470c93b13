//! Requests that runs send outside: at least once, with an idempotency key that stays the same over retries.

use crate::segment::{LEASE, Remote, Segment};
use serde_json::Value;
use tieline_connect::http::{Client, Request};
use tieline_engine::{Act, ActionFailure, ActionSpec, Class, FieldSpec, Input};
use tieline_model::Timestamp;
use tieline_store::clock::Clock;

/// Sends an HTTP request.
pub(crate) const HTTP_REQUEST: ActionSpec = ActionSpec {
    key: "http.request",
    class: Class::Remote,
    on_contact: false,
    fields: &[
        FieldSpec { name: "url", required: true, summary: "the address to send to, beginning with https://" },
        FieldSpec {
            name: "method",
            required: false,
            summary: "GET, POST, PUT, PATCH, DELETE, HEAD or OPTIONS",
        },
        FieldSpec { name: "headers", required: false, summary: "headers, as an object" },
        FieldSpec {
            name: "query",
            required: false,
            summary: "what to add to the address behind ?, as an object",
        },
        FieldSpec { name: "body", required: false, summary: "an object, which goes out as JSON, or a text" },
    ],
    attempts: 6,
};

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

/// The key by which the other side knows the tries of one step as one.
fn idempotency_key(remote: &Remote) -> String {
    format!("{}-{}", remote.run.id, remote.act.step)
}

/// Sends a run's request. None where its lease is too far gone to send it safely: then it is left to whoever
/// takes the run over.
pub(crate) async fn send(client: &Client, remote: &Remote, clock: &dyn Clock) -> Option<Answer> {
    let left = remote.run.due_at.map_or(0, |end| end.millis() - clock.now().millis());
    if i128::from(left) < i128::try_from(LEASE.as_millis() / 2).unwrap_or(i128::MAX) {
        return None;
    }
    let request = match Request::read(&remote.act.input) {
        Ok(request) => request,
        Err(problems) => {
            let message = problems.join("; ");
            return Some(Answer::Failed(ActionFailure {
                message,
                retryable: false,
                retry_after: None,
                busy: false,
            }));
        }
    };
    Some(match client.send(&request, &idempotency_key(remote), clock.now()).await {
        Ok(response) => Answer::Done {
            detail: format!("{} answered {}", request.host(), response.status),
            output: serde_json::to_value(&response).unwrap_or_default(),
        },
        Err(failure) => Answer::Failed(ActionFailure {
            message: failure.message,
            retryable: failure.retryable,
            retry_after: failure.retry_after,
            busy: failure.busy,
        }),
    })
}
