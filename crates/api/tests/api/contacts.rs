use crate::conversation::{Conversation, id};
use serde_json::{Value, json};
use std::time::Duration;
use tieline_store::locations;
use tieline_testkit::app::TestApp;
use tieline_testkit::database::home;

#[tokio::test]
async fn create() {
    let mut talk = Conversation::begin().await;
    let whole = json!({
        "locationId": "LOCATION", "firstName": "Rosan", "lastName": "Deo", "email": "Rosan@Deos.com",
        "phone": "+1 888-888-8888", "companyName": "DGS VolMAX", "address1": "3535 1st St N", "city": "Dolomite",
        "state": "AL", "country": "us", "postalCode": "35061", "website": "https://www.tesla.com",
        "timezone": "America/Chihuahua", "gender": "male", "dateOfBirth": "09/25/1990", "source": "public api",
        "assignedTo": "y0BeYjuRIlDwsDcOHOJo", "dnd": true,
        "dndSettings": {"SMS": {"status": "active", "message": "no", "code": "1"}, "whatsApp": {"status": "inactive"}},
        "inboundDndSettings": {"all": {"status": "inactive"}},
        "tags": ["VIP", " nisi sint commodo ", "vip"],
    });
    talk.post("/contacts/", whole).await;
    talk.post("/contacts/", json!({"locationId": "LOCATION", "name": "Ada King Lovelace"})).await;
    talk.version("v3");
    talk.post(
        "/contacts/",
        json!({"locationId": "LOCATION", "email": "v3@example.com", "dndSettings": {"sms": {"status": "active"}}}),
    )
    .await;
    insta::assert_snapshot!("contacts-create", talk.text());
}

#[tokio::test]
async fn create_refused() {
    let mut talk = Conversation::begin().await;
    talk.app.post("/contacts/", json!({
        "locationId": talk.app.location.id, "name": "Ada Lovelace", "email": "ada@example.com", "phone": "0412345678",
    })).await;
    for body in [
        json!({"locationId": "LOCATION", "email": "ADA@example.com"}),
        json!({"locationId": "LOCATION", "email": "other@example.com", "phone": "+61 412 345 678"}),
        json!({"locationId": "LOCATION", "companyName": "nobody", "tags": ["x"]}),
        json!({"email": "ada@example.com"}),
        json!({"locationId": "someone-elses-location", "email": "new@example.com"}),
        json!({"locationId": "LOCATION", "foo": 1, "bar": 2, "email": "ada", "phone": "12", "customFields": {},
            "tags": "x", "dnd": "yes", "country": "Australia", "dateOfBirth": "25/09/1990"}),
        json!({"locationId": 3, "email": "new@example.com"}),
    ] {
        talk.post("/contacts/", body).await;
    }
    insta::assert_snapshot!("contacts-create-refused", talk.text());
}

#[tokio::test]
async fn get() {
    let mut talk = Conversation::begin().await;
    let created = talk
        .app
        .post(
            "/contacts/",
            json!({
                "locationId": talk.app.location.id, "firstName": "Ada", "email": "Ada@example.com",
                "dndSettings": {"Call": {"status": "active"}},
            }),
        )
        .await;
    let path = format!("/contacts/{}", id(&created.json, "contact"));
    talk.get(&path).await;
    talk.get("/contacts/no-such-contact").await;
    talk.version("v3");
    talk.get(&path).await;
    talk.get("/contacts/no-such-contact/").await;
    insta::assert_snapshot!("contacts-get", talk.text());
}

#[tokio::test]
async fn update() {
    let mut talk = Conversation::begin().await;
    let other = json!({"locationId": talk.app.location.id, "name": "Bob Other", "email": "bob@example.com"});
    talk.app.post("/contacts/", other).await;
    let created = talk.app.post("/contacts/", json!({
        "locationId": talk.app.location.id, "firstName": "Ada", "email": "ada@example.com", "city": "London", "tags": ["a", "b"],
        "dndSettings": {"SMS": {"status": "active"}},
    })).await;
    let path = format!("/contacts/{}", id(&created.json, "contact"));
    talk.app.clock.advance(Duration::from_secs(60));
    talk.put(&path, json!({"lastName": "Lovelace", "city": null, "tags": ["C"], "dndSettings": {"Email": {"status": "inactive"}}}))
        .await;
    talk.put(&path, json!({"locationId": "LOCATION", "city": "Paris"})).await;
    talk.put(&path, json!({"gender": "female"})).await;
    talk.put(&path, json!({"email": "Bob@example.com"})).await;
    talk.put("/contacts/no-such-contact", json!({"city": "Paris"})).await;
    talk.version("v3");
    talk.put(&path, json!({"email": "ada@new.example.com"})).await;
    insta::assert_snapshot!("contacts-update", talk.text());
}

