//! What a workflow sends outside: tried again, slowed down, failed and taken up again.

use crate::server::Server;
use crate::support::{House, both, done};
use serde_json::json;
use tieline_model::RunId;
use tieline_runtime::replay::RetryRun;
use tieline_store::runs::Status;

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

impl House {
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
    both(async |house| {
        let server = Server::start().await;
        server.answers([500, 503]);
        house.publish(NOTIFIED).await;
        let _runtime = house.start();
        house.order(&server).await;
        let run = house.run().await;
        assert_eq!((run.status, server.received().len()), (Status::Waiting, 1));
        assert!(run.detail.starts_with("tries again at 2026-11-23T12:00:0"), "{}", run.detail);

        house.clock_on(2);
        house.settle().await;
        assert_eq!((house.run().await.status, server.received().len()), (Status::Waiting, 2));
        house.clock_on(4);
        house.settle().await;
        let received = server.received();
        assert_eq!(received.len(), 3);
        assert!(received.iter().all(|one| *one == received[0] && !one.idempotency_key.is_empty()));
        let run = house.run().await;
        assert_eq!((run.status, run.detail.as_str()), (Status::Completed, ""));
        assert_eq!(house.notes().await, ["before", "after"]);
        let history = house.history(&run).await;
        let tries: Vec<_> = done(&history).into_iter().filter(|step| step.starts_with("http")).collect();
        assert_eq!(tries, ["http.request: failed", "http.request: failed", "http.request: done"]);
    });
}

#[test]
fn a_server_that_never_recovers_fails_the_run_with_what_it_said() {
    both(async |house| {
        let server = Server::start().await;
        server.answers([500; 6]);
        house.publish(NOTIFIED).await;
        let _runtime = house.start();
        house.order(&server).await;
        for _ in 0..5 {
            house.clock_on(60);
            house.settle().await;
        }
        let run = house.run().await;
        assert_eq!((run.status, server.received().len()), (Status::Failed, 6));
        assert!(run.detail.starts_with("steps[2]: 127.0.0.1:"), "{}", run.detail);
        assert!(run.detail.ends_with("answered 500 Internal Server Error (tried 6 times)"), "{}", run.detail);
    });
}

#[test]
fn a_server_that_asks_for_a_pause_gets_it_as_often_as_it_asks() {
    both(async |house| {
        let server = Server::start().await;
        for _ in 0..8 {
            server.answers_too_many("120");
        }
        house.publish(NOTIFIED).await;
        let _runtime = house.start();
        house.order(&server).await;
        assert_eq!(house.run().await.detail, "tries again at 2026-11-23T12:02:00.000Z");
        house.clock_on(119);
        house.settle().await;
        assert_eq!(server.received().len(), 1);
        house.clock_on(1);
        house.settle().await;
        assert_eq!(server.received().len(), 2);
        for _ in 0..7 {
            house.clock_on(256);
            house.settle().await;
        }
        assert_eq!(house.statuses().await, [Status::Completed]);
        assert_eq!(server.received().len(), 9, "more often than a failing one is tried");
    });
}

#[test]
fn a_failed_run_goes_on_from_the_failed_step_when_retried() {
    both(async |house| {
        let server = Server::start().await;
        server.answers([404]);
        house.publish(NOTIFIED).await;
        let _runtime = house.start();
        house.order(&server).await;
        let run = house.run().await;
        assert_eq!(run.status, Status::Failed);
        assert!(run.detail.starts_with("steps[2]: 127.0.0.1:"), "{}", run.detail);
        assert!(run.detail.contains("answered 404 Not Found"), "{}", run.detail);
        assert_eq!(server.received().len(), 1, "what is not there is not asked for again");

        house.retry(&run.id).await.unwrap();
        house.settle().await;
        let run = house.run().await;
        assert_eq!((run.status, run.detail.as_str()), (Status::Completed, ""));
        assert_eq!(house.notes().await, ["before", "after"]);
        assert_eq!(server.received().len(), 2);

        let refused = house.retry(&run.id).await.unwrap_err();
        assert_eq!(refused.to_string(), "the run is completed; only a failed run can be retried");
        let refused = house.retry(&RunId::from("no such run")).await.unwrap_err();
        assert_eq!(refused.to_string(), "Run not found for id:no such run");
    });
}

#[test]
fn an_address_inside_the_house_is_not_called() {
    both(async |house| {
        house.publish(NOTIFIED).await;
        let _runtime = house.start();
        let payload = json!({"email": "ada@example.com", "url": "http://169.254.169.254/latest"});
        house.happens("shop.ordered", "ada", payload).await;
        house.settle().await;
        let run = house.run().await;
        assert_eq!(run.status, Status::Failed);
        assert!(run.detail.starts_with("steps[2]: 169.254.169.254 is not called"), "{}", run.detail);
    });
}
