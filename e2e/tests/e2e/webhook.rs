//! Plain webhooks: each way for a sender to authenticate, with a mapping.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use e2e::tenant::{Hook, text};
use e2e::{Place, Request, Server, Tenant, sign};
use serde_json::json;

const MAPPING: &str = r#"
event: shop.order_paid
id: "{{ body.order }}"
subject: "{{ body.buyer.email }}"
fields:
  email: "{{ body.buyer.email }}"
  order: "{{ body.order }}"
"#;

pub(crate) const WORKFLOW: &str = r#"
tieline: 1
name: Order paid
trigger: { on: shop.order_paid }
steps:
  - do: contacts.upsert-contact
    with: { email: "{{ trigger.email }}" }
  - do: contacts.create-note
    with: { body: "paid {{ trigger.order }}" }
"#;

fn order(number: &str) -> String {
    json!({ "order": number, "buyer": { "email": "mara@example.com" } }).to_string()
}

/// The request of a sender with this secret, for each way to authenticate.
fn proven(auth: &str, hook: &Hook, secret: &str, body: &str) -> Request {
    let post = Request::post(format!("/hooks/{}", hook.id), body);
    match auth {
        "hmac hex" => {
            post.header("X-Hub-Signature", &format!("sha256={}", hex::encode(sign::hmac(body, secret))))
        }
        "hmac base64" => post.header("X-Signature", &STANDARD.encode(sign::hmac(body, secret))),
        "bearer" => post.header("Authorization", &format!("Bearer {secret}")),
        "basic" => {
            post.header("Authorization", &format!("Basic {}", STANDARD.encode(format!("shop:{secret}"))))
        }
        _ => Request::post(format!("/hooks/{}?secret={secret}", hook.id), body),
    }
}

const WAYS: [(&str, &[&str]); 5] = [
    ("hmac hex", &["--auth", "hmac", "--header", "X-Hub-Signature", "--prefix", "sha256="]),
    ("hmac base64", &["--auth", "hmac", "--encoding", "base64"]),
    ("bearer", &["--auth", "bearer"]),
    ("basic", &["--auth", "basic", "--user", "shop"]),
    ("url", &["--auth", "url"]),
];

#[test]
fn each_way_of_proof_lets_the_right_secret_in_and_no_other() {
    let place = Place::sqlite();
    let tenant = Tenant::new(&place);
    let mapping = place.write("mapping.yaml", MAPPING);
    tenant.publish(WORKFLOW);
    let server = Server::start(&place);
    for (auth, flags) in WAYS {
        let hook = tenant.connect("webhook", &[flags, &["--mapping", &mapping]].concat());
        let body = order(auth);
        let wrong = proven(auth, &hook, "whsec_wrong", &body).send(server.address).unwrap();
        assert_eq!(wrong.status, 401, "{auth}: {}", wrong.text);
        assert!(!wrong.text.contains(&hook.secret), "{auth}: the answer reveals the secret");
        let none = Request::post(format!("/hooks/{}", hook.id), body.as_str()).send(server.address).unwrap();
        assert_eq!(none.status, 401, "{auth}: {}", none.text);
        let taken = proven(auth, &hook, &hook.secret, &body).send(server.address).unwrap().ok();
        assert_eq!(
            (text(&taken, "status").as_str(), text(&taken, "detail").as_str()),
            ("processed", "shop.order_paid")
        );
        let again = proven(auth, &hook, &hook.secret, &body).send(server.address).unwrap().ok();
        assert_eq!(again["duplicate"], true, "{auth}");
    }
    let runs = tenant.runs_over(WAYS.len());
    assert_eq!(runs.len(), WAYS.len());
    let contacts = tenant.contacts(server.address);
    assert_eq!(contacts.len(), 1, "all orders were about one person");
    let mut expected: Vec<String> = WAYS.iter().map(|(auth, _)| format!("paid {auth}")).collect();
    expected.sort();
    assert_eq!(tenant.texts(server.address, &contacts[0], "notes", "body"), expected);
    server.terminate();
}

#[test]
fn a_form_is_mapped_like_json() {
    let place = Place::sqlite();
    let tenant = Tenant::new(&place);
    let mapping = place.write("mapping.yaml", MAPPING);
    tenant.publish(WORKFLOW);
    let hook = tenant.connect("webhook", &["--mapping", &mapping]);
    let server = Server::start(&place);
    let form = Request::post(&hook.url, "order=7&buyer%5Bemail%5D=mara%40example.com")
        .header("Content-Type", "application/x-www-form-urlencoded");
    assert_eq!(form.send(server.address).unwrap().ok()["status"], "processed");
    tenant.runs_over(1);
    let contacts = tenant.contacts(server.address);
    assert_eq!(contacts[0]["email"], "mara@example.com");
    assert_eq!(tenant.texts(server.address, &contacts[0], "notes", "body"), ["paid 7"]);
    server.terminate();
}