#[tokio::test]
async fn delete() {
    let mut talk = Conversation::begin().await;
    let created =
        talk.app.post("/contacts/", json!({"locationId": talk.app.location.id, "firstName": "Ada"})).await;
    let path = format!("/contacts/{}", id(&created.json, "contact"));
    talk.delete(&path, Value::Null).await;
    talk.delete(&path, Value::Null).await;
    talk.get(&path).await;
    talk.get(&format!("{path}/notes")).await;
    insta::assert_snapshot!("contacts-delete", talk.text());
}

#[tokio::test]
async fn upsert() {
    let mut talk = Conversation::begin().await;
    let ada = json!({"locationId": "LOCATION", "email": "ada@example.com", "firstName": "Ada"});
    talk.post("/contacts/upsert", ada).await;
    talk.app.clock.advance(Duration::from_secs(60));
    talk.post(
        "/contacts/upsert/",
        json!({"locationId": "LOCATION", "email": "ADA@example.com", "lastName": "Lovelace"}),
    )
    .await;
    talk.post("/contacts/upsert", json!({"locationId": "LOCATION", "phone": "0412 345 678", "name": "Bob"}))
        .await;
    // The address is Ada's and the number Bob's: Ada is changed, and Bob keeps his number.
    talk.post(
        "/contacts/upsert",
        json!({
            "locationId": "LOCATION", "email": "ada@example.com", "phone": "+61412345678", "city": "London",
        }),
    )
    .await;
    // The location allows no duplicates, so the flag means nothing.
    talk.post(
        "/contacts/upsert",
        json!({
            "locationId": "LOCATION", "phone": "+61412345678", "createNewIfDuplicateAllowed": true,
        }),
    )
    .await;
    talk.post("/contacts/upsert", json!({"locationId": "LOCATION", "firstName": "Nobody"})).await;
    talk.post("/contacts/upsert", json!({"email": "ada@example.com", "createNewIfDuplicateAllowed": 1}))
        .await;
    talk.version("v3");
    talk.post("/contacts/upsert", json!({"locationId": "LOCATION", "email": "v3@example.com"})).await;
    insta::assert_snapshot!("contacts-upsert", talk.text());
}

#[tokio::test]
async fn duplicate_search() {
    let mut talk = Conversation::begin().await;
    let body = json!({"locationId": "LOCATION", "firstName": "Ada", "email": "ada+x@example.com", "phone": "0412345678"});
    talk.post("/contacts/", body).await;
    for query in [
        "locationId=LOCATION&email=ADA%2Bx%40example.com",
        "locationId=LOCATION&number=%2B61412345678",
        "locationId=LOCATION&number=%2B61499999999",
        "locationId=LOCATION",
        "email=ada%40example.com",
        "locationId=LOCATION&number=call+me",
        "locationId=elsewhere&email=ada%40example.com",
    ] {
        talk.get(&format!("/contacts/search/duplicate?{query}")).await;
    }
    insta::assert_snapshot!("contacts-duplicate", talk.text());
    for query in ["email=ada+x@example.com", "number=+61412345678", "email=no@example.com&number=0412345678"]
    {
        let path = format!("/contacts/search/duplicate/?locationId={}&{query}", talk.app.location.id);
        assert_eq!(talk.app.get(&path).await.json["contact"]["firstName"], "Ada", "{query}");
    }
}

#[tokio::test]
async fn list() {
    let mut talk = Conversation::begin().await;
    for name in ["Ada Lovelace", "Bob Brown", "Cyd Charisse"] {
        let dnd = json!({"SMS": {"status": "active"}});
        talk.app
            .post("/contacts/", json!({"locationId": talk.app.location.id, "name": name, "dndSettings": dnd}))
            .await;
        talk.app.clock.advance(Duration::from_secs(1));
    }
    let first = talk.get("/contacts/?locationId=LOCATION&limit=2&unknown=ignored").await;
    let next = first["meta"]["nextPageUrl"].as_str().unwrap().strip_prefix("http://tieline.test").unwrap();
    talk.get(next).await;
    talk.get("/contacts/?locationId=LOCATION&query=NOBODY").await;
    talk.get("/contacts/?limit=101&startAfter=soon&sortBy=name&order=up").await;
    talk.get("/contacts/?locationId=elsewhere").await;
    talk.version("v3");
    talk.get("/contacts?locationId=LOCATION&query=bob").await;
    insta::assert_snapshot!("contacts-list", talk.text());
}

