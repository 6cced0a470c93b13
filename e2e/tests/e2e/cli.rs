//! The command line, beside a running server.

use e2e::tenant::text;
use e2e::{Cli, Place, Request, Server, Tenant, program};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
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
        ("no.yaml", "a: [", &["line 1, column 4: `[` is not closed; add `]`"]),
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

/// Case D15.
#[test]
fn a_renamed_document_is_never_published_twice_by_accident() {
    let place = Place::sqlite();
    let tenant = Tenant::new(&place);
    let apply = |document: &str, flags: &[&str]| {
        let file = place.write("workflow.yaml", document);
        let flags = [flags, &["--publish", "--json"]].concat();
        tenant.cli.run(&[&["workflows", "apply", "--location", &tenant.location, &file], &flags[..]].concat())
    };
    let published = || -> Vec<String> {
        let listed = tenant.json(&["workflows", "list"]);
        let all = listed["workflows"].as_array().unwrap();
        all.iter().filter(|one| !one["publishedVersion"].is_null()).map(|one| text(one, "name")).collect()
    };
    assert_eq!(apply(WORKFLOW, &[]).code, Some(0));
    let id = text(&tenant.json(&["workflows", "list"])["workflows"][0], "id");
    let renamed = WORKFLOW.replace("name: Greet", "name: Welcome");
    let refused = apply(&renamed, &[]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.contains("--rename 'Greet'"), "{}", refused.stderr);
    assert_eq!(published(), ["Greet"]);
    assert_eq!(apply(&renamed, &["--rename", "Greet"]).code, Some(0));
    assert_eq!(published(), ["Welcome"]);
    assert_eq!(text(&tenant.json(&["workflows", "list"])["workflows"][0], "id"), id);
    assert_eq!(apply(WORKFLOW, &["--copy"]).code, Some(0));
    assert_eq!(published(), ["Greet", "Welcome"]);
    let taken = apply(WORKFLOW, &["--rename", "Welcome"]);
    assert!(taken.stderr.contains("already named Greet"), "{}", taken.stderr);
}

/// Case R8.
#[test]
fn a_command_in_the_wrong_folder_makes_nothing() {
    let place = Place::sqlite();
    let outcome = Cli(&place).run_bare(&["location", "list"], &[]);
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.stderr.contains("no data folder at /"), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("tieline serve") && outcome.stderr.contains("--data"));
    assert_eq!(std::fs::read_dir(place.folder()).unwrap().count(), 0);
}

