//! An operation and a kind of event that are defined once are everywhere.

use serde_json::{Value, json};
use tieline_api::{ApiSettings, App};
use tieline_model::Scope;
use tieline_model::form::kinds::Text;
use tieline_model::form::{Field, Form};
use tieline_model::workflow::read_text;
use tieline_operations::{Answer, Catalogue, EventKind, Operation, Shape};
use tieline_runtime::documents::{Known, check};
use tieline_testkit::app::TestApp;

fn greet() -> Operation {
    Operation::reads("greetings.greet", "Greet", Scope::ContactsReadonly, |_tx, call| {
        Box::pin(async {
            let name = call.input.text("name").unwrap_or_default();
            Answer::new().did("greeted").value("greeting", format!("Hello {name}"))
        })
    })
    .described("Greet {name}", "Says hello.")
    .at(http::Method::POST, "/greetings")
    .at(http::Method::POST, "/api/greetings")
    .takes(Form::new([Field::new("name", Text::name(), "who is greeted").required().sampled("Ada")]))
    .gives([("greeting", Shape::text())])
}

fn catalogue() -> Catalogue {
    let event =
        EventKind::like("greetings.heard", "Greeting heard", "Somebody said hello.", json!({"from": "Bob"}));
    Catalogue::default().with_operations([greet()]).with_events([event])
}

#[tokio::test]
async fn what_is_defined_once_is_everywhere() {
    let plain = TestApp::new().await;
    let app = App::new(plain.store.clone(), catalogue(), ApiSettings::default());
    let app = TestApp { router: tieline_api::router(app), ..plain };

    let reply = app.post("/greetings", json!({"name": "Ada"})).await;
    assert_eq!((reply.status.as_u16(), &reply.json["greeting"]), (200, &json!("Hello Ada")));
    assert_eq!(app.post("/greetings", json!({"nam": "Ada"})).await.status, 422);

    for document in ["/openapi.json", "/openapi.json?version=v3"] {
        let document = app.get(document).await.json;
        let described = &document["paths"]["/greetings"]["post"];
        assert_eq!(described["operationId"], "greet");
        let body = &described["requestBody"]["content"]["application/json"];
        assert_eq!(body["schema"]["required"], json!(["name"]));
        assert!(document["paths"]["/api/greetings"].is_null());
    }
    let own = app.get("/api/openapi.json").await.json;
    assert_eq!(own["paths"]["/api/greetings"]["post"]["summary"], "Greet");

    let catalog = app.get("/api/catalog").await.json;
    let entry = |key: &str| -> Value {
        let entries = catalog["catalog"].as_array().unwrap();
        entries.iter().find(|entry| entry["key"] == key).unwrap().clone()
    };
    assert_eq!(entry("greetings.greet")["inputSchema"]["properties"]["name"]["type"], "string");
    assert_eq!(entry("greetings.heard")["payloadSchema"]["properties"]["from"]["type"], "string");

    let workflow = "{tieline: 1, name: x, trigger: {on: greetings.heard}, \
                    steps: [{do: greetings.greet, with: {name: '{{ trigger.from }}'}}]}";
    let problems = |text: &str| check(&read_text(text).unwrap(), &catalogue(), &Known::default()).err();
    assert_eq!(problems(workflow), None);
    assert!(problems(&workflow.replace("trigger.from", "trigger.form")).is_some());
    assert!(problems(&workflow.replace("{name:", "{nam:")).is_some());
}

/// The names in an object of a document.
fn names(document: &Value, pointer: &str) -> Vec<String> {
    let object = document.pointer(pointer).and_then(Value::as_object);
    object.unwrap_or_else(|| panic!("no {pointer}")).keys().cloned().collect()
}

#[tokio::test]
async fn each_version_documents_its_own_names() {
    let app = TestApp::new().await;
    let body = "/paths/~1contacts/post/requestBody/content/application~1json";
    for (address, channel, value) in
        [("/openapi.json", "SMS", "field_value"), ("/openapi.json?version=v3", "sms", "fieldValue")]
    {
        let document = app.get(address).await.json;
        for channels in [
            format!("{body}/schema/properties/dndSettings/properties"),
            "/components/schemas/Contact/properties/dndSettings/properties".to_owned(),
        ] {
            assert!(names(&document, &channels).contains(&channel.to_owned()), "{address} {channels}");
        }
        let entry = format!("{body}/schema/properties/customFields/items/properties");
        assert!(names(&document, &entry).contains(&value.to_owned()), "{address}");
        let mut example = document.pointer(&format!("{body}/example")).unwrap().clone();
        assert!(example["customFields"][0].get(value).is_some(), "{address}");
        example["locationId"] = json!(app.location.id);
        example["email"] = json!(format!("{value}@example.com"));
        example["phone"] = Value::Null;
        assert_eq!(app.post("/contacts/", example).await.status, 201, "{address}");
    }
}

#[tokio::test]
async fn documents_say_which_fields_of_a_body_may_be_null() {
    let app = TestApp::new().await;
    let document = app.get("/openapi.json").await.json;
    let schema = &document["paths"]["/contacts/{contactId}/tasks"]["post"]["requestBody"]["content"];
    let fields = &schema["application/json"]["schema"]["properties"];
    assert_eq!(fields["title"]["type"], "string");
    assert_eq!(fields["body"]["type"], json!(["string", "null"]));
    let contact = &document["components"]["schemas"]["Contact"]["properties"];
    assert_eq!(contact["city"]["type"], "string", "an answer leaves empty fields out");
}

/// Every path, body and answer of the documents can be read as OpenAPI has it: references lead somewhere.
#[tokio::test]
async fn the_references_of_the_documents_lead_somewhere() {
    let app = TestApp::new().await;
    for address in ["/openapi.json", "/openapi.json?version=v3", "/api/openapi.json"] {
        let document = app.get(address).await.json;
        assert_eq!(document["openapi"], "3.1.0", "{address}");
        let mut wanted = Vec::new();
        references(&document, &mut wanted);
        for reference in wanted {
            let pointer = reference.trim_start_matches('#');
            assert!(document.pointer(pointer).is_some(), "{address}: {reference}");
        }
    }
}

fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            found.extend(map.get("$ref").and_then(Value::as_str).map(str::to_owned));
            map.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}
