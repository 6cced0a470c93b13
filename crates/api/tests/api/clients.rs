//! Requests as widely used clients of HighLevel send them.

use serde_json::{Value, json};
use tieline_testkit::app::{Reply, TestApp};

async fn app_with_contact() -> (TestApp, String) {
    let app = TestApp::new().await;
    let body = json!({"locationId": app.location.id, "email": "ada@example.com", "firstName": "Ada"});
    let created = app.post("/contacts/upsert/", body).await;
    let path = format!("/contacts/{}", created.json["contact"]["id"].as_str().unwrap());
    (app, path)
}

fn ok(reply: Reply) -> Value {
    assert!(reply.status.is_success(), "{reply:?}");
    reply.json
}

/// Case C7: n8n sends null for a title or due date that its user did not fill in.
#[tokio::test]
async fn n8n_updates_a_task() {
    let (app, path) = app_with_contact().await;
    let body = json!({"title": "Call", "dueDate": "2026-12-24T09:00:00Z", "completed": false});
    let created = ok(app.post(&format!("{path}/tasks/"), body).await);
    let task = format!("{path}/tasks/{}/", created["task"]["id"].as_str().unwrap());
    for (body, completed) in [
        (json!({"completed": true, "dueDate": null}), true),
        (json!({"status": "incompleted"}), false),
        (json!({"title": null, "status": "completed"}), true),
        (json!({"completed": false, "status": "completed"}), false),
    ] {
        let task = &ok(app.put(&task, body.clone()).await)["task"];
        assert_eq!(task["completed"], completed, "{body}");
        assert_eq!((&task["title"], &task["dueDate"]), (&json!("Call"), &json!("2026-12-24T09:00:00.000Z")));
        assert_eq!(task.get("status"), None);
    }
    let wrong = app.put(&task, json!({"status": "done"})).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.json["message"][0].as_str().unwrap().contains("completed, incompleted"), "{}", wrong.json);
}

/// Case C7: n8n sends the values of a field with many options as one text.
#[tokio::test]
async fn n8n_picks_several_options() {
    let (app, path) = app_with_contact().await;
    let field =
        json!({"name": "Plans", "dataType": "MULTIPLE_OPTIONS", "options": ["gold", "silver", "tin"]});
    let field = ok(app.post(&format!("/locations/{}/customFields", app.location.id), field).await);
    let id = &field["customField"]["id"];
    let values = json!({"customFields": [{"id": id, "key": "Plans", "field_value": "gold, silver"}]});
    let changed = ok(app.put(&format!("{path}/"), values).await);
    assert_eq!(changed["contact"]["customFields"], json!([{"id": id, "value": ["gold", "silver"]}]));
    assert_eq!(changed.get("warnings"), None);
}

/// Case C7: Pipedream turns texts of digits into numbers.
#[tokio::test]
async fn pipedream_sends_numbers_for_texts() {
    let app = TestApp::new().await;
    let body = json!({
        "locationId": app.location.id, "email": "ada@example.com", "phone": 61_412_345_678_u64,
        "postalCode": 35061, "address1": 12, "tags": [2026],
    });
    let contact = &ok(app.post("/contacts/upsert", body).await)["contact"];
    assert_eq!(
        (&contact["postalCode"], &contact["address1"], &contact["phone"], &contact["tags"]),
        (&json!("35061"), &json!("12"), &json!("+61412345678"), &json!(["2026"]))
    );
    for (body, word) in [(json!({"postalCode": 1e300}), "lost digits"), (json!({"city": true}), "string")] {
        let refused = app.put(&format!("/contacts/{}", contact["id"].as_str().unwrap()), body).await;
        assert_eq!(refused.status, 422);
        assert!(refused.json["message"][0].as_str().unwrap().contains(word), "{}", refused.json);
    }
}

/// Case C7: a Singer tap sends the name of a field as `startAfter`.
#[tokio::test]
async fn a_singer_tap_pages_through_the_contacts() {
    let (app, _) = app_with_contact().await;
    let body = json!({"locationId": app.location.id, "email": "bob@example.com"});
    ok(app.post("/contacts/", body).await);
    let path = format!("/contacts/?locationId={}&limit=1&startAfter=dateUpdated", app.location.id);
    let first = ok(app.get(&path).await);
    let id = first["contacts"][0]["id"].as_str().unwrap();
    let second = ok(app.get(&format!("{path}&startAfterId={id}")).await);
    assert_eq!(second["contacts"].as_array().unwrap().len(), 1);
    assert_ne!(second["contacts"][0]["id"], id);
    assert_eq!(second["meta"]["nextPageUrl"], Value::Null);
}

/// Case C7: the phone number of the contact that HighLevel's documents show.
#[tokio::test]
async fn highlevels_own_example_of_a_number_is_accepted_with_a_warning() {
    let (app, path) = app_with_contact().await;
    let changed = ok(app.put(&path, json!({"phone": "+1234567890"})).await);
    assert_eq!(changed["contact"]["phone"], "+1234567890");
    assert!(changed["warnings"][0].as_str().unwrap().starts_with("phone: +1234567890"), "{changed}");
}
