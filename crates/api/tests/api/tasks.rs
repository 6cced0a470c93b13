use crate::conversation::{Conversation, id};
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test]
async fn tasks() {
    let mut talk = Conversation::begin().await;
    let contact = talk.post("/contacts/", json!({"locationId": "LOCATION", "firstName": "Ada"})).await;
    let path = format!("/contacts/{}/tasks", id(&contact, "contact"));
    let whole = json!({"title": "Call", "body": "about the plan", "dueDate": "2026-11-30T11:00:00+11:00", "completed": false, "assignedTo": "someone"});
    let task = talk.post(&path, whole).await;
    let one = format!("{path}/{}", id(&task, "task"));
    talk.app.clock.advance(Duration::from_secs(1));
    talk.post(
        &format!("{path}/"),
        json!({"title": "Second", "dueDate": "2026-12-01T00:00:00Z", "completed": true}),
    )
    .await;
    talk.get(&path).await;
    talk.get(&one).await;
    talk.put(&one, json!({"title": "Call again", "assignedTo": null})).await;
    talk.put(&format!("{one}/completed"), json!({"completed": true})).await;
    talk.put(&format!("{one}/completed"), json!({"title": "x"})).await;
    talk.post(&path, json!({"title": "", "dueDate": "Monday", "status": "x"})).await;
    talk.get(&format!("{path}/no-such-task")).await;
    talk.get("/contacts/no-such-contact/tasks").await;
    talk.version("v3");
    talk.delete(&one, Value::Null).await;
    talk.delete(&one, Value::Null).await;
    insta::assert_snapshot!("tasks", talk.text());
}