/// Case R15.
#[test]
fn what_is_easily_mixed_up_or_forgotten_is_reported() {
    let place = Place::sqlite();
    let tenant = Tenant::new(&place);
    let create =
        ["connections", "create", "--location", &tenant.location, "--name", "N", "--type", "paythen"];
    refused(&tenant, &[&create[..], &["--secret", "sk_live_51abc"]].concat(), &["whsec_", "secret API key"]);
    let file = place.write("secret.txt", "whsec_in_a_file\n");
    let hook = tenant.connect("paythen", &["--secret-file", &file]);
    assert!(!hook.url.starts_with("http"), "{}", hook.url);
    let with_host = [("TIELINE_PUBLIC_URL", "https://tieline.example.com/")];
    let listed = ["connections", "list", "--location", &tenant.location, "--json"];
    let flags = place.flags();
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    let listed = Cli(&place).run_bare(&[&flags[..], &listed].concat(), &with_host);
    let listed: Value = serde_json::from_str(&listed.stdout).unwrap();
    assert_eq!(
        listed["connections"][0]["url"],
        format!("https://tieline.example.com/hooks/{}", hook.id).as_str()
    );
    let server = Server::start(&place);
    let hook = e2e::tenant::Hook { secret: "whsec_in_a_file".to_owned(), ..hook };
    let event = r#"{"id":"evt_1","type":"x","created":1,"livemode":false,"data":{"object":{}}}"#;
    assert_eq!(hook.post_stripe(server.address, event).unwrap().status, 200);
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
        (&["deliveries", "show", &delivery], &["id", "body", "contentType", "headers", "query", "status"]),
        (&["runs", "list", "--status", "completed"], &["runs", "counts"]),
        (&["runs", "show", &run], &["id", "workflowName", "event", "steps", "status", "contactId"]),
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
    assert!(unknown.stderr.contains("run no-such-run does not exist"), "{}", unknown.stderr);
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

#[test]
fn what_does_not_exist_is_refused_by_what_was_given() {
    let place = Place::sqlite();
    let tenant = Tenant::new(&place);
    let location = ["--location", &tenant.location];
    for (command, parts) in [
        (&["runs", "list", "--before", "nope"][..], &["run nope does not exist"][..]),
        (&["runs", "list", "--limit", "0"], &["--limit"]),
        (&["runs", "retry", "nope"], &["run nope does not exist"]),
        (&["runs", "replay", "nope"], &["run nope does not exist"]),
        (&["deliveries", "list", "--before", "nope"], &["--before", "nope"]),
        (&["deliveries", "list", "--limit", "0"], &["--limit"]),
        (&["workflows", "unpublish", "Gret"], &["no workflow has the name or id `Gret`", "`Greet`"]),
    ] {
        let file = place.write("workflow.yaml", WORKFLOW);
        tenant.json(&["workflows", "apply", &file, "--publish"]);
        refused(&tenant, &[command, &location].concat(), parts);
    }
    let id = text(&tenant.json(&["workflows", "list"])["workflows"][0], "id");
    tenant.cli.ok(&["workflows", "unpublish", "--location", &tenant.location, &id]);
    assert!(tenant.json(&["workflows", "list"])["workflows"][0]["publishedVersion"].is_null());
}

#[test]
fn a_location_that_moves_to_another_country_gets_its_time_zone() {
    let place = Place::sqlite();
    let tenant = Tenant::new(&place);
    let update = ["location", "update", &tenant.location, "--country"];
    let moved: Value =
        serde_json::from_str(&tenant.cli.ok(&[&update[..], &["FR", "--json"]].concat())).unwrap();
    assert_eq!(moved["timezone"], "Europe/Paris");
    refused(&tenant, &[&update[..], &["US"]].concat(), &["several time zones", "--timezone"]);
}

/// Runs a command that must be refused, and checks that the message has these parts.
fn refused(tenant: &Tenant<'_>, command: &[&str], parts: &[&str]) {
    let outcome = tenant.cli.run(command);
    assert!(!matches!(outcome.code, None | Some(0)), "tieline {command:?} was not refused");
    assert_eq!(outcome.stdout, "", "tieline {command:?}");
    for part in parts {
        assert!(outcome.stderr.contains(part), "tieline {command:?}: `{part}` is not in {}", outcome.stderr);
    }
}

#[test]
fn an_empty_secret_is_never_taken() {
    let place = Place::sqlite();
    let tenant = Tenant::new(&place);
    let create = ["connections", "create", "--location", &tenant.location, "--name", "N", "--type"];
    let (paythen, bearer) =
        (tenant.connect("paythen", &[]), tenant.connect("webhook", &["--auth", "bearer"]));
    let rotate = ["connections", "rotate", "--location", &tenant.location];
    for empty in ["", " \t"] {
        refused(&tenant, &[&create[..], &["paythen", "--secret", empty]].concat(), &["--secret is empty"]);
        refused(&tenant, &[&rotate[..], &[&paythen.id, "--secret", empty]].concat(), &["--secret is empty"]);
    }
    for wrong in ["a\nb", "b\r", " b"] {
        let make = [&create[..], &["webhook", "--auth", "bearer", "--secret", wrong]].concat();
        refused(&tenant, &make, &["--secret", "--auth bearer"]);
        refused(&tenant, &[&rotate[..], &[&bearer.id, "--secret", wrong]].concat(), &["--secret"]);
    }
    let server = Server::start(&place);
    let event = r#"{"id":"evt_1","type":"x","created":1,"livemode":false,"data":{"object":{}}}"#;
    let forged = e2e::tenant::Hook { secret: String::new(), ..paythen.clone() };
    assert_eq!(forged.post_stripe(server.address, event).unwrap().status, 401);
    assert_eq!(paythen.post_stripe(server.address, event).unwrap().status, 200);
    let post = Request::post(&bearer.url, "{}").header("Authorization", &format!("Bearer {}", bearer.secret));
    assert_eq!(post.send(server.address).unwrap().status, 200);
    server.terminate();
}

#[test]
fn flags_that_cannot_work_are_refused_with_the_fix() {
    let place = Place::sqlite();
    let tenant = Tenant::new(&place);
    let list = place.write("list.json", "[]");
    let create = ["connections", "create", "--location", &tenant.location, "--name", "N", "--type"];
    for (flags, parts) in [
        (&["paythen", "--auth", "hmac"][..], &["--auth", "--type webhook"][..]),
        (&["paythen", "--header", "X-A"], &["--header", "--type webhook"]),
        (&["paythen", "--user", "u"], &["--user", "--type webhook"]),
        (&["webhook", "--header", "X-A"], &["--header", "--auth hmac"]),
        (&["webhook", "--auth", "bearer", "--header", "X-A"], &["--header", "--auth hmac"]),
        (&["webhook", "--auth", "basic", "--prefix", "a="], &["--prefix", "--auth hmac"]),
        (&["webhook", "--auth", "url", "--user", "u"], &["--user", "--auth basic"]),
        (&["webhook", "--auth", "hmac", "--user", "u"], &["--user", "--auth basic"]),
        (&["webhook", "--auth", "hmac", "--header", "X A"], &["--header", "`X A`", "like X-Signature"]),
        (&["webhook", "--auth", "hmac", "--header", ""], &["--header", "like X-Signature"]),
        (&["webhook", "--auth", "hmac", "--prefix", "a\n"], &["--prefix", "control character"]),
        (&["webhook", "--auth", "basic", "--user", "a:b"], &["--user", "colon"]),
        (&["webhook", "--mapping", &list], &["--mapping", "list.json", "an object"]),
    ] {
        refused(&tenant, &[&create[..], flags].concat(), parts);
    }
    assert_eq!(tenant.json(&["connections", "list"])["connections"], json!([]));
}

#[test]
fn blank_and_overlong_names_are_refused() {
    let place = Place::sqlite();
    let tenant = Tenant::new(&place);
    let (location, longest) = (tenant.location.as_str(), "ü".repeat(255));
    let longer = format!("{longest}x");
    for name in [" ", longer.as_str()] {
        let connection =
            ["connections", "create", "--location", location, "--type", "webhook", "--name", name];
        refused(&tenant, &connection, &["--name"]);
        refused(&tenant, &["location", "create", "--name", name], &["--name"]);
        refused(&tenant, &["location", "update", location, "--name", name], &["--name"]);
        let key = ["keys", "create", "--location", location, "--scopes", "contacts.write", "--name", name];
        refused(&tenant, &key, &["--name"]);
    }
    refused(
        &tenant,
        &["keys", "create", "--location", location, "--scopes", " "],
        &["--scopes", "contacts."],
    );
    assert_eq!(
        tenant.cli.json(&["location", "update", location, "--name", &longest])["name"],
        longest.as_str()
    );
    assert_eq!(tenant.json(&["keys", "list"])["keys"].as_array().unwrap().len(), 1);
}

#[test]
fn a_printed_address_can_be_posted_to_whatever_the_secret_holds() {
    let place = Place::sqlite();
    let tenant = Tenant::new(&place);
    let hook = tenant.connect("webhook", &["--auth", "url", "--secret", "a&b c+d%é#"]);
    assert!(hook.url.ends_with("?secret=a%26b+c%2Bd%25%C3%A9%23"), "{}", hook.url);
    let server = Server::start(&place);
    assert_eq!(Request::post(&hook.url, "{}").send(server.address).unwrap().status, 200);
    let rotated = tenant.json(&["connections", "rotate", &hook.id, "--secret", "=%41"]);
    e2e::until("the new secret counts", || {
        let status = Request::post(text(&rotated, "url"), "{}").send(server.address).unwrap().status;
        (status == 200).then_some(())
    });
    let rotated = tenant.cli.run(&["connections", "rotate", "--location", &tenant.location, &hook.id]);
    let secret = rotated.stdout.split("?secret=").nth(1).unwrap_or_default();
    assert!(secret.starts_with("hooksec_"), "the new address is printed: {}", rotated.stdout);
    let listed = tenant.json(&["connections", "list"]);
    assert_eq!(listed["connections"][0]["proof"], "url");
    server.terminate();
}

const ANGRY: &str = r#"
tieline: 1
name: "Greet \e[31m red"
trigger: { on: shop.greeted }
steps:
  - stop: { reason: "{{ trigger.body.why }}" }
"#;

#[test]
fn text_from_outside_does_not_move_the_terminal() {
    let place = Place::sqlite();
    let tenant = Tenant::new(&place);
    tenant.publish(ANGRY);
    let mapping = place.write("mapping.yaml", "event: \"shop.{{ body.kind }}\"");
    let hook = tenant.connect("webhook", &["--mapping", &mapping]);
    let server = Server::start(&place);
    let why = format!("\u{1b}[2Jgone\n{}", "x".repeat(70_000));
    let body = json!({ "kind": "greeted", "why": why }).to_string();
    let url = format!("{}&page=2", hook.url);
    Request::post(&url, body).header("X-Shop", "Clay").send(server.address).unwrap().ok();
    let run = &tenant.runs_over(1)[0];
    assert!(text(run, "detail").contains(&why[..10_000]), "--json keeps control characters");
    assert_eq!(text(run, "workflowName"), "Greet \u{1b}[31m red");
    let raw = "not JSON:\n\tfirst\u{1b}[2J";
    Request::post(&hook.url, raw).header("Content-Type", "text/plain").send(server.address).unwrap();
    let output = |command: &[&str]| {
        let output = tenant.cli.ok(&[command, &["--location", &tenant.location]].concat());
        assert!(
            !output.contains(|c: char| c.is_control() && c != '\n' && c != '\t'),
            "{command:?}: {output:?}"
        );
        output
    };
    let listed = output(&["runs", "list"]);
    let lines: Vec<&str> = listed.lines().collect();
    assert_eq!(lines.len(), 2, "{listed}");
    assert!(lines[0].contains("WORKFLOW") && lines[1].contains(r"Greet \u{1b}[31m red v1"), "{listed}");
    assert!(lines[1].contains(r"\u{1b}[2Jgone\nxxx") && lines[1].ends_with('…'), "{listed}");
    let shown = output(&["runs", "show", &text(run, "id")]);
    assert!(
        shown.contains("\n  workflow  Greet") && shown.contains("\n  because   shop.greeted at 20"),
        "{shown}"
    );
    assert!(shown.lines().next().unwrap().contains(r"\u{1b}[2Jgone\nxxx"), "{shown}");
    let object = tenant.json(&["runs", "show", &text(run, "id")]);
    assert_eq!(object["event"]["kind"], "shop.greeted");
    assert_eq!(object["event"]["payload"]["body"]["why"], why.as_str());
    assert!(text(&object["event"], "occurredAt").starts_with("20"), "{object}");
    output(&["deliveries", "list"]);
    output(&["workflows", "list"]);
    for delivery in tenant.all("deliveries") {
        let id = text(&delivery, "id");
        let (object, shown) =
            (tenant.json(&["deliveries", "show", &id]), output(&["deliveries", "show", &id]));
        if object["body"] == raw {
            assert!(shown.ends_with("not JSON:\n\tfirst\\u{1b}[2J\n"), "{shown}");
        } else {
            assert_eq!(
                (&object["headers"]["x-shop"], &object["query"]),
                (&json!("Clay"), &json!({ "page": "2" }))
            );
            assert!(shown.contains("\n  x-shop: Clay\n") && shown.contains("query\n  page: 2\n"), "{shown}");
            assert!(!shown.contains(&hook.secret), "{shown}");
        }
    }
    server.terminate();
}

#[test]
fn a_command_whose_output_is_closed_ends_quietly() {
    let place = Place::sqlite();
    let tenant = Tenant::new(&place);
    let hook = tenant.connect("webhook", &[]);
    for command in [
        &["location", "list"][..],
        &["connections", "list", "--location", &tenant.location, "--json"],
        &["connections", "rotate", "--location", &tenant.location, &hook.id],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut run = program::command(&place);
        let ended = run.args(place.flags()).args(command).stdout(writer).output().unwrap();
        let errors = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert_eq!((ended.status.code(), errors.as_str()), (Some(0), ""), "{command:?}");
    }
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut wrong = program::command(&place);
    let ended =
        wrong.args(place.flags()).args(["runs", "list", "--location", "none"]).stderr(writer).output();
    assert_eq!(ended.unwrap().status.code(), Some(1), "nobody reads why, but it is still an error");
}

#[test]
fn a_demo_whose_reader_leaves_stops_in_order() {
    let place = Place::sqlite();
    let mut demo = program::command(&place);
    demo.args(["demo", "--listen", "127.0.0.1:0"]).env("TMPDIR", place.folder());
    let mut demo = demo.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = String::new();
    BufReader::new(demo.stdout.take().unwrap()).read_line(&mut first).unwrap();
    assert!(first.starts_with("listening on"), "{first}");
    e2e::until("the demo ends", || demo.try_wait().unwrap());
    let ended = demo.wait_with_output().unwrap();
    let errors = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert_eq!((ended.status.code(), errors.as_str()), (Some(0), ""));
    assert_eq!(std::fs::read_dir(place.folder()).unwrap().count(), 0, "its folder is removed");
}

#[test]
fn a_server_serves_whether_or_not_its_output_is_read() {
    let place = Place::sqlite();
    let (out, err) = (std::io::pipe().unwrap(), std::io::pipe().unwrap());
    let serve = |stdout: Stdio, stderr: Stdio| {
        let mut serve = program::command(&place);
        serve.arg("serve").args(place.flags()).args(["--listen", "127.0.0.1:0"]);
        serve.stdout(stdout).stderr(stderr).spawn().unwrap()
    };
    let stop = |mut server: Child| {
        Command::new("sh").args(["-c", &format!("kill -TERM {}", server.id())]).status().unwrap();
        let ended = e2e::until("the server ends", || server.try_wait().unwrap());
        assert_eq!(ended.code(), Some(0));
    };
    // Nobody reads its address; its log says that it serves.
    drop(out.0);
    let mut silent = serve(out.1.into(), Stdio::piped());
    let mut log = BufReader::new(silent.stderr.take().unwrap()).lines();
    assert!(log.by_ref().any(|line| line.unwrap().contains("serving")), "it logs nothing");
    stop(silent);
    assert!(log.any(|line| line.unwrap().contains("stopped")), "it did not stop in order");
    // Nobody reads its log; it still prints its address.
    drop(err.0);
    let mut logless = serve(Stdio::piped(), err.1.into());
    let mut first = String::new();
    BufReader::new(logless.stdout.take().unwrap()).read_line(&mut first).unwrap();
    let address = first.trim().trim_start_matches("listening on http://").parse().unwrap();
    assert_eq!(Request::get("/health").send(address).unwrap().status, 200);
    stop(logless);
}
