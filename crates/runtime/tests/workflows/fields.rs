//! Custom fields, which workflows read by their keys.

use crate::support::{TestApp, both};
use serde_json::json;
use tieline_model::workflow::read_text;
use tieline_store::workflows::Apply;

/// Writes a contact with a value for each field and notes what it then reads.
const ORDERS: &str = r#"
tieline: 1
name: Orders
trigger: { on: shop.ordered }
steps:
  - do: contacts.upsert-contact
    with:
      email: "{{ trigger.email }}"
      customFields:
        - { key: plan_name, field_value: "{{ trigger.plan }}" }
        - { key: seats, field_value: "{{ trigger.seats }}" }
        - { key: renews, field_value: 09/25/2027 }
        - { key: toppings, field_value: [olives, capers] }
        - { key: city, field_value: the field's city }
  - do: contacts.create-note
    with: { body: "READ" }
"#;

async fn with_fields(app: &TestApp) {
    for (name, data_type) in
        [("Plan name", "TEXT"), ("Seats", "NUMERICAL"), ("Renews", "DATE"), ("City", "TEXT")]
    {
        app.custom_field(json!({"name": name, "dataType": data_type})).await;
    }
    let toppings =
        json!({"name": "Toppings", "dataType": "CHECKBOX", "options": ["olives", "capers", "ham"]});
    app.custom_field(toppings).await;
}

/// What a note of a run reads for this template.
async fn reads(app: &TestApp, template: &str) {
    with_fields(app).await;
    app.publish(&ORDERS.replace("READ", template)).await;
    let _runtime = app.start();
    app.happens("shop.ordered", "ada", json!({"email": "ada@example.com", "plan": "Gold", "seats": 3})).await;
    app.settle().await;
    app.happens("shop.ordered", "bob", json!({"email": "bob@example.com"})).await;
    app.settle().await;
}

#[test]
fn a_custom_field_is_read_by_its_key() {
    both(async |app| {
        let template = "{{ contact.plan_name }}, {{ contact.seats * 2 }}, {{ contact.renews | date('%d %B') }}, \
                        {{ contact.toppings | join(' and ') }}";
        reads(&app, &template.replace("contact.seats * 2", "(contact.seats | default(0)) * 2")).await;
        let notes = app.notes().await;
        assert_eq!(
            notes,
            ["Gold, 6, 25 September, olives and capers", ", 0, 25 September, olives and capers"]
        );
    });
}

#[test]
fn a_contact_as_a_whole_is_what_the_api_answers_and_its_own_members_come_first() {
    both(async |app| {
        reads(&app, "{{ contact['plan_name'] | upper }}, {{ contact.city }}, {{ contact['city'] | upper }}, {{ 'seats' in (contact | items | map('first') | list) }}")
            .await;
        assert_eq!(app.notes().await, ["GOLD, , , false", ", , , false"]);
    });
}

#[test]
fn a_triggers_condition_reads_custom_fields() {
    both(async |app| {
        reads(&app, "new").await;
        let workflow = "{tieline: 1, name: Tags, trigger: {on: contact.tags_changed, when: contact.plan_name == 'Gold'}, \
                        steps: [{do: contacts.create-note, with: {body: 'tagged {{ contact.seats }}'}}]}";
        app.publish(workflow).await;
        let _runtime = app.start();
        for email in ["ada@example.com", "bob@example.com"] {
            let contact = app.contact(email).await.unwrap();
            app.add_tags(&contact, &["vip"]).await;
        }
        app.settle().await;
        assert_eq!(app.notes().await, ["new", "new", "tagged 3"]);
    });
}

#[test]
fn a_field_that_is_gone_is_null() {
    both(async |app| {
        with_fields(&app).await;
        let document = read_text(&ORDERS.replace("READ", "{{ contact.gone | default('none') }}")).unwrap();
        let location_id = app.location.id.clone();
        app.store.write(Apply { location_id, name: "Orders".into(), document, publish: true }).await.unwrap();
        let _runtime = app.start();
        app.happens("shop.ordered", "ada", json!({"email": "ada@example.com", "plan": "Gold"})).await;
        app.settle().await;
        assert_eq!(app.notes().await, ["none"]);
    });
}
