use crate::conversation::{Conversation, id};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tieline_testkit::app::TestApp;

#[tokio::test]
async fn tags() {
    let mut talk = Conversation::begin().await;
    let contact = talk.post("/contacts/", json!({"locationId": "LOCATION", "firstName": "Ada"})).await;
    let contact = format!("/contacts/{}", id(&contact, "contact"));
    let path = format!("{contact}/tags");
    talk.post(&path, json!({"tags": [" VIP ", "new", "vip"]})).await;
    talk.post(&format!("{path}/"), json!({"tags": ["Vip", "paid"]})).await;
    talk.delete(&path, json!({"tags": ["NEW", "never-had"]})).await;
    talk.post(&path, json!({"tags": "vip"})).await;
    talk.post(&path, json!({"tags": [true]})).await;
    talk.post(&path, json!({})).await;
    talk.delete(&path, Value::Null).await;
    talk.post(&path, json!({"tags": ["a"], "locationId": "LOCATION"})).await;
    talk.post("/contacts/no-such-contact/tags", json!({"tags": ["a"]})).await;
    let contact = talk.get(&contact).await;
    assert_eq!(contact["contact"]["tags"], json!(["vip", "paid"]));
    insta::assert_snapshot!("tags", talk.text());
}

#[tokio::test]
async fn a_body_full_of_tags_is_no_trouble() {
    let app = TestApp::new().await;
    let body = json!({"locationId": app.location.id, "firstName": "Ada"});
    let contact = format!("/contacts/{}", id(&app.post("/contacts/", body).await.json, "contact"));
    let tags: Vec<String> = (0..100_000).map(|n| format!("{n:x}")).collect();
    let began = Instant::now();
    let reply = app.post(&format!("{contact}/tags"), json!({"tags": tags})).await;
    assert_eq!(reply.json["message"], json!(["tags must contain no more than 1000 elements"]));
    let tags = &tags[..1_000];
    for _ in 0..2 {
        let reply = app.post(&format!("{contact}/tags"), json!({"tags": tags})).await;
        assert_eq!(reply.json["tags"].as_array().unwrap().len(), tags.len());
    }
    let reply = app.delete(&format!("{contact}/tags"), json!({"tags": tags})).await;
    assert_eq!(reply.json["tags"], json!([]));
    assert!(
        began.elapsed() < Duration::from_secs(20),
        "the time grows with the square of the number of tags"
    );
}
