use serde_json::json;
use std::collections::HashSet;
use std::time::Duration;
use tieline_testkit::app::TestApp;

const PEOPLE: usize = 250;

async fn crowd() -> TestApp {
    let app = TestApp::new().await;
    for n in 0..PEOPLE {
        // Some are created in the same millisecond, as in an import.
        if n % 3 == 0 {
            app.clock.advance(Duration::from_millis(1));
        }
        let body = json!({"locationId": app.location.id, "firstName": format!("P{n}"), "email": format!("p{n}@example.com")});
        assert_eq!(app.post("/contacts/", body).await.status, 201);
    }
    app
}

/// Reads pages until there is no cursor; `next` makes the query of the page after an answer's `meta`.
async fn read_all(app: &TestApp, first: &str, next: impl Fn(&serde_json::Value) -> String) -> Vec<String> {
    let (mut names, mut query) = (Vec::new(), first.to_owned());
    for _ in 0..PEOPLE {
        let page = app.get(&format!("/contacts/?locationId={}&{query}", app.location.id)).await.json;
        let contacts = page["contacts"].as_array().unwrap();
        names.extend(contacts.iter().map(|contact| contact["firstName"].as_str().unwrap().to_owned()));
        assert_eq!((&page["count"], &page["meta"]["total"]), (&json!(PEOPLE), &json!(PEOPLE)));
        if page["meta"]["startAfterId"].is_null() {
            assert!(page["meta"]["nextPageUrl"].is_null() && page["meta"]["nextPage"].is_null());
            return names;
        }
        assert!(page["meta"]["startAfter"].is_i64());
        query = next(&page["meta"]);
    }
    panic!("the pages do not end");
}

fn newest_first() -> Vec<String> {
    (0..PEOPLE).rev().map(|n| format!("P{n}")).collect()
}

/// Contacts of one millisecond have no order among themselves, so the sets are compared.
fn assert_everyone_once(names: &[String]) {
    assert_eq!(names.len(), PEOPLE);
    let names: HashSet<_> = names.iter().collect();
    assert_eq!(names, newest_first().iter().collect::<HashSet<_>>());
}

#[tokio::test]
async fn every_way_of_paging_sees_everyone_once() {
    let app = crowd().await;
    let id = |meta: &serde_json::Value| meta["startAfterId"].as_str().unwrap().to_owned();
    let by_id = read_all(&app, "limit=100", |meta| format!("limit=100&startAfterId={}", id(meta))).await;
    assert_everyone_once(&by_id);
    let by_both = |meta: &serde_json::Value| {
        format!("limit=7&startAfterId={}&startAfter={}", id(meta), meta["startAfter"])
    };
    assert_everyone_once(&read_all(&app, "limit=7", by_both).await);
    // n8n asks for 100, and then for pages of the usual length.
    let n8n =
        |meta: &serde_json::Value| format!("startAfterId={}&startAfter={}", id(meta), meta["startAfter"]);
    assert_everyone_once(&read_all(&app, "limit=100", n8n).await);
    let url = |meta: &serde_json::Value| {
        let url = meta["nextPageUrl"].as_str().unwrap();
        url.split_once('?').unwrap().1.to_owned()
    };
    for sort in ["order=asc", "sortBy=date_updated&order=desc", "sortBy=date_updated&order=asc", "query=p"] {
        assert_everyone_once(&read_all(&app, &format!("limit=40&{sort}"), url).await);
    }
}

#[tokio::test]
async fn the_newest_come_first_unless_asked_otherwise() {
    let app = TestApp::new().await;
    for name in ["A", "B", "C"] {
        app.clock.advance(Duration::from_millis(1));
        app.post("/contacts/", json!({"locationId": app.location.id, "firstName": name})).await;
    }
    let names = async |query: &str| {
        let page = app.get(&format!("/contacts?locationId={}&{query}", app.location.id)).await.json;
        page["contacts"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["name"].as_str().unwrap())
            .collect::<String>()
    };
    assert_eq!(names("").await, "CBA");
    assert_eq!(names("order=asc").await, "ABC");
    assert_eq!(names("sortBy=date_added&order=desc&query=b").await, "B");
    let oldest = app.get(&format!("/contacts/?locationId={}&order=asc&limit=1", app.location.id)).await.json;
    let id = oldest["contacts"][0]["id"].as_str().unwrap();
    app.clock.advance(Duration::from_millis(1));
    app.put(&format!("/contacts/{id}"), json!({"city": "London"})).await;
    assert_eq!(names("sortBy=date_updated").await, "ACB");
}

