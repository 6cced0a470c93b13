//! Runs of one person one after the other, runs of different persons side by side.

use crate::server::Server;
use crate::support::both;
use serde_json::json;
use tieline_store::runs::RunStatus;

const COUNTED: &str = r#"
tieline: 1
name: Counted
trigger: { on: shop.ordered }
steps:
  - do: contacts.upsert-contact
    with: { email: "{{ trigger.email }}", city: "No. {{ trigger.n }}" }
  - do: contacts.create-note
    with: { body: "{{ trigger.email }} {{ trigger.n }}" }
"#;

const SHIPPED: &str = r#"
tieline: 1
name: Shipped
trigger: { on: shop.ordered }
steps:
  - do: contacts.upsert-contact
    with: { email: "{{ trigger.email }}" }
  - do: http.request
    with: { url: "{{ trigger.url }}", method: POST }
  - do: contacts.create-note
    with: { body: "shipped {{ trigger.n }}" }
"#;

#[test]
fn runs_of_one_person_come_in_the_order_of_their_events() {
    both(async |app| {
        app.publish(COUNTED).await;
        let _runtime = app.start();
        for n in 0..40 {
            let email = format!("person{}@example.com", n % 4);
            app.happens("shop.ordered", &email, json!({"email": &email, "n": n})).await;
        }
        app.settle().await;
        for person in 0..4 {
            let email = format!("person{person}@example.com");
            let mut notes = app.notes().await;
            notes.retain(|note| note.starts_with(&email));
            let expected: Vec<_> = (0..10).map(|n| format!("{email} {}", n * 4 + person)).collect();
            assert_eq!(notes, expected);
            assert_eq!(app.contact(&email).await.unwrap()["city"], format!("No. {}", 36 + person));
        }
    });
}

#[test]
fn a_request_under_way_holds_back_the_same_person_and_nobody_else() {
    both(async |app| {
        let server = Server::start().await;
        app.publish(SHIPPED).await;
        let _runtime = app.start();
        let order = async |who: &str, n: u32, path: &str| {
            let email = format!("{who}@example.com");
            let payload = json!({"email": email, "n": n, "url": format!("{}{path}", server.url)});
            app.happens("shop.ordered", who, payload).await;
        };
        order("ada", 1, "/held/ada").await;
        app.until("the request is under way", async || server.paths() == ["/held/ada"]).await;
        order("ada", 2, "/ada").await;
        order("bob", 3, "/bob").await;
        order("eve", 4, "/held/eve").await;
        app.until("the others are not held back", async || server.received().len() == 3).await;
        app.until("bob is done", async || app.notes().await == ["shipped 3"]).await;
        assert_eq!(
            app.statuses().await,
            [RunStatus::Calling, RunStatus::Ready, RunStatus::Completed, RunStatus::Calling]
        );
        assert!(!server.paths().contains(&"/ada".to_owned()), "ada's second order was sent too early");

        server.let_go(2);
        app.settle().await;
        assert_eq!(app.statuses().await, [RunStatus::Completed; 4]);
        let notes = app.notes().await;
        let place = |n: u32| notes.iter().position(|note| *note == format!("shipped {n}")).unwrap();
        assert!(place(1) < place(2), "{notes:?}");
        assert_eq!(notes.len(), 4);
    });
}

const RESTED: &str = r#"
tieline: 1
name: Rested
trigger: { on: shop.ordered }
concurrency: one
steps:
  - wait: { for: 1h }
  - do: http.request
    with: { url: "{{ trigger.url }}/held", method: POST }
"#;

#[test]
fn two_that_slept_do_not_have_requests_under_way_at_once() {
    both(async |app| {
        let server = Server::start().await;
        app.publish(RESTED).await;
        let _runtime = app.start();
        for who in ["ada", "bob", "eve"] {
            app.happens("shop.ordered", who, json!({"url": server.url})).await;
        }
        app.settle().await;
        assert_eq!(app.statuses().await, [RunStatus::Waiting; 3]);
        app.clock_on(3600);
        for n in 1..=3 {
            app.until("the next request is under way", async || server.received().len() == n).await;
            // Any other one would be sent by now.
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
            assert_eq!(server.received().len(), n);
            server.let_go(1);
        }
        app.settle().await;
        assert_eq!(app.statuses().await, [RunStatus::Completed; 3]);
    });
}

fn shipping(name: &str) -> String {
    let (key, path) = ("\nconcurrency: one\n", "/{{ trigger.path }}");
    format!(
        "tieline: 1\nname: {name}\ntrigger: {{ on: shop.ordered }}{key}steps:\n  - do: http.request\n    with: {{ \
         url: '{{{{ trigger.url }}}}{path}', method: POST }}\n"
    )
}

/// Case R1.
#[test]
fn two_workflows_on_one_event_each_send_their_request() {
    both(async |app| {
        let server = Server::start().await;
        for text in [
            shipping("One").replace("\nconcurrency: one", ""),
            shipping("Two").replace("\nconcurrency: one", ""),
        ] {
            app.publish(&text).await;
        }
        let _runtime = app.start();
        app.happens("shop.ordered", "ada", json!({"url": server.url, "path": "held"})).await;
        app.until("both requests are under way at once", async || server.received().len() == 2).await;
        app.happens("shop.ordered", "bob", json!({"url": server.url, "path": "bob"})).await;
        app.until("another person's runs are done", async || {
            app.statuses().await.iter().filter(|status| **status == RunStatus::Completed).count() == 2
        })
        .await;
        server.let_go(2);
        app.settle().await;
        assert_eq!(app.statuses().await, [RunStatus::Completed; 4]);
        assert_eq!(server.received().len(), 4);
    });
}

/// Case R12: each takes its turn, in the order of the events.
#[test]
fn many_calls_with_one_key_go_one_after_the_other_in_order() {
    both(async |app| {
        let server = Server::start().await;
        app.publish(&shipping("One")).await;
        app.publish(&shipping("Two")).await;
        let _runtime = app.start();
        for n in 0..60 {
            app.happens("shop.ordered", &format!("p{n}"), json!({"url": server.url, "path": n.to_string()}))
                .await;
        }
        app.settle().await;
        assert_eq!(app.statuses().await, [RunStatus::Completed; 120]);
        let mut paths = server.paths();
        let mut first = Vec::new();
        paths.retain(|path| {
            let is_new = !first.contains(path);
            if is_new {
                first.push(path.clone());
            }
            !is_new
        });
        let expected: Vec<_> = (0..60).map(|n| format!("/{n}")).collect();
        assert_eq!((&first, paths.len()), (&expected, 60));
    });
}

/// Case R5: no lease begins before the request can be sent.
#[test]
fn more_calls_than_slots_wait_without_a_lease() {
    both(async |app| {
        let server = Server::start().await;
        app.publish(&shipping("One").replace("\nconcurrency: one", "")).await;
        let _runtime = app.start();
        for n in 0..70 {
            app.happens("shop.ordered", &format!("p{n}"), json!({"url": server.url, "path": "held"})).await;
        }
        app.until("the slots are taken", async || server.received().len() == 64).await;
        app.until("the others queue without a lease", async || {
            let runs = app.runs().await;
            runs.iter().filter(|run| run.status == RunStatus::Ready && run.due_at.is_none()).count() == 6
        })
        .await;
        server.let_go(70);
        app.settle().await;
        assert_eq!(app.statuses().await, [RunStatus::Completed; 70]);
        assert_eq!(server.received().len(), 70, "each was sent once");
    });
}
