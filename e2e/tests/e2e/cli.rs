//! The command line, beside a running server.

use e2e::tenant::text;
use e2e::{Place, Request, Server, Tenant};
use serde_json::{Value, json};
use std::process::Command;
use std::time::{Duration, Instant};

const WORKFLOW: &str = r#"
tieline: 1
name: Greet
trigger: { on: webhook.received }
steps:
  - do: contacts.upsert-contact
    with: { email: "{{ trigger.body.email }}" }
"#;

const MISTAKES: &str = r#"
tieline: 1
name: Mistakes
trigger: { on: paythen.payment.faild }
steps:
  - do: contacts.add-tag
    with: { tags: [a] }
  - do: contacts.create-note
    with: { bdy: "{{ trigger.id }}" }
  - wait: { for: soon }
  - if:
      - when: "trigger.payment.amount >"
        steps: []
"#;

#[test]
fn a_document_with_mistakes_is_refused_with_place_and_fix() {
    let place = Place::sqlite();
    let tenant = Tenant::new(&place);
    for (name, document, parts) in [
        ("shape.yaml", MISTAKES, &["steps[2].wait.for: `soon` is not a length of time"][..]),
        (
            "meaning.yaml",
            &MISTAKES.replace("soon", "1d"),
            &[
                "paythen.payment.failed",
                "steps[0].do: ",
                "contacts.add-tags",
                "steps[1].with",
                "body",
                "steps[3].if[0].when",
            ],
        ),
        ("no.yaml", "a: [", &["neither YAML nor JSON"]),
    ] {
        let file = place.write(name, document);
        let apply = ["workflows", "apply", "--location", &tenant.location, &file, "--publish"];
        let refused = tenant.cli.run(&apply);
        assert_eq!((refused.code, refused.stdout.as_str()), (Some(1), ""), "{name}");
        assert!(refused.stderr.contains("was not saved"), "{}", refused.stderr);
        for part in parts {
            assert!(refused.stderr.contains(part), "`{part}` is not in {}", refused.stderr);
        }
    }
    assert_eq!(tenant.json(&["workflows", "list"])["workflows"], json!([]));
}

#[test]
fn only_what_is_published_runs() {
    let place = Place::sqlite();
    let tenant = Tenant::new(&place);
    let hook = tenant.connect("webhook", &[]);
    let server = Server::start(&place);
    let send = |name: &str| {
        let body = json!({ "email": format!("{name}@example.com") }).to_string();
        Request::post(&hook.url, body).send(server.address).unwrap().ok();
    };
    let file = place.write("greet.yaml", WORKFLOW);
    let draft = tenant.json(&["workflows", "apply", &file]);
    assert_eq!(draft["publishedVersion"], Value::Null);
    send("draft");
    let published = tenant.json(&["workflows", "apply", &file, "--publish"]);
    assert_eq!((&published["publishedVersion"], &published["id"]), (&json!(1), &draft["id"]));
    send("published");
    tenant.runs_over(1);
    tenant.cli.ok(&["workflows", "unpublish", "--location", &tenant.location, "Greet"]);
    send("unpublished");
    let again = tenant.json(&["workflows", "apply", &file, "--publish"]);
    assert_eq!(again["id"], draft["id"]);
    send("again");
    assert_eq!(tenant.runs_over(2).len(), 2);
    let contacts = tenant.contacts(server.address);
    let emails: Vec<String> = contacts.iter().map(|contact| text(contact, "email")).collect();
    assert_eq!(emails, ["again@example.com", "published@example.com"]);
    server.terminate();
}

#[test]
fn a_revoked_key_opens_nothing_within_a_second_or_so() {
    let place = Place::sqlite();
    let tenant = Tenant::new(&place);
    let server = Server::start(&place);
    let path = format!("/contacts/?locationId={}", tenant.location);
    let status = || Request::get(&path).with_key(&tenant.token).send(server.address).unwrap().status;
    assert_eq!(status(), 200);
    let keys = tenant.json(&["keys", "list"]);
    assert_eq!(keys["keys"][0]["revokedAt"], Value::Null);
    assert!(!keys.to_string().contains(&tenant.token), "a token is shown once");
    tenant.cli.ok(&["keys", "revoke", "--location", &tenant.location, &text(&keys["keys"][0], "id")]);
    let revoked = Instant::now();
    e2e::until("the key is refused", || (status() == 401).then_some(()));
    assert!(revoked.elapsed() < Duration::from_secs(10), "it took {:?}", revoked.elapsed());
    assert_ne!(tenant.json(&["keys", "list"])["keys"][0]["revokedAt"], Value::Null);
    server.terminate();
}

