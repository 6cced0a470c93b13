//! Several nodes on one database.

use crate::support::on;
use serde_json::json;
use std::collections::HashSet;
use tieline_store::runs::RunStatus;
use tieline_testkit::database::Kind;

const COUNTED: &str = r#"
tieline: 1
name: Counted
trigger: { on: shop.ordered }
steps:
  - do: contacts.upsert-contact
    with: { email: "{{ trigger.email }}" }
  - do: contacts.create-note
    with: { body: "order {{ trigger.n }}" }
"#;

#[test]
fn each_event_starts_its_run_once_whichever_node_comes_first() {
    on(Kind::Postgres, async |app| {
        app.publish(COUNTED).await;
        let others = [app.reopen().await, app.reopen().await];
        let _runtimes = [app.start(), others[0].start(), others[1].start()];
        for n in 0..300 {
            let email = format!("person{}@example.com", n % 40);
            let node = [&app, &others[0], &others[1]][n % 3];
            node.happens("shop.ordered", &email, json!({"email": &email, "n": n})).await;
        }
        app.settle().await;
        let runs = app.runs().await;
        assert_eq!(runs.len(), 300);
        assert!(runs.iter().all(|run| run.status == RunStatus::Completed));
        let notes = app.notes().await;
        let distinct: HashSet<_> = notes.iter().collect();
        assert_eq!((notes.len(), distinct.len()), (300, 300));
        assert_eq!(app.appended("contact.created").await.len(), 40);
        for run in &runs {
            assert_eq!(app.history(run).await.len(), 2);
        }
    });
}

#[test]
fn what_a_dead_node_left_is_finished_by_the_others() {
    on(Kind::Postgres, async |app| {
        app.publish(COUNTED).await;
        let other = app.reopen().await;
        let (dies, _stays) = (app.start(), other.start());
        let mut dies = Some(dies);
        for n in 0..100 {
            let email = format!("person{}@example.com", n % 10);
            app.happens("shop.ordered", &email, json!({"email": &email, "n": n})).await;
            if n == 50 {
                drop(dies.take());
            }
        }
        other.settle().await;
        assert_eq!(other.statuses().await, [RunStatus::Completed; 100]);
        let notes = other.notes().await;
        assert_eq!((notes.len(), notes.iter().collect::<HashSet<_>>().len()), (100, 100));
    });
}
