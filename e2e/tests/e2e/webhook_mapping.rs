//! A mapping that does not fit the deliveries, and how it is corrected without losing any.

use crate::webhook::WORKFLOW;
use e2e::tenant::text;
use e2e::{Place, Request, Server, Tenant};
use serde_json::{Value, json};

/// Takes the kind from the body, where the sender uses its own words.
const HOPEFUL: &str = r#"
event: "{{ body.what }}"
id: "{{ body.order }}"
fields: { email: "{{ body.email }}", order: "{{ body.order }}" }
"#;

/// Names the kind itself.
const RIGHT: &str = r#"
event: shop.order_paid
id: "{{ body.order }}"
fields: { email: "{{ body.email }}", order: "{{ body.order }}" }
"#;

fn body(order: &str) -> String {
    json!({ "what": "Order Paid!", "order": order, "email": "mara@example.com" }).to_string()
}

fn failed(tenant: &Tenant<'_>) -> Vec<Value> {
    let failed = tenant.json(&["deliveries", "list", "--status", "failed"]);
    failed["deliveries"].as_array().unwrap().clone()
}

#[test]
fn what_did_not_fit_is_kept_and_replayed_when_the_mapping_is_right() {
    let place = Place::sqlite();
    let tenant = Tenant::new(&place);
    tenant.publish(WORKFLOW);
    let hopeful = place.write("hopeful.yaml", HOPEFUL);
    let hook = tenant.connect("webhook", &["--mapping", &hopeful]);
    let server = Server::start(&place);
    let send = |order: &str| Request::post(&hook.url, body(order)).send(server.address).unwrap().ok();

    assert_eq!(send("1")["status"], "failed");
    let kept = failed(&tenant);
    assert_eq!(kept.len(), 1);
    assert!(text(&kept[0], "detail").contains("mapping.event"), "{}", kept[0]);
    let replay = ["deliveries", "replay", "--location", &tenant.location, &text(&kept[0], "id")];
    let same = tenant.cli.run(&replay);
    assert_eq!(same.code, Some(1), "nothing has changed yet");
    assert!(same.stderr.contains("failed: mapping.event"), "{}", same.stderr);

    let right = place.write("right.yaml", RIGHT);
    tenant.json(&["connections", "update", &hook.id, "--mapping", &right]);
    assert_eq!(tenant.cli.ok(&replay), "processed: shop.order_paid\n");
    e2e::until("the running server uses the new mapping", || {
        (send(&format!("2 at {}", e2e::sign::now()))["status"] == "processed").then_some(())
    });
    let again = tenant.cli.run(&replay);
    assert_eq!(again.code, Some(1));
    assert!(again.stderr.contains("only one that failed"), "{}", again.stderr);

    tenant.runs_over(2);
    let contacts = tenant.contacts(server.address);
    let notes = tenant.texts(server.address, &contacts[0], "notes", "body");
    assert_eq!(notes.iter().filter(|note| *note == "paid 1").count(), 1, "{notes:?}");
    server.terminate();
}

#[test]
fn a_delivery_that_failed_twice_is_still_one_when_it_is_replayed() {
    let place = Place::sqlite();
    let tenant = Tenant::new(&place);
    tenant.publish(WORKFLOW);
    let hopeful = place.write("hopeful.yaml", HOPEFUL);
    let hook = tenant.connect("webhook", &["--mapping", &hopeful]);
    let server = Server::start(&place);
    for _ in 0..2 {
        Request::post(&hook.url, body("1")).send(server.address).unwrap().ok();
    }
    let right = place.write("right.yaml", RIGHT);
    tenant.json(&["connections", "update", &hook.id, "--mapping", &right]);
    for delivery in failed(&tenant) {
        let id = text(&delivery, "id");
        tenant.cli.ok(&["deliveries", "replay", "--location", &tenant.location, &id]);
    }
    e2e::until("the running server uses the new mapping", || {
        let taken = Request::post(&hook.url, body("1")).send(server.address).unwrap().ok();
        (taken["status"] != "failed").then_some(())
    });
    let runs = tenant.runs_over(1);
    assert_eq!(runs.len(), 1, "one order makes one run, however often it is sent and replayed");
    server.terminate();
}

#[test]
fn a_wrong_mapping_changes_nothing() {
    let place = Place::sqlite();
    let tenant = Tenant::new(&place);
    let right = place.write("right.yaml", RIGHT);
    let wrong = place.write("wrong.yaml", "event: Order Paid!\nid: \"{{ bodi.id }}\"\n");
    let hook = tenant.connect("webhook", &["--mapping", &right]);
    let paythen = tenant.connect("paythen", &[]);
    let update = |id: &str, file: &str| {
        tenant.cli.run(&["connections", "update", "--location", &tenant.location, id, "--mapping", file])
    };
    let refused = update(&hook.id, &wrong);
    assert_eq!(refused.code, Some(1));
    for part in ["wrong.yaml: mapping.event", "wrong.yaml: mapping.id"] {
        assert!(refused.stderr.contains(part), "{part} is not in {}", refused.stderr);
    }
    assert!(update(&paythen.id, &right).stderr.contains("Paythen connection has no mapping"));
    assert!(update("no-such-connection", &right).stderr.contains("Connection not found"));
    let server = Server::start(&place);
    let taken = Request::post(&hook.url, body("1")).send(server.address).unwrap().ok();
    assert_eq!(taken["detail"], "shop.order_paid", "the mapping is as it was");
    server.terminate();
}
