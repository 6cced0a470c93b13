//! Runs that a released version left behind continue under this one.

use crate::support::{TestApp, left_behind};
use tieline_store::runs::{Run, RunStatus};
use tieline_store::{locations, runs};
use tieline_testkit::database::KINDS;

async fn sleeper(app: &TestApp) -> Run {
    app.runs().await.into_iter().find(|run| run.detail.starts_with("waits until")).unwrap()
}

#[test]
fn a_run_that_slept_under_0_1_0_continues() {
    for kind in KINDS {
        left_behind("0.1.0", kind, async |app| {
            let run = sleeper(&app).await;
            assert_eq!(run.status, RunStatus::Waiting);
            let _runtime = app.start();
            app.until("its three days are over", async || {
                let get = runs::Get { location_id: run.location_id.clone(), id: run.id.clone() };
                app.store.read(get).await.unwrap().unwrap().status == RunStatus::Completed
            })
            .await;
            let steps = app.history(&run).await;
            let named: Vec<_> =
                steps.iter().map(|step| (step.step.as_str(), step.outcome.as_str())).collect();
            assert_eq!(
                named,
                [("steps[0]", "done"), ("steps[1]", "waiting"), ("steps[1]", "done"), ("steps[2]", "done")]
            );
            assert!(steps[3].record.reason.contains("followed-up"), "{}", steps[3].record.reason);
            assert_eq!(app.store.read(locations::List).await.unwrap().len(), 1);
        });
    }
}
