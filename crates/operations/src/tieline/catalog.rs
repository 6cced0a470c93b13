//! `GET /api/catalog`: lists the actions and triggers, each with its schema and a sample.

use crate::answer::Answer;
use crate::call::Call;
use crate::operation::Operation;
use crate::shape::Shape;
use http::Method;
use serde_json::json;
use tieline_model::Scope;
use tieline_store::{Result, Tx};

pub(super) fn operation() -> Operation {
    let entry = json!({
        "type": "object",
        "properties": {
            "key": { "type": "string" },
            "kind": { "type": "string", "enum": ["action", "trigger"] },
            "title": { "type": "string" },
            "sentence": { "type": "string" },
            "summary": { "type": "string" },
            "class": { "type": "string" },
            "inputSchema": { "type": "object" },
            "outputSchema": { "type": "object" },
            "payloadSchema": { "type": "object" },
            "sample": {},
        },
    });
    Operation::reads(
        "tieline.get-catalog",
        "List actions and triggers",
        Scope::WorkflowsReadonly,
        |tx, call| Box::pin(list(tx, call)),
    )
    .described("List actions and triggers", "Lists what a workflow can do and what can start it.")
    .at(Method::GET, "/api/catalog")
    .gives([("catalog", Shape::list(Shape::Schema(entry)))])
    .only_by_request()
}

async fn list(_tx: &mut Tx<'_>, call: &Call) -> Result<Answer> {
    Answer::new().value("catalog", call.catalogue.to_json())
}
