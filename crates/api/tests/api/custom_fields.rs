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

/// Defines `field`, puts `first` into it on a new contact where it is not null, then writes `entry` into
/// `customFields` (`FIELD` in it is the field's id). Gives what the contact has then, and the warnings.
async fn after(field: Value, first: Value, entry: Value) -> (Value, Value) {
    let app = TestApp::new().await;
    let field = define(&app, field).await;
    let values = if first.is_null() { json!([]) } else { json!([{"id": field, "field_value": first}]) };
    let body = json!({"locationId": app.location.id, "firstName": "Ada", "customFields": values});
    let reply = app.post("/contacts/", body).await;
    assert_eq!(reply.json["warnings"], Value::Null);
    let contact = id(&reply.json, "contact");
    let entry: Value = serde_json::from_str(&entry.to_string().replace("FIELD", &field)).unwrap();
    let reply = app.put(&format!("/contacts/{contact}"), json!({"customFields": [entry]})).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let read = app.get(&format!("/contacts/{contact}")).await;
    let told = reply.json["warnings"].to_string().replace(&field, "FIELD");
    (read.json["contact"]["customFields"][0]["value"].clone(), serde_json::from_str(&told).unwrap())
}

const UNFIT: &str =
    "customFields: the value for FIELD does not fit the field's type or options; it was left out";

#[tokio::test]
async fn options_that_exist_are_kept_and_the_others_told() {
    let told = |what: &str| {
        json!([format!(
            "customFields: the value for FIELD names options that the field does not have; they were left out: {what}"
        )])
    };
    for (sent, kept, warnings) in [
        (json!(["S", "XX"]), json!(["S"]), told("XX")),
        (json!(["XX", "S", 7, null, "XX"]), json!(["S"]), told("XX, 7, null")),
        (json!(["S", 5]), json!(["S", "5"]), Value::Null),
        (json!(["S", "S"]), json!(["S"]), Value::Null),
        (json!("S"), json!(["S"]), Value::Null),
        (json!(5), json!(["5"]), Value::Null),
        (json!([]), Value::Null, Value::Null),
        (json!(["XX", "YY"]), json!(["M"]), json!([UNFIT])),
        (json!({"S": true}), json!(["M"]), json!([UNFIT])),
    ] {
        for data_type in ["CHECKBOX", "MULTIPLE_OPTIONS"] {
            let field = json!({"name": "Size", "dataType": data_type, "options": ["S", "M", "5"]});
            let result = after(field, json!(["M"]), json!({"id": "FIELD", "field_value": sent})).await;
            assert_eq!(result, (kept.clone(), warnings.clone()), "{data_type} {sent}");
        }
    }
    let field = json!({"name": "Size", "dataType": "RADIO", "options": ["S", "5"]});
    let result = after(field, json!("S"), json!({"id": "FIELD", "field_value": 5})).await;
    assert_eq!(result, (json!("5"), Value::Null));
}

#[tokio::test]
async fn dates_are_dates() {
    let field = json!({"name": "Renewal", "dataType": "DATE"});
    for date in [
        "2020-01-31",
        "01/31/2020",
        "2020.01.31",
        "2020_01_31",
        "1/31/2020",
        "2020-01-31 10:00:00",
        "2020-01-31T10:00:00.000Z",
        "2020-01-31T10:00:00+02:00",
    ] {
        let result = after(field.clone(), Value::Null, json!({"id": "FIELD", "field_value": date})).await;
        assert_eq!(result, (json!(date), Value::Null), "{date}");
    }
    let result =
        after(field.clone(), Value::Null, json!({"id": "FIELD", "value": 1_577_836_800_000_i64})).await;
    assert_eq!(result, (json!("2020-01-01"), Value::Null));
    for wrong in [
        json!("nonsense"),
        json!("2020-02-30"),
        json!("31/01/2020"),
        json!("01/31/20"),
        json!("+1/31/2020"),
        json!(1.5),
        json!(i64::MAX),
        json!(true),
        json!([]),
    ] {
        let result =
            after(field.clone(), json!("2019-12-31"), json!({"id": "FIELD", "field_value": wrong})).await;
        assert_eq!(result, (json!("2019-12-31"), json!([UNFIT])), "{wrong}");
    }
}

