//! Requests of workflows: retried, slowed down, failed and continued.

use crate::server::Server;
use crate::support::{TestApp, both, done};
use serde_json::json;
use tieline_model::RunId;
use tieline_runtime::replay::RetryRun;
use tieline_store::runs::RunStatus;

const NOTIFIED: &str = r#"
tieline: 1
name: Notified
trigger: { on: shop.ordered }
steps:
  - do: contacts.upsert-contact
    with: { email: "{{ trigger.email }}" }
  - do: contacts.create-note
    with: { body: "before" }
  - do: http.request
    with: { url: "{{ trigger.url }}", body: { at: "{{ now }}" } }
  - do: contacts.create-note
    with: { body: "after" }
"#;

impl TestApp {
    async fn order(&self, server: &Server) {
        let payload = json!({"email": "ada@example.com", "url": format!("{}/hook", server.url)});
        self.happens("shop.ordered", "ada", payload).await;
        self.settle().await;
    }

    pub(crate) async fn retry(&self, id: &RunId) -> tieline_store::Result<()> {
        let retry = RetryRun { location_id: self.location.id.clone(), id: id.clone() };
        self.store.write(retry).await.map(|_| ())
    }
}

#[test]
fn a_server_fault_is_tried_again_under_the_same_key() {
    both(async |app| {
        let server = Server::start().await;
        server.answers([500, 503]);
        app.publish(NOTIFIED).await;
        let _runtime = app.start();
        app.order(&server).await;
        let run = app.run().await;
        assert_eq!((run.status, server.received().len()), (RunStatus::Waiting, 1));
        assert!(run.detail.starts_with("tries again at 2026-11-23T12:00:0"), "{}", run.detail);

        app.clock_on(2);
        app.settle().await;
        assert_eq!((app.run().await.status, server.received().len()), (RunStatus::Waiting, 2));
        app.clock_on(4);
        app.settle().await;
        let received = server.received();
        assert_eq!(received.len(), 3);
        assert!(received.iter().all(|one| *one == received[0] && !one.idempotency_key.is_empty()));
        let run = app.run().await;
        assert_eq!((run.status, run.detail.as_str()), (RunStatus::Completed, ""));
        assert_eq!(app.notes().await, ["before", "after"]);
        let history = app.history(&run).await;
        let tries: Vec<_> = done(&history).into_iter().filter(|step| step.starts_with("http")).collect();
        assert_eq!(tries, ["http.request: failed", "http.request: failed", "http.request: done"]);
    });
}

#[test]
fn a_server_that_never_recovers_fails_the_run_with_its_answer() {
    both(async |app| {
        let server = Server::start().await;
        server.answers([500; 6]);
        app.publish(NOTIFIED).await;
        let _runtime = app.start();
        app.order(&server).await;
        for _ in 0..5 {
            app.clock_on(60);
            app.settle().await;
        }
        let run = app.run().await;
        assert_eq!((run.status, server.received().len()), (RunStatus::Failed, 6));
        assert!(run.detail.starts_with("steps[2]: 127.0.0.1:"), "{}", run.detail);
        assert!(run.detail.ends_with("answered 500 Internal Server Error (tried 6 times)"), "{}", run.detail);
    });
}

#[test]
fn a_server_that_asks_for_a_pause_gets_it_as_often_as_it_asks() {
    both(async |app| {
        let server = Server::start().await;
        for _ in 0..8 {
            server.answers_too_many("120");
        }
        app.publish(NOTIFIED).await;
        let _runtime = app.start();
        app.order(&server).await;
        assert_eq!(app.run().await.detail, "tries again at 2026-11-23T12:02:00.000Z");
        app.clock_on(119);
        app.settle().await;
        assert_eq!(server.received().len(), 1);
        app.clock_on(1);
        app.settle().await;
        assert_eq!(server.received().len(), 2);
        for _ in 0..7 {
            app.clock_on(256);
            app.settle().await;
        }
        assert_eq!(app.statuses().await, [RunStatus::Completed]);
        assert_eq!(server.received().len(), 9, "more often than a failing one is tried");
    });
}

#[test]
fn a_failed_run_continues_from_the_failed_step_when_retried() {
    both(async |app| {
        let server = Server::start().await;
        server.answers([404]);
        app.publish(NOTIFIED).await;
        let _runtime = app.start();
        app.order(&server).await;
        let run = app.run().await;
        assert_eq!(run.status, RunStatus::Failed);
        assert!(run.detail.starts_with("steps[2]: 127.0.0.1:"), "{}", run.detail);
        assert!(run.detail.contains("answered 404 Not Found"), "{}", run.detail);
        assert_eq!(server.received().len(), 1, "a request that was not found is not repeated");

        app.retry(&run.id).await.unwrap();
        app.settle().await;
        let run = app.run().await;
        assert_eq!((run.status, run.detail.as_str()), (RunStatus::Completed, ""));
        assert_eq!(app.notes().await, ["before", "after"]);
        let received = server.received();
        assert_eq!(received.len(), 2);
        // Case W9: for the receiver, a retry by hand is a new request.
        assert_ne!(received[0].idempotency_key, received[1].idempotency_key);

        let refused = app.retry(&run.id).await.unwrap_err();
        assert_eq!(refused.to_string(), "the run is completed; only a failed run can be retried");
        let refused = app.retry(&RunId::from("no such run")).await.unwrap_err();
        assert_eq!(refused.to_string(), "Run not found for id:no such run");
    });
}

#[test]
fn an_address_inside_the_network_is_not_called() {
    both(async |app| {
        app.publish(NOTIFIED).await;
        let _runtime = app.start();
        let payload = json!({"email": "ada@example.com", "url": "http://169.254.169.254/latest"});
        app.happens("shop.ordered", "ada", payload).await;
        app.settle().await;
        let run = app.run().await;
        assert_eq!(run.status, RunStatus::Failed);
        assert!(run.detail.starts_with("steps[2]: 169.254.169.254 is not called"), "{}", run.detail);
    });
}

#[test]
fn a_retried_run_that_queues_says_what_it_waits_for() {
    both(async |app| {
        let server = Server::start().await;
        server.answers([400]);
        app.publish(NOTIFIED).await;
        let _runtime = app.start();
        app.order(&server).await;
        let failed = app.run().await;
        assert_eq!(failed.status, RunStatus::Failed);
        let payload = json!({"email": "ada@example.com", "url": format!("{}/held", server.url)});
        app.happens("shop.ordered", "ada", payload).await;
        app.until("the second request is under way", async || server.received().len() == 2).await;
        app.retry(&failed.id).await.unwrap();
        let retried = app.runs().await.remove(0);
        assert_eq!(retried.status, RunStatus::Ready);
        assert_eq!(retried.detail, "retried by hand; waits for another run with the key `ada`");
        server.let_go(1);
        app.settle().await;
        assert_eq!(app.statuses().await, [RunStatus::Completed; 2]);
    });
}
