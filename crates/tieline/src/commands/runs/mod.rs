mod show;

use super::page::Page;
use crate::config::Config;
use crate::open::{location, open_for_command, open_to_read};
use crate::output::{print, say, table};
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::collections::HashMap;
use tieline_model::{LocationId, RunId, WorkflowId};
use tieline_operations::Catalogue;
use tieline_runtime::replay::{ReplayRun, Replayed, RetryRun};
use tieline_store::runs::{self, Run, RunStatus};
use tieline_store::{Store, workflows};

#[derive(Subcommand)]
pub(crate) enum Runs {
    /// List a location's runs, newest first.
    List(List),
    /// Show a run with its history, step by step.
    Show {
        /// The location.
        #[arg(long)]
        location: String,
        /// The run's id.
        id: String,
        /// Show what each step took, gave and changed as well.
        #[arg(long)]
        full: bool,
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Start a new run on the same event, from the trigger: all that the workflow does happens again.
    Replay {
        /// The location.
        #[arg(long)]
        location: String,
        /// The id of the run to replay.
        id: String,
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Make a failed run go on from the step that failed.
    Retry {
        /// The location.
        #[arg(long)]
        location: String,
        /// The run's id.
        id: String,
    },
}

#[derive(Args)]
pub(crate) struct List {
    #[command(flatten)]
    page: Page,
    /// Only those with this status: ready, calling, waiting, completed, stopped or failed.
    #[arg(long)]
    status: Option<RunStatus>,
}

impl Runs {
    pub(crate) async fn run(self, config: &Config) -> Result<(), String> {
        match self {
            Self::List(list) => list.run(config).await,
            Self::Show { location, id, full, json } => show::show(config, &location, &id, full, json).await,
            Self::Replay { location, id, json } => replay(config, &location, &id, json).await,
            Self::Retry { location, id } => retry(config, &location, &id).await,
        }
    }
}

fn object(run: &Run, workflow: Option<&str>) -> Value {
    json!({
        "id": run.id, "workflowId": run.workflow_id, "workflowName": workflow, "version": run.version,
        "origin": run.origin.as_str(), "parentId": run.parent_id, "eventSeq": run.event_seq, "contactId": run.contact_id, "status": run.status.as_str(),
        "warnings": run.warnings, "detail": run.detail, "createdAt": run.created_at, "updatedAt": run.updated_at, "dueAt": run.due_at,
    })
}

/// The status, with a mark where steps left something out.
fn status(run: &Run) -> String {
    let mark = match run.warnings {
        0 => String::new(),
        1 => ", 1 warning".to_owned(),
        many => format!(", {many} warnings"),
    };
    format!("{}{mark}", run.status.as_str())
}

impl List {
    async fn run(self, config: &Config) -> Result<(), String> {
        let store = open_to_read(config).await?;
        let location = location(&store, &self.page.location).await?;
        let counts = store.read(runs::Count(location.id.clone())).await.map_err(|error| error.to_string())?;
        let before = self.page.before.map(RunId::from);
        if let Some(id) = &before {
            find(&store, &location.id, id).await?;
        }
        let list = runs::List {
            location_id: location.id.clone(),
            status: self.status,
            before,
            limit: self.page.limit,
        };
        let runs = store.read(list).await.map_err(|error| error.to_string())?;
        // Read behind the runs, so that the workflow of each is among them.
        let workflows = store.read(workflows::List(location.id)).await.map_err(|error| error.to_string())?;
        let names: HashMap<WorkflowId, String> =
            workflows.into_iter().map(|workflow| (workflow.id, workflow.name)).collect();
        let name = |run: &Run| names.get(&run.workflow_id).map(String::as_str);
        let counts: serde_json::Map<String, Value> =
            counts.into_iter().map(|(status, count)| (status.as_str().to_owned(), count.into())).collect();
        let row = |run: &Run| {
            vec![
                run.id.to_string(),
                run.created_at.to_string(),
                format!("{} v{}", name(run).unwrap_or_default(), run.version),
                status(run),
                run.contact_id.as_ref().map(ToString::to_string).unwrap_or_default(),
                run.detail.clone(),
            ]
        };
        let rows: Vec<Vec<String>> = runs.iter().map(row).collect();
        let objects: Vec<Value> = runs.iter().map(|run| object(run, name(run))).collect();
        print(self.page.json, &json!({ "runs": objects, "counts": counts }), || {
            let heading = ["ID", "BEGAN", "WORKFLOW", "STATUS", "CONTACT", "DETAIL"];
            table(&heading, &rows, "there is no such run")
        })
    }
}

/// The run of this id.
async fn find(store: &Store, location_id: &LocationId, id: &RunId) -> Result<Run, String> {
    let get = runs::Get { location_id: location_id.clone(), id: id.clone() };
    let run = store.read(get).await.map_err(|error| error.to_string())?;
    run.ok_or_else(|| format!("run {id} does not exist; `tieline runs list` shows all runs"))
}

async fn retry(config: &Config, location_id: &str, id: &str) -> Result<(), String> {
    let store = open_for_command(config).await?;
    let location = location(&store, location_id).await?;
    let run = find(&store, &location.id, &RunId::from(id)).await?;
    let retry = RetryRun { location_id: location.id, id: run.id };
    let run = store.write(retry).await.map_err(|error| error.to_string())?;
    say(&format!("run {} continues from the step that failed, once a server runs", run.id)).map(drop)
}

async fn replay(config: &Config, location_id: &str, id: &str, as_json: bool) -> Result<(), String> {
    let store = open_for_command(config).await?;
    let location = location(&store, location_id).await?;
    let catalogue = Catalogue::default();
    let run = find(&store, &location.id, &RunId::from(id)).await?;
    let replay = ReplayRun { location_id: location.id, id: run.id, catalogue };
    let Replayed { run, is_published } = store.write(replay).await.map_err(|error| error.to_string())?;
    let which = if is_published { "" } else { ", that of the earlier run, as the workflow is not published" };
    let mut shown = object(&run, None);
    shown["isPublished"] = Value::from(is_published);
    print(as_json, &shown, || {
        format!(
            "run {} replays the event of run {id} on version {}{which}, once a server runs",
            run.id, run.version
        )
    })
}