#[tokio::test]
async fn numbers_are_read_as_people_type_them() {
    for (typed, number) in [
        ("007", json!(7)),
        (".5", json!(0.5)),
        ("-.5", json!(-0.5)),
        ("+12", json!(12)),
        ("12.", json!(12.0)),
        (" 12.50 ", json!(12.5)),
        ("18446744073709551615", json!(u64::MAX)),
    ] {
        for data_type in ["NUMERICAL", "MONETORY"] {
            let field = json!({"name": "Total", "dataType": data_type});
            let result = after(field, Value::Null, json!({"id": "FIELD", "field_value": typed})).await;
            assert_eq!(result, (number.clone(), Value::Null), "{data_type} {typed}");
        }
    }
    for wrong in [".", "-", "1.2.3", "1,200", "twelve", "inf", "NaN", "1e999"] {
        let field = json!({"name": "Total", "dataType": "NUMERICAL"});
        let result = after(field, json!(1), json!({"id": "FIELD", "field_value": wrong})).await;
        assert_eq!(result, (json!(1), json!([UNFIT])), "{wrong}");
    }
}

#[tokio::test]
async fn a_field_is_cleared_only_where_that_was_said() {
    let silent = json!(["customFields: there is no value for FIELD; it was left as it is"]);
    for (entry, kept, warnings) in [
        (json!({"id": "FIELD"}), json!("old"), silent),
        (json!({"id": "FIELD", "field_value": null, "value": "new"}), json!("new"), Value::Null),
        (json!({"id": "FIELD", "field_value": null, "fieldValue": null}), Value::Null, Value::Null),
        (json!({"id": "FIELD", "value": ""}), Value::Null, Value::Null),
    ] {
        let field = json!({"name": "Plan", "dataType": "TEXT"});
        let result = after(field, json!("old"), entry.clone()).await;
        assert_eq!(result, (kept, warnings), "{entry}");
    }
}

#[tokio::test]
async fn an_empty_id_counts_as_not_given() {
    for entry in [
        json!({"id": "", "key": "plan", "field_value": "new"}),
        json!({"id": "", "key": "", "fieldKey": "contact.plan", "field_value": "new"}),
    ] {
        let field = json!({"name": "Plan", "dataType": "TEXT"});
        assert_eq!(after(field, json!("old"), entry.clone()).await, (json!("new"), Value::Null), "{entry}");
    }
}

#[tokio::test]
async fn definitions_that_nobody_could_use_are_refused() {
    let app = TestApp::new().await;
    let path = format!("/locations/{}/customFields", app.location.id);
    let no_key = "name must contain a letter or a digit; the field's key is made from them";
    let no_options = "options can only be given for CHECKBOX, SINGLE_OPTIONS, MULTIPLE_OPTIONS and RADIO";
    for (body, told) in [
        (json!({"name": "   ", "dataType": "TEXT"}), "name should not be empty"),
        (json!({"name": "!!!", "dataType": "TEXT"}), no_key),
        (
            json!({"name": "é".repeat(256), "dataType": "TEXT"}),
            "name must be shorter than or equal to 255 characters",
        ),
        (
            json!({"name": "Size", "dataType": "RADIO", "options": ["a", " "]}),
            "each value in options should not be empty",
        ),
        (json!({"name": "Size", "dataType": "TEXT", "options": ["a"]}), no_options),
        (
            json!({"name": "Size", "dataType": "TEXT", "position": "3"}),
            "position must be a number conforming to the specified constraints",
        ),
        (json!({"name": "Size", "dataType": "TEXT", "placeholder": true}), "placeholder must be a string"),
    ] {
        let reply = app.post(&path, body.clone()).await;
        assert_eq!(reply.status, 422, "{body}");
        assert_eq!(reply.json["message"], json!([told]), "{body}");
    }
    assert_eq!(app.get(&path).await.json["customFields"], json!([]));
}

#[tokio::test]
async fn definitions_keep_what_was_said() {
    let app = TestApp::new().await;
    let path = format!("/locations/{}/customFields", app.location.id);
    let created = app
        .post(
            &path,
            json!({"name": "é".repeat(255), "dataType": "RADIO", "options": ["a", "b", "a"], "placeholder": "ph", "position": 3}),
        )
        .await;
    assert_eq!(created.status, 201, "{created:?}");
    let listed = app.get(&path).await;
    for field in [&created.json["customField"], &listed.json["customFields"][0]] {
        assert_eq!(field["picklistOptions"], json!(["a", "b"]));
        assert_eq!(field["placeholder"], "ph");
        assert_eq!(field["position"], 3);
    }
    let silent =
        json!({"name": "Plan", "dataType": "TEXT", "options": [], "position": null, "placeholder": ""});
    let created = app.post(&path, silent).await;
    assert_eq!(created.status, 201, "{created:?}");
    assert_eq!(created.json["customField"]["position"], 0);
}