#[tokio::test]
async fn where_duplicates_are_allowed_both_creates_make_one() {
    let app = TestApp::new().await;
    let create = locations::Create { allow_duplicate_contact: true, ..home() };
    let location = app.store.write(create).await.unwrap();
    let app = TestApp { location, ..app };
    let key = app.key_with(tieline_model::Scope::ALL.iter().copied()).await;
    let app = TestApp { key, ..app };
    let body = json!({"locationId": app.location.id, "email": "ada@example.com"});
    let first = app.post("/contacts/", body.clone()).await;
    let second = app.post("/contacts/", body.clone()).await;
    assert_eq!((first.status.as_u16(), second.status.as_u16()), (201, 201));
    assert_eq!(app.post("/contacts/upsert", body.clone()).await.json["new"], false);
    let mut always = body;
    always["createNewIfDuplicateAllowed"] = true.into();
    assert_eq!(app.post("/contacts/upsert", always).await.json["new"], true);
    let listed = app.get(&format!("/contacts/?locationId={}", app.location.id)).await;
    assert_eq!(listed.json["count"], 3);
}

#[tokio::test]
async fn duplicates_from_before_can_be_changed_and_shared_numbers_are_no_ones_loss() {
    let app = TestApp::new().await;
    let allow = |allow| locations::Update {
        id: app.location.id.clone(),
        name: None,
        country: None,
        timezone: None,
        allow_duplicate_contact: Some(allow),
    };
    app.store.write(allow(true)).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(1050)).await;
    let phone = "+61412345678";
    let mut ids = Vec::new();
    for email in ["first@example.com", "second@example.com"] {
        let body = json!({"locationId": app.location.id, "email": email, "phone": phone});
        ids.push(app.post("/contacts/", body).await.json["contact"]["id"].as_str().unwrap().to_owned());
    }
    let body = json!({"locationId": app.location.id, "email": "second@example.com", "phone": phone, "city": "Perth"});
    let upserted = app.post("/contacts/upsert", body).await.json;
    assert_eq!((&upserted["contact"]["id"], &upserted["contact"]["city"]), (&json!(ids[1]), &json!("Perth")));
    assert_eq!(upserted["warnings"], serde_json::Value::Null);

    app.store.write(allow(false)).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(1050)).await;
    let path = format!("/contacts/{}", ids[1]);
    let unchanged = json!({"email": "Second@example.com", "phone": phone, "city": "Hobart"});
    assert_eq!(app.put(&path, unchanged).await.status, 200);
    assert_eq!(app.put(&path, json!({"email": "first@example.com"})).await.status, 400);
}

#[tokio::test]
async fn a_body_that_is_nested_too_deep_is_refused() {
    let app = TestApp::new().await;
    let mut deep = json!("x");
    for _ in 0..70 {
        deep = json!([deep]);
    }
    let body = json!({"locationId": app.location.id, "email": "a@example.com", "customFields": [{"id": "f", "value": deep}]});
    let refused = app.post("/contacts/", body).await;
    assert_eq!(refused.status, 400);
    assert!(refused.json["message"].as_str().unwrap().contains("64 deep"), "{}", refused.json);
}

#[tokio::test]
async fn phones_are_kept_as_e164() {
    let app = TestApp::new().await;
    for (written, stored) in [
        ("+1 888-888-8888", "+18888888888"),
        ("0412 345 678", "+61412345678"),
        ("+49 (0)30 901820", "+4930901820"),
    ] {
        let reply = app.post("/contacts/", json!({"locationId": app.location.id, "phone": written})).await;
        assert_eq!(reply.json["contact"]["phone"], stored, "{written}");
    }
}

#[tokio::test]
async fn the_log_tells_which_key_made_a_change() {
    let app = TestApp::new().await;
    app.post("/contacts/upsert", json!({"locationId": app.location.id, "email": "ada@example.com"})).await;
    // What is refused or changes nothing is not told.
    app.post("/contacts/", json!({"locationId": app.location.id, "email": "ada@example.com"})).await;
    app.post("/contacts/upsert", json!({"locationId": app.location.id, "email": "ada@example.com"})).await;
    let keys = app.store.read(tieline_store::keys::List(app.location.id.clone())).await.unwrap();
    let events = app.store.read(tieline_store::log::Read { after: 0, limit: 10 }).await.unwrap();
    let told: Vec<_> = events.iter().map(|event| (event.kind.as_str(), event.cause.clone())).collect();
    assert_eq!(told, [("contact.created", tieline_model::Cause::key(keys[0].id.clone()))]);
}
