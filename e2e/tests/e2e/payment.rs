//! Payment events, signed by Stripe's own package, become what HighLevel's own client reads.

use e2e::tenant::{Hook, text};
use e2e::{Place, Reply, Request, Server, Tenant, node, sign};
use serde_json::{Value, json};
use std::time::Duration;
use tieline_connect::paythen::fixtures::Sample;

/// The workflows that come with the program.
const WORKFLOWS: [&str; 3] = [
    include_str!("../../../crates/tieline/demo/signed-up.yaml"),
    include_str!("../../../crates/tieline/demo/payment-failed.yaml"),
    include_str!("../../../crates/tieline/demo/recovered.yaml"),
];

/// The header that Stripe's package makes for a body that is sent `ago` seconds ago.
fn header(body: &str, secret: &str, ago: i64) -> String {
    let timestamp = sign::now().millis() / 1000 - ago;
    let asked = json!([{ "payload": body, "secret": secret, "timestamp": timestamp }]);
    let headers: Vec<String> =
        serde_json::from_str(&node::run("stripe-sign.mjs", &[], &asked.to_string())).unwrap();
    headers[0].clone()
}

fn post(server: &Server, hook: &Hook, body: &str, header: &str) -> Reply {
    Request::post(&hook.url, body).header("Stripe-Signature", header).send(server.address).unwrap()
}

fn send(server: &Server, hook: &Hook, body: &str) -> Value {
    post(server, hook, body, &header(body, &hook.secret, 0)).ok()
}

/// The person as HighLevel's client reads her.
fn person(server: &Server, tenant: &Tenant<'_>) -> Value {
    let base = format!("http://{}", server.address);
    let email = Sample::default().email;
    let settings = [
        ("BASE_URL", base.as_str()),
        ("TOKEN", &tenant.token),
        ("LOCATION", &tenant.location),
        ("EMAIL", &email),
    ];
    serde_json::from_str(&node::run("person.mjs", &settings, "")).unwrap()
}

/// Mara's plan, `days` after it began.
fn mara(event: &str, payment: &str, days: i64) -> Sample {
    let started = tieline_model::Timestamp::from_millis(sign::now().millis() - 40 * 86_400_000);
    Sample {
        event_id: format!("evt_{event}"),
        payment: format!("mara{payment}"),
        created: started.plus(Duration::from_secs(u64::try_from(days).unwrap() * 86_400)),
        started: Some(started),
        ..Sample::default()
    }
}

#[test]
fn a_failure_is_recorded_and_a_recovery_undoes_it() {
    let place = Place::sqlite();
    let tenant = Tenant::new(&place);
    let hook = tenant.connect("paythen", &[]);
    for workflow in WORKFLOWS {
        tenant.publish(workflow);
    }
    let server = Server::start(&place);

    send(&server, &hook, &mara("0", "1", 0).customer_created());
    send(&server, &hook, &mara("1", "1", 0).subscription_created());
    send(&server, &hook, &mara("2", "1", 0).invoice_paid());
    let failed = Sample { status: "past_due".to_owned(), ..mara("3", "2", 30) };
    let taken = send(&server, &hook, &failed.invoice_payment_failed());
    assert_eq!((&taken["status"], &taken["duplicate"]), (&json!("processed"), &json!(false)));
    tenant.runs_over(2);

    let seen = person(&server, &tenant);
    assert_eq!(seen["contact"]["name"], "Mara Voss");
    assert_eq!(seen["contact"]["phone"], "+61412345678");
    assert_eq!(seen["contact"]["tags"], json!(["on-plan", "payment-failed"]));
    assert_eq!(seen["notes"].as_array().unwrap().len(), 1);
    let note = text(&seen["notes"][0], "body");
    assert!(note.contains("100.00") && note.contains("failed (attempt 1)"), "{note}");
    assert_eq!(seen["tasks"][0]["title"], "Talk about the failed payment");
    assert_eq!(seen["tasks"][0]["completed"], false);
    assert_eq!(seen["tasks"][0]["body"], "Call Mara on +61412345678.");

    let recovered = Sample { attempt: 2, ..mara("4", "2", 33) };
    send(&server, &hook, &recovered.invoice_paid());
    let runs = tenant.runs_over(3);
    assert!(runs.iter().all(|run| run["status"] == "completed"), "{runs:#?}");

    let seen = person(&server, &tenant);
    assert_eq!(seen["contact"]["tags"], json!(["on-plan"]));
    assert_eq!(seen["tasks"].as_array().unwrap().len(), 1);
    assert_eq!(seen["tasks"][0]["completed"], true);
    let notes = tenant.texts(server.address, &seen["contact"], "notes", "body");
    assert_eq!(notes.len(), 2);
    assert!(notes[0].starts_with("Paid after all:"), "{notes:?}");
    server.terminate();
}

