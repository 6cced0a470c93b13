//! One event makes one run, however often and however fast it is sent.

use e2e::{Kind, Place, Server, Tenant};
use serde_json::json;
use tieline_connect::paythen::fixtures::Sample;

const WORKFLOW: &str = r#"
tieline: 1
name: Payment failed
trigger: { on: paythen.payment.failed }
steps:
  - do: contacts.upsert-contact
    with: { email: "{{ trigger.customer.email }}" }
  - do: contacts.add-tags
    with: { tags: [payment-failed] }
  - do: contacts.create-note
    with: { body: "{{ trigger.id }}" }
  - do: contacts.create-task
    with: { title: "{{ trigger.id }}", dueDate: "{{ now | plus('1d') }}" }
"#;

/// How many requests send the second event at once.
const AT_ONCE: usize = 100;

fn one_event_is_one_run(kind: Kind) {
    let place = Place::new(kind);
    let tenant = Tenant::new(&place);
    tenant.publish(WORKFLOW);
    let hook = tenant.connect("paythen", &[]);
    let server = Server::start(&place);
    let failed = |event: &str| {
        let (event_id, payment) = (event.to_owned(), format!("of_{event}"));
        Sample { event_id, payment, ..Sample::default() }.invoice_payment_failed()
    };

    let twice = [0, 1].map(|_| hook.post_stripe(server.address, &failed("evt_a")).unwrap().ok());
    assert_eq!(twice.map(|taken| taken["duplicate"].clone()), [json!(false), json!(true)]);

    let fresh = std::thread::scope(|scope| {
        let post = || hook.post_stripe(server.address, &failed("evt_b")).unwrap().ok();
        let posts: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(post)).collect();
        let taken = posts.into_iter().map(|post| post.join().unwrap());
        taken.filter(|taken| taken["duplicate"] == false).count()
    });
    assert_eq!(fresh, 1, "one of {AT_ONCE} was accepted and the others were duplicates");

    let runs = tenant.runs_over(2);
    assert_eq!(runs.len(), 2);
    assert_eq!(tenant.all("deliveries").len(), 2);
    let contacts = tenant.contacts(server.address);
    assert_eq!(contacts.len(), 1);
    assert_eq!(contacts[0]["tags"], json!(["payment-failed"]));
    assert_eq!(tenant.texts(server.address, &contacts[0], "notes", "body"), ["evt_a", "evt_b"]);
    assert_eq!(tenant.texts(server.address, &contacts[0], "tasks", "title"), ["evt_a", "evt_b"]);
    server.terminate();
}

#[test]
fn one_event_is_one_run_on_sqlite() {
    one_event_is_one_run(Kind::Sqlite);
}

#[test]
fn one_event_is_one_run_on_postgres() {
    one_event_is_one_run(Kind::Postgres);
}
