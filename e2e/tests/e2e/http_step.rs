//! Workflows that send requests: at least once, and recognisable by their idempotency key.

use crate::receiver::{Answer, Receiver};
use e2e::tenant::{Hook, text};
use e2e::{Place, Request, Server, Tenant};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::Duration;

const FLAGS: [&str; 4] = ["--outbound-allow", "127.0.0.1/32", "--clock", "manual"];

/// A note, a call and another note.
fn workflow(address: SocketAddr) -> String {
    format!(
        r#"
tieline: 1
name: Call
trigger: {{ on: webhook.received }}
steps:
  - do: contacts.upsert-contact
    with: {{ email: "{{{{ trigger.body.email }}}}" }}
  - do: contacts.create-note
    with: {{ body: before }}
  - id: call
    do: http.request
    with: {{ url: "http://{address}/orders", body: {{ order: "{{{{ trigger.body.order }}}}" }} }}
  - do: contacts.create-note
    with: {{ body: "answered {{{{ steps.call.status }}}}" }}
"#
    )
}

fn set_up<'a>(place: &'a Place, receiver: &Receiver) -> (Tenant<'a>, Hook) {
    let tenant = Tenant::new(place);
    tenant.publish(&workflow(receiver.address));
    let hook = tenant.connect("webhook", &[]);
    (tenant, hook)
}

fn order(server: &Server, hook: &Hook) {
    let body = json!({ "order": 7, "email": "mara@example.com" }).to_string();
    Request::post(&hook.url, body).send(server.address).unwrap().ok();
}

/// Advances the server's clock.
fn advance(server: &Server, by: &str) {
    Request::post("/api/clock", by).send(server.address).unwrap().ok();
}

/// Waits until the only run has this status.
fn run_that_is(tenant: &Tenant<'_>, status: &str) -> Value {
    e2e::until(&format!("the run is {status}"), || {
        let runs = tenant.all("runs");
        assert!(runs.len() <= 1, "{runs:#?}");
        runs.into_iter().find(|run| run["status"] == status)
    })
}

fn notes(tenant: &Tenant<'_>, server: &Server) -> Vec<String> {
    let contacts = tenant.contacts(server.address);
    assert_eq!(contacts.len(), 1);
    tenant.texts(server.address, &contacts[0], "notes", "body")
}

#[test]
fn a_retry_carries_the_same_key() {
    let receiver = Receiver::start(&[Answer::Status(500), Answer::Status(200)]);
    let place = Place::sqlite();
    let (tenant, hook) = set_up(&place, &receiver);
    let server = Server::start_with(&place, &FLAGS);
    order(&server, &hook);
    let run = run_that_is(&tenant, "waiting");
    std::thread::sleep(Duration::from_millis(600));
    assert_eq!(receiver.received().len(), 1, "it is not tried again before its time");
    assert_eq!(notes(&tenant, &server), ["before"]);
    advance(&server, "3s");
    let received = receiver.wait_for(2);
    assert_eq!(received[0].key, received[1].key);
    assert!(received[0].key.starts_with(&text(&run, "id")), "{received:?}");
    assert_eq!(received[0].body, r#"{"order":7}"#);
    assert_eq!(received[1].body, received[0].body);
    run_that_is(&tenant, "completed");
    assert_eq!(notes(&tenant, &server), ["answered 200", "before"]);

    order(&server, &hook);
    let other = receiver.wait_for(3)[2].key.clone();
    assert_ne!(other, received[0].key, "another run is another call");
    server.terminate();
}

#[test]
fn a_call_that_the_server_died_in_is_made_again_with_the_same_key() {
    let receiver = Receiver::start(&[Answer::Silence, Answer::Status(200)]);
    let place = Place::sqlite();
    let (tenant, hook) = set_up(&place, &receiver);
    let mut server = Server::start_with(&place, &FLAGS);
    order(&server, &hook);
    receiver.wait_for(1);
    server.kill();
    assert_eq!(run_that_is(&tenant, "calling")["detail"], "calls http.request");

    let server = Server::start_with(&place, &FLAGS);
    std::thread::sleep(Duration::from_millis(600));
    assert_eq!(receiver.received().len(), 1, "another node may still be waiting for the answer");
    advance(&server, "2m");
    let received = receiver.wait_for(2);
    assert_eq!(received[0].key, received[1].key);
    assert!(!received[0].key.is_empty());
    run_that_is(&tenant, "completed");
    assert_eq!(notes(&tenant, &server), ["answered 200", "before"]);
    assert_eq!(receiver.received().len(), 2);
    server.terminate();
}

#[test]
fn a_private_address_is_refused_unless_it_is_allowed() {
    let receiver = Receiver::start(&[Answer::Status(200)]);
    let place = Place::sqlite();
    let (tenant, hook) = set_up(&place, &receiver);
    let server = Server::start(&place);
    order(&server, &hook);
    let run = run_that_is(&tenant, "failed");
    let detail = text(&run, "detail");
    for part in ["steps[2]", "127.0.0.1", "outbound-allow"] {
        assert!(detail.contains(part), "{part} is not in {detail}");
    }
    assert!(receiver.received().is_empty());
    server.terminate();

    let server = Server::start_with(&place, &FLAGS);
    tenant.cli.ok(&["runs", "retry", "--location", &tenant.location, &text(&run, "id")]);
    // The command uses the machine's clock, which is ahead of a manual one.
    advance(&server, "1m");
    run_that_is(&tenant, "completed");
    assert_eq!(notes(&tenant, &server), ["answered 200", "before"], "what was done is not done again");
    server.terminate();
}
