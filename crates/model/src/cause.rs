//! Who or what made a change.

use crate::id::{ConnectionId, KeyId, RunId};
use serde::{Deserialize, Serialize};

/// Who caused an event, and how deep in a chain of runs.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Cause {
    /// Who did it.
    #[serde(flatten)]
    pub by: Actor,
    /// How many runs lie between this event and the world outside: 0 for a request or a delivery, one more
    /// for what a run did because of it. A workflow that feeds itself is stopped by this.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub depth: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
fn is_zero(depth: &u32) -> bool {
    *depth == 0
}

/// Who did it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "camelCase")]
pub enum Actor {
    /// A client with an API key.
    Key {
        /// The key's id.
        id: KeyId,
    },
    /// A delivery to a connection.
    Connection {
        /// The connection's id.
        id: ConnectionId,
    },
    /// A run of a workflow.
    Run {
        /// The run's id.
        id: RunId,
    },
    /// Somebody at the command line.
    Operator,
}

impl Cause {
    /// Caused from outside, by a client with this key.
    #[must_use]
    pub const fn key(id: KeyId) -> Self {
        Self { by: Actor::Key { id }, depth: 0 }
    }

    /// Caused from outside, by a delivery to this connection.
    #[must_use]
    pub const fn connection(id: ConnectionId) -> Self {
        Self { by: Actor::Connection { id }, depth: 0 }
    }

    /// Caused by a run, `depth` runs after the event from outside.
    #[must_use]
    pub const fn run(id: RunId, depth: u32) -> Self {
        Self { by: Actor::Run { id }, depth }
    }

    /// Caused by someone at the command line.
    #[must_use]
    pub const fn operator() -> Self {
        Self { by: Actor::Operator, depth: 0 }
    }
}
