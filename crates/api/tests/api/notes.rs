use crate::conversation::{Conversation, id};
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test]
async fn notes() {
    let mut talk = Conversation::begin().await;
    let contact = talk.post("/contacts/", json!({"locationId": "LOCATION", "firstName": "Ada"})).await;
    let path = format!("/contacts/{}/notes", id(&contact, "contact"));
    let note = talk.post(&path, json!({"body": "<p>Called</p>", "userId": "LOCATION", "title": "Call", "color": "#FFAA00", "pinned": true})).await;
    let one = format!("{path}/{}", id(&note, "note"));
    talk.app.clock.advance(Duration::from_secs(1));
    talk.post(&format!("{path}/"), json!({"body": "Second"})).await;
    talk.get(&path).await;
    talk.get(&one).await;
    talk.put(&one, json!({"pinned": false, "title": null})).await;
    talk.put(&one, json!({"body": ""})).await;
    talk.post(&path, json!({})).await;
    talk.post(&path, json!({"body": "x", "locationId": "LOCATION", "pinned": "no"})).await;
    talk.get(&format!("{path}/no-such-note")).await;
    talk.get("/contacts/no-such-contact/notes").await;
    talk.post("/contacts/no-such-contact/notes", json!({"body": "x"})).await;
    talk.version("v3");
    talk.delete(&one, Value::Null).await;
    talk.delete(&one, Value::Null).await;
    insta::assert_snapshot!("notes", talk.text());
}
