//! `http.request`: sends an HTTP request and gives its answer to later steps.

use crate::answer::Answer;
use crate::call::Call;
use crate::operation::{Operation, Outside, OutsideAnswer, Perform};
use crate::shape::Shape;
use serde_json::{Map, Value, json};
use tieline_connect::http::{Request, RequestFailure, kinds};
use tieline_model::Scope;
use tieline_model::form::kinds::Anything;
use tieline_model::form::{Field, FieldError, Form};

pub(super) fn operation() -> Operation {
    let outside = Perform::Outside(|outside, call| Box::pin(request(outside, call)));
    Operation::new("http.request", "Send HTTP request", Scope::WorkflowsWrite, outside)
        .described(
            "{method} {url}",
            "Calls another program's API. Repeated until it succeeds, with an idempotency key.",
        )
        .takes(form())
        .gives([
            ("status", Shape::integer()),
            ("headers", Shape::Schema(json!({ "type": "object" }))),
            ("body", Shape::Schema(json!({}))),
            ("truncated", Shape::flag()),
        ])
        .tried(6)
}

fn form() -> Form {
    Form::new([
        Field::new("url", kinds::Address, "the address to send to, beginning with https://").required(),
        Field::new("method", kinds::Verb, "the method; POST with a body, else GET"),
        Field::new("headers", kinds::Headers, "headers, as an object"),
        Field::new("query", kinds::Pairs, "what to add to the address behind ?, as an object"),
        Field::new("body", Anything, "an object, which goes out as JSON, or a text"),
    ])
}

fn sentences(errors: &[FieldError]) -> String {
    let messages: Vec<&str> = errors.iter().map(|error| error.message.as_str()).collect();
    messages.join("; ")
}

async fn request(outside: Outside<'_>, call: &Call) -> OutsideAnswer {
    let input: Map<String, Value> = call
        .input
        .iter()
        .filter_map(|(name, patch)| Some((name.to_owned(), patch.as_set()?.clone())))
        .collect();
    let request = Request::read(&input).map_err(|errors| RequestFailure::lasting(sentences(&errors)))?;
    let response = outside.send(&request).await?;
    let mut answer = Answer::new().did(format!("{} answered {}", request.host(), response.status));
    if let Ok(Value::Object(parts)) = serde_json::to_value(&response) {
        for (name, value) in parts {
            let known = ["status", "headers", "body", "truncated"].into_iter().find(|known| *known == name);
            answer.parts.extend(known.map(|name| (name, crate::answer::Part::Value(value))));
        }
    }
    Ok(answer)
}
