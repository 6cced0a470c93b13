//! Whatever bytes come in, the server stays up: no answer is a fault of ours, and each is in the envelope.

use crate::routes::all;
use axum::body::Body;
use http::{HeaderValue, Request};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use tieline_api::ApiSettings;
use tieline_testkit::app::TestApp;
use tieline_testkit::database::Kind;

/// JSON that looks like what clients send, in all but its values.
fn document() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[+0-9 ]{0,20}".prop_map(Value::from),
        "[a-z]{1,3}@[a-z]{1,3}\\.com".prop_map(Value::from),
    ];
    let name = prop_oneof![
        Just("id"),
        Just("key"),
        Just("field_value"),
        Just("locationId"),
        Just("email"),
        Just("phone"),
        Just("tags"),
        Just("firstName"),
        Just("name"),
        Just("customFields"),
        Just("dndSettings"),
        Just("dateOfBirth"),
        Just("dnd"),
        Just("title"),
        Just("body"),
        Just("dueDate"),
        Just("completed"),
        Just("dataType"),
        Just("options"),
    ];
    leaf.prop_recursive(4, 24, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(name.clone(), inner, 0..6)
                .prop_map(|map| map.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()),
        ]
    })
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..200),
        document().prop_map(|json| json.to_string().into_bytes())
    ]
}

/// The body, naming this location if it is an object, so that it is read to its end.
fn in_location(body: Vec<u8>, location: &str) -> Vec<u8> {
    match serde_json::from_slice(&body) {
        Ok(Value::Object(mut object)) => {
            object.insert("locationId".to_owned(), location.into());
            Value::Object(object).to_string().into_bytes()
        }
        _ => body,
    }
}

/// A text with the bytes that a path cannot hold written as `%xx`.
fn encoded(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| match byte {
        b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => text + char::from(*byte).encode_utf8(&mut [0; 4]),
        _ => format!("{text}%{byte:02x}"),
    })
}

#[test]
fn no_request_is_a_fault_of_ours_on_sqlite() {
    ask_anything(Kind::Sqlite, 400);
}

#[test]
fn no_request_is_a_fault_of_ours_on_postgres() {
    ask_anything(Kind::Postgres, 200);
}

fn ask_anything(kind: Kind, cases: u32) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    // Fields that are not known are ignored here, so that more bodies are carried out.
    let settings = ApiSettings { lenient: true, ..ApiSettings::default() };
    let app = runtime.block_on(TestApp::with(kind, settings));
    let contact =
        runtime.block_on(app.post("/contacts/", json!({"locationId": app.location.id, "firstName": "Ada"})));
    let contact = contact.json["contact"]["id"].as_str().unwrap();
    let bytes = || prop::collection::vec(any::<u8>(), 0..24);
    let routes = all();
    let inputs = (0..routes.len(), body(), bytes(), bytes(), bytes(), any::<bool>(), any::<bool>());
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let tried = runner.run(&inputs, |(n, body, id, value, header, own, v3)| {
        let asked = &routes[n];
        let names_location = matches!(asked.operation.id(), "create-contact" | "upsert-contact");
        let body = if own && names_location { in_location(body, app.location.id.as_str()) } else { body };
        let id = if id.is_empty() { "x".to_owned() } else { encoded(&id) };
        let path = asked.path.replace("{locationId}", app.location.id.as_str());
        // A contact that is there lets the body be read to its end.
        let there = own && asked.operation.id() != "delete-contact";
        let path = path.replace("{contactId}", if there { contact } else { &id });
        let path = path.replace("{taskId}", &id).replace("{id}", &id);
        let names = ["limit", "startAfter", "startAfterId", "query", "number", "email", "sortBy", "page"];
        let mut query = format!("{}={}", names[value.len() % names.len()], encoded(&value));
        if own {
            query = format!("locationId={}&{query}", app.location.id);
        }
        let mut request = Request::builder()
            .method(asked.method.clone())
            .uri(format!("{path}?{query}"))
            .header("version", if v3 { "v3" } else { "2021-07-28" })
            .header("authorization", format!("Bearer {}", app.key));
        if let Ok(header) = HeaderValue::from_bytes(&header)
            && !own
        {
            request = request.header("version", &header).header("locationid", header);
        }
        let reply = runtime.block_on(app.send(request.body(Body::from(body)).unwrap()));
        prop_assert!(!reply.status.is_server_error(), "{} {path}?{query}: {:?}", asked.method, reply);
        prop_assert!(reply.json["traceId"].is_string(), "{reply:?}");
        Ok(())
    });
    tried.unwrap();
}
