use crate::conversation::{Conversation, id};
use serde_json::{Value, json};
use std::time::Duration;
use tieline_testkit::app::TestApp;

#[tokio::test]
async fn definitions() {
    let mut talk = Conversation::begin().await;
    let path = "/locations/LOCATION/customFields";
    talk.post(path, json!({"name": "Plan name (AUD)", "dataType": "TEXT", "placeholder": "Plan", "position": 3, "model": "contact"})).await;
    talk.app.clock.advance(Duration::from_millis(1));
    talk.post(path, json!({"name": "Size", "dataType": "SINGLE_OPTIONS", "options": ["S", "L"]})).await;
    talk.post(path, json!({"name": "plan name aud", "dataType": "TEXT"})).await;
    talk.post(path, json!({"dataType": "NOVEL", "locationId": "LOCATION"})).await;
    talk.post(path, json!({"name": "Deal", "dataType": "TEXT", "model": "opportunity"})).await;
    talk.post("/locations/elsewhere/customFields", json!({"name": "a", "dataType": "TEXT"})).await;
    talk.get(path).await;
    talk.get("/locations/LOCATION/customFields?model=opportunity").await;
    talk.get("/locations/LOCATION/customFields?model=car").await;
    talk.get("/locations/elsewhere/customFields").await;
    insta::assert_snapshot!("custom-fields", talk.text());
}

async fn define(app: &TestApp, body: Value) -> String {
    let reply = app.post(&format!("/locations/{}/customFields", app.location.id), body).await;
    id(&reply.json, "customField")
}

#[tokio::test]
async fn values_come_in_in_every_form() {
    let app = TestApp::new().await;
    let field = define(&app, json!({"name": "Plan", "dataType": "TEXT"})).await;
    let body = json!({"locationId": app.location.id, "firstName": "Ada"});
    let contact = id(&app.post("/contacts/", body).await.json, "contact");
    for (n, mut entry) in [
        json!({"id": field, "field_value": null}),
        json!({"id": field, "fieldValue": null}),
        json!({"id": field, "value": null}),
        json!({"key": "plan", "field_value": null}),
        json!({"key": "contact.plan", "field_value": null}),
        json!({"id": field, "key": "A display name", "field_value": null}),
    ]
    .into_iter()
    .enumerate()
    {
        let value = format!("value {n}");
        for (_, slot) in entry.as_object_mut().unwrap().iter_mut().filter(|(_, slot)| slot.is_null()) {
            *slot = value.clone().into();
        }
        let reply = app.put(&format!("/contacts/{contact}"), json!({"customFields": [entry]})).await;
        assert_eq!(reply.json["contact"]["customFields"], json!([{"id": field, "value": value}]), "{entry}");
        assert_eq!(reply.json["warnings"], Value::Null, "{entry}");
    }
}

#[tokio::test]
async fn values_that_fit_nothing_are_left_out_and_told() {
    let mut talk = Conversation::begin().await;
    let plan = define(&talk.app, json!({"name": "Plan", "dataType": "TEXT"})).await;
    let size =
        define(&talk.app, json!({"name": "Size", "dataType": "SINGLE_OPTIONS", "options": ["S", "L"]})).await;
    let total = define(&talk.app, json!({"name": "Total", "dataType": "MONETORY"})).await;
    talk.post("/contacts/upsert", json!({"locationId": "LOCATION", "email": "ada@example.com", "customFields": [
        {"id": plan, "field_value": "Gold"}, {"id": size, "field_value": "XXL"}, {"key": "unknown", "field_value": 1},
        {"id": total, "field_value": "12.50"},
    ]}))
    .await;
    talk.post(
        "/contacts/upsert",
        json!({"locationId": "LOCATION", "email": "ada@example.com", "customFields": [
            {"id": plan, "field_value": ""}, {"key": "contact.size", "field_value": "L"},
        ]}),
    )
    .await;
    talk.post("/contacts/upsert", json!({"locationId": "LOCATION", "email": "ada@example.com", "customFields": [{"field_value": 1}, 2]}))
        .await;
    insta::assert_snapshot!("custom-field-values", talk.text());
}