#[test]
fn what_is_not_proven_or_not_readable_is_refused() {
    let place = Place::sqlite();
    let tenant = Tenant::new(&place);
    let hook = tenant.connect("paythen", &[]);
    let server = Server::start(&place);
    let body = mara("1", "1", 0).invoice_paid();

    let signed = header(&body, &hook.secret, 0);
    let tampered = post(&server, &hook, &body.replace("10000", "10001"), &signed);
    assert_eq!(tampered.status, 401, "{}", tampered.text);
    assert!(text(&tampered.json(), "message").contains("whsec_"), "{}", tampered.text);
    let old = post(&server, &hook, &body, &header(&body, &hook.secret, 301));
    assert_eq!(old.status, 401, "{}", old.text);
    assert!(text(&old.json(), "message").contains("300 s"), "{}", old.text);
    assert_eq!(post(&server, &hook, &body, "").status, 401);
    let elsewhere = Hook { url: "/hooks/no-such-connection".to_owned(), ..hook.clone() };
    assert_eq!(post(&server, &elsewhere, &body, &signed).status, 404);
    for length in [(1 << 20) + 1, 2 << 20] {
        let large = " ".repeat(length);
        let large = post(&server, &hook, &large, &sign::stripe(&large, &hook.secret));
        assert_eq!(large.status, 413, "{}", large.text);
        assert!(text(&large.json(), "message").contains("1048576 bytes"), "{}", large.text);
    }
    let malformed = post(&server, &hook, "{\"id\":", &header("{\"id\":", &hook.secret, 0));
    assert_eq!(malformed.status, 400, "{}", malformed.text);

    assert!(tenant.all("deliveries").is_empty(), "nothing of this is kept");
    let taken = post(&server, &hook, &body, &signed);
    assert_eq!(taken.ok()["status"], "processed");
    server.terminate();
}

#[test]
fn a_replaced_secret_stays_valid_for_a_while() {
    let place = Place::sqlite();
    let tenant = Tenant::new(&place);
    let old = tenant.connect("paythen", &[]);
    let server = Server::start(&place);
    send(&server, &old, &mara("1", "1", 0).subscription_created());
    let rotated = tenant.json(&["connections", "rotate", &old.id, "--grace", "8s"]);
    let new = Hook { secret: text(&rotated, "secret"), ..old.clone() };
    assert_ne!(new.secret, old.secret);
    e2e::until("the new secret is accepted", || {
        let body = mara("2", "1", 0).invoice_paid();
        (new.post_stripe(server.address, &body).unwrap().status == 200).then_some(())
    });
    send(&server, &old, &mara("3", "2", 30).invoice_payment_failed());
    e2e::until("the old secret is no longer accepted", || {
        let body = mara("4", "2", 33).invoice_paid();
        (old.post_stripe(server.address, &body).unwrap().status == 401).then_some(())
    });
    send(&server, &new, &mara("5", "2", 33).invoice_paid());
    server.terminate();
}

#[test]
fn an_event_that_cannot_be_mapped_is_kept_and_shown() {
    let place = Place::sqlite();
    let tenant = Tenant::new(&place);
    let hook = tenant.connect("paythen", &[]);
    let server = Server::start(&place);
    let mut event: Value = serde_json::from_str(&mara("odd", "1", 0).invoice_paid()).unwrap();
    event["data"]["object"] = json!("a text where an invoice belongs");
    let body = event.to_string();
    let taken = send(&server, &hook, &body);
    assert_eq!(taken["status"], "failed");
    let failed = tenant.json(&["deliveries", "list", "--status", "failed"]);
    let failed = failed["deliveries"].as_array().unwrap();
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0]["id"], taken["deliveryId"]);
    assert_eq!(failed[0]["externalId"], "evt_odd");
    assert!(!text(&failed[0], "detail").is_empty());
    let shown = tenant.json(&["deliveries", "show", &text(&failed[0], "id")]);
    assert_eq!(text(&shown, "body"), body);
    assert_eq!(send(&server, &hook, &body)["duplicate"], true);
    server.terminate();
}
