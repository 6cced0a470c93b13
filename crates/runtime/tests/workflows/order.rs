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