#[tokio::test]
async fn an_exhausted_cursor_stays_at_the_end() {
    let app = TestApp::new().await;
    let body = json!({"locationId": app.location.id, "firstName": "Ada"});
    let created = app.post("/contacts/", body).await.json;
    let last = created["contact"]["id"].as_str().unwrap();
    for query in [format!("startAfterId={last}"), format!("startAfterId={last}&startAfter=1795435200000")] {
        let page = app.get(&format!("/contacts/?locationId={}&{query}", app.location.id)).await.json;
        assert_eq!((&page["contacts"], &page["meta"]["total"]), (&json!([]), &json!(1)), "{query}");
        assert!(page["meta"]["startAfterId"].is_null(), "{query}");
    }
}

#[tokio::test]
async fn links_begin_with_the_public_address_where_there_is_one() {
    let app = TestApp::new().await;
    for name in ["A", "B"] {
        app.post("/contacts/", json!({"locationId": app.location.id, "firstName": name})).await;
    }
    let settings = tieline_api::ApiSettings {
        public_url: Some("https://api.example.com/".to_owned()),
        ..Default::default()
    };
    let page = app
        .settings(settings)
        .get(&format!("/contacts/?locationId={}&limit=1&query=%26", app.location.id))
        .await;
    assert_eq!(page.json["meta"]["nextPageUrl"], serde_json::Value::Null);
    let settings = tieline_api::ApiSettings {
        public_url: Some("https://api.example.com/".to_owned()),
        ..Default::default()
    };
    let page =
        app.settings(settings).get(&format!("/contacts/?locationId={}&limit=1", app.location.id)).await;
    let url = page.json["meta"]["nextPageUrl"].as_str().unwrap();
    assert!(url.starts_with("https://api.example.com/contacts/?locationId="), "{url}");
}

#[tokio::test]
async fn a_cursor_outlives_its_contact() {
    let app = TestApp::new().await;
    let mut ids = Vec::new();
    for name in ["A", "B", "C", "D"] {
        app.clock.advance(Duration::from_millis(1));
        let body = json!({"locationId": app.location.id, "firstName": name});
        let created = app.post("/contacts/", body).await.json;
        ids.push(created["contact"]["id"].as_str().unwrap().to_owned());
    }
    // C was changed after D, and is deleted while somebody stands at it.
    app.clock.advance(Duration::from_millis(1));
    app.put(&format!("/contacts/{}", ids[2]), json!({"city": "London"})).await;
    app.delete(&format!("/contacts/{}", ids[2]), serde_json::Value::Null).await;
    for (sort, expected) in [("date_updated", "DBA"), ("date_added", "BA")] {
        let path = format!("/contacts/?locationId={}&sortBy={sort}&startAfterId={}", app.location.id, ids[2]);
        let page = app.get(&path).await.json;
        let names: String =
            page["contacts"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
        assert_eq!(names, expected, "{sort}");
    }
}

#[tokio::test]
async fn an_unknown_cursor_is_refused_rather_than_begun_anew_with() {
    let app = TestApp::new().await;
    let created = app.post("/contacts/", json!({"locationId": app.location.id, "firstName": "Ada"})).await;
    assert_eq!(created.status, 201);
    for sort in ["date_added", "date_updated"] {
        let query = format!("sortBy={sort}&startAfterId=zzzzzzzz");
        let page = app.get(&format!("/contacts/?locationId={}&{query}", app.location.id)).await;
        assert_eq!(page.status, 422, "{sort}");
        assert!(page.json["message"][0].as_str().unwrap().starts_with("startAfterId must be"), "{sort}");
    }
}

#[tokio::test]
async fn a_time_alone_cuts_behind_its_millisecond() {
    let app = crowd().await;
    for order in ["asc", "desc"] {
        let path = format!("/contacts/?locationId={}&order={order}", app.location.id);
        let first = app.get(&format!("{path}&limit=2")).await.json;
        let after = first["meta"]["startAfter"].as_i64().unwrap();
        let second = app.get(&format!("{path}&limit=100&startAfter={after}")).await.json;
        let added = |contact: &serde_json::Value| {
            tieline_model::Timestamp::parse(contact["dateAdded"].as_str().unwrap()).unwrap().millis()
        };
        let behind = |at: i64| if order == "asc" { at > after } else { at < after };
        let contacts = second["contacts"].as_array().unwrap();
        assert_eq!(contacts.len(), 100);
        assert!(contacts.iter().all(|contact| behind(added(contact))), "{order}");
    }
}