#[test]
fn a_key_does_what_its_scopes_say_in_its_location() {
    let place = Place::sqlite();
    let (tenant, other) = (Tenant::new(&place), Tenant::new(&place));
    let server = Server::start(&place);
    let made = tenant.json(&["keys", "create", "--scopes", "contacts.readonly", "--name", "reader"]);
    let reader = Tenant { token: text(&made, "token"), ..tenant.clone() };
    assert!(reader.contacts(server.address).is_empty());
    let refused = reader.create(server.address, "ada@example.com").unwrap();
    assert_eq!((refused.status, &refused.json()["requiredScope"]), (401, &json!("contacts.write")));
    let elsewhere = Tenant { token: other.token.clone(), ..tenant.clone() };
    assert_eq!(elsewhere.create(server.address, "ada@example.com").unwrap().status, 403);
    assert_eq!(tenant.create(server.address, "ada@example.com").unwrap().status, 201);
    let wrong =
        tenant.cli.run(&["keys", "create", "--location", &tenant.location, "--scopes", "contacts.red"]);
    assert_eq!(wrong.code, Some(2));
    assert!(wrong.stderr.contains("contacts.readonly"), "{}", wrong.stderr);
    server.terminate();
}

#[test]
fn every_command_that_can_prints_one_json_object() {
    let place = Place::sqlite();
    let tenant = Tenant::new(&place);
    tenant.publish(WORKFLOW);
    let hook = tenant.connect("webhook", &[]);
    let server = Server::start(&place);
    Request::post(&hook.url, r#"{"email":"ada@example.com"}"#).send(server.address).unwrap().ok();
    let run = text(&tenant.runs_over(1)[0], "id");
    let delivery = text(&tenant.all("deliveries")[0], "id");
    for (command, names) in [
        (&["keys", "list"][..], &["keys"][..]),
        (&["connections", "list"], &["connections"]),
        (&["connections", "rotate", &hook.id], &["id", "url", "secret"]),
        (&["workflows", "list"], &["workflows"]),
        (&["deliveries", "list"], &["deliveries"]),
        (&["deliveries", "show", &delivery], &["id", "body", "contentType", "status"]),
        (&["runs", "list", "--status", "completed"], &["runs", "counts"]),
        (&["runs", "show", &run], &["id", "steps", "status", "contactId"]),
    ] {
        let object = tenant.json(command);
        for name in names {
            assert!(!object[name].is_null(), "tieline {} --json has no {name}: {object}", command.join(" "));
        }
    }
    assert_eq!(tenant.cli.json(&["location", "list"])["locations"][0]["id"], tenant.location.as_str());
    let steps = tenant.json(&["runs", "show", &run])["steps"].clone();
    assert_eq!(steps[0]["action"], "contacts.upsert-contact");
    let unknown = tenant.cli.run(&["runs", "show", "--location", &tenant.location, "no-such-run"]);
    assert_eq!((unknown.code, unknown.stdout.as_str()), (Some(1), ""));
    assert!(unknown.stderr.contains("there is no run no-such-run"), "{}", unknown.stderr);
    server.terminate();
}

#[test]
fn the_demo_shows_what_happened_and_a_command_that_works() {
    let place = Place::sqlite();
    let demo = Server::demo(&place);
    let row = |what: &str, shows: &[&str]| {
        let line = demo.line(|line| line.starts_with(what));
        for part in shows {
            assert!(line.contains(part), "`{part}` is not in {line}");
        }
    };
    row("EVENT", &["RUN", "CONTACT", "WHAT CHANGED"]);
    row("payment 2 fails", &["Payment failed", "Maya Chen", "tag payment-failed added"]);
    row("the same event once more", &["none: delivered before"]);
    row("pays 2 of 3 after all", &["Maya Chen"]);
    row("the plan is cancelled", &["Plan cancelled", "Omar Haddad"]);
    let curl = demo.line(|line| line.starts_with("curl "));
    assert!(
        Command::new("curl").arg("--version").output().is_ok(),
        "install curl: sudo apt-get install curl"
    );
    let listed = Command::new("sh").args(["-c", &curl]).output().unwrap();
    let listed: Value = serde_json::from_slice(&listed.stdout).unwrap();
    let names: Vec<String> =
        listed["contacts"].as_array().unwrap().iter().map(|contact| text(contact, "contactName")).collect();
    assert_eq!(names, ["Omar Haddad", "Maya Chen"]);
    demo.terminate();
}
