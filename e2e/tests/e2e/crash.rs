//! Servers are killed repeatedly while events arrive; nothing is lost or done twice.

use crate::storm::{CUSTOMERS, EVENTS, Storm, email, event_id};
use e2e::tenant::text;
use e2e::wait::PATIENCE;
use e2e::{Kind, Place, Server, Tenant};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

const AT_ONCE: &str = r#"
tieline: 1
name: At once
trigger: { on: paythen.payment.failed }
steps:
  - do: contacts.upsert-contact
    with: { email: "{{ trigger.customer.email }}", name: "{{ trigger.customer.name }}" }
  - do: contacts.add-tags
    with: { tags: [payment-failed] }
  - do: contacts.create-note
    with: { body: "at once {{ trigger.id }}" }
  - do: contacts.create-task
    with: { title: "call about {{ trigger.id }}", dueDate: "{{ now | plus('1d') }}" }
"#;

const LATER: &str = r#"
tieline: 1
name: Later
trigger: { on: paythen.payment.failed }
steps:
  - do: contacts.upsert-contact
    with: { email: "{{ trigger.customer.email }}" }
  - do: contacts.create-note
    with: { body: "before the wait {{ trigger.id }}" }
  - wait: { for: 1s }
  - do: contacts.create-note
    with: { body: "after the wait {{ trigger.id }}" }
  - do: contacts.add-tags
    with: { tags: [waited] }
"#;

fn survives(kind: Kind, nodes: usize) {
    let place = Place::new(kind);
    let tenant = Tenant::new(&place);
    tenant.publish(AT_ONCE);
    tenant.publish(LATER);
    let hook = tenant.connect("paythen", &[]);
    let mut nodes: Vec<Server> = (0..nodes).map(|_| Server::start(&place)).collect();
    let storm = Storm::rage(hook, &place, &mut nodes);
    let runs = settle(&tenant);
    let summary = format!("{kind:?}, nodes: {}, runs: {runs}, {}\n", nodes.len(), storm.summary());
    check_runs(&tenant);
    check_deliveries(&tenant);
    check_contacts(&tenant, nodes[0].address);
    nodes.into_iter().for_each(Server::terminate);
    // Standard error, so that it is always shown.
    std::io::stderr().write_all(summary.as_bytes()).unwrap();
}

/// Waits until all runs have ended, as long as there is progress. Returns their number.
fn settle(tenant: &Tenant<'_>) -> u64 {
    let expected = 2 * EVENTS as u64;
    let (mut last, mut moved) = (0, Instant::now());
    loop {
        let counts = tenant.json(&["runs", "list", "--limit", "1"])["counts"].clone();
        let count = |status: &str| counts[status].as_u64().unwrap_or_default();
        let completed = count("completed");
        let under_way = count("ready") + count("calling") + count("waiting");
        assert!(completed + under_way <= expected, "more runs than {expected}: {counts}");
        assert_eq!(count("failed"), 0, "{counts}");
        if completed == expected {
            return completed;
        }
        if completed > last {
            (last, moved) = (completed, Instant::now());
        }
        assert!(moved.elapsed() < PATIENCE, "runs are missing or make no progress: {counts}, not {expected}");
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// Every event has started one run of each workflow.
fn check_runs(tenant: &Tenant<'_>) {
    let runs = tenant.all("runs");
    let mut events: BTreeMap<String, BTreeSet<i64>> = BTreeMap::new();
    for run in &runs {
        let fresh =
            events.entry(text(run, "workflowId")).or_default().insert(run["eventSeq"].as_i64().unwrap());
        assert!(fresh, "an event has started two runs of a workflow: {run}");
    }
    let counts: Vec<usize> = events.values().map(BTreeSet::len).collect();
    assert_eq!(counts, [EVENTS, EVENTS]);
}

/// Every event was accepted once.
fn check_deliveries(tenant: &Tenant<'_>) {
    let deliveries = tenant.all("deliveries");
    let mut ids: Vec<String> = deliveries.iter().map(|delivery| text(delivery, "externalId")).collect();
    ids.sort();
    assert_eq!(ids, (0..EVENTS).map(event_id).collect::<Vec<_>>());
    assert!(deliveries.iter().all(|delivery| delivery["status"] == "processed"));
}

/// Every customer is one contact, with what the workflows do for each event, once.
fn check_contacts(tenant: &Tenant<'_>, server: SocketAddr) {
    let contacts = tenant.contacts(server);
    let mut emails: Vec<String> = contacts.iter().map(|contact| text(contact, "email")).collect();
    emails.sort();
    assert_eq!(emails, (0..CUSTOMERS).map(email).collect::<Vec<_>>());
    for contact in &contacts {
        let customer: usize = text(contact, "email")[8..11].parse().unwrap();
        let events: Vec<String> = (customer..EVENTS).step_by(CUSTOMERS).map(event_id).collect();
        let each = |words: &[&str]| {
            let texts = words.iter().flat_map(|words| events.iter().map(move |id| format!("{words} {id}")));
            texts.collect::<Vec<_>>()
        };
        let notes = each(&["after the wait", "at once", "before the wait"]);
        assert_eq!(tenant.texts(server, contact, "notes", "body"), notes, "{contact}");
        assert_eq!(tenant.texts(server, contact, "tasks", "title"), each(&["call about"]), "{contact}");
        let tags: BTreeSet<&str> =
            contact["tags"].as_array().unwrap().iter().flat_map(Value::as_str).collect();
        assert_eq!(tags, BTreeSet::from(["payment-failed", "waited"]), "{contact}");
    }
}

#[test]
fn nothing_is_lost_or_done_twice_on_sqlite() {
    survives(Kind::Sqlite, 1);
}

#[test]
fn nothing_is_lost_or_done_twice_on_postgres() {
    survives(Kind::Postgres, 1);
}

#[test]
fn nothing_is_lost_or_done_twice_by_two_nodes() {
    survives(Kind::Postgres, 2);
}
