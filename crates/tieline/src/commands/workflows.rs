use crate::config::Config;
use crate::open::{location, open_for_command, open_to_read};
use crate::output::{plain, print, say, table, warn};
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::io::Read;
use std::path::{Path, PathBuf};
use tieline_model::LocationId;
use tieline_model::suggest::did_you_mean;
use tieline_model::workflow::{Problem, give_ids, read_text};
use tieline_operations::Catalogue;
use tieline_runtime::documents::{Checked, Known, check};
use tieline_store::{Store, workflows};

#[derive(Subcommand)]
pub(crate) enum Workflows {
    /// Check a document and save it under its name; with --publish, publish it.
    Apply(Apply),
    /// List a location's workflows.
    List {
        /// The location.
        #[arg(long)]
        location: String,
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Stop events from starting a workflow. Runs in progress continue.
    Unpublish {
        /// The location.
        #[arg(long)]
        location: String,
        /// The workflow's name or id.
        name: String,
    },
}

#[derive(Args)]
pub(crate) struct Apply {
    /// The location.
    #[arg(long)]
    location: String,
    /// The document, in YAML or JSON; - reads standard input.
    file: PathBuf,
    /// Let events start it from now on.
    #[arg(long)]
    publish: bool,
    /// The workflow's old name or its id, if the document has a new name. The workflow keeps its id, versions and runs.
    #[arg(long, value_name = "OLD NAME")]
    rename: Option<String>,
    /// Publish it even if a published workflow with another name has the same content.
    #[arg(long, conflicts_with = "rename")]
    copy: bool,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

impl Workflows {
    pub(crate) async fn run(self, config: &Config) -> Result<(), String> {
        match self {
            Self::Apply(apply) => apply.run(config).await,
            Self::List { location, json } => list(config, &location, json).await,
            Self::Unpublish { location, name } => unpublish(config, &location, name).await,
        }
    }
}

fn report(file: &Path, problems: &[Problem]) -> String {
    let count = if problems.len() == 1 { "a mistake" } else { "mistakes" };
    let lines: Vec<String> = problems.iter().map(|problem| format!("  {problem}")).collect();
    format!("{} has {count} and was not saved:\n{}", file.display(), lines.join("\n"))
}

impl Apply {
    async fn run(self, config: &Config) -> Result<(), String> {
        let text =
            read(&self.file).map_err(|error| format!("cannot read {}: {error}", self.file.display()))?;
        let document: Value = read_text(&text).map_err(|problem| report(&self.file, &[problem]))?;
        let store = open_for_command(config).await?;
        let location = location(&store, &self.location).await?;
        let known = store.read(Known::of(location.id.clone())).await.map_err(|error| error.to_string())?;
        let checked = check(&document, &Catalogue::default(), &known);
        let Checked { name, warnings } = checked.map_err(|problems| report(&self.file, &problems))?;
        for warning in &warnings {
            warn(&format!("{}: {warning}", self.file.display()));
        }
        if self.publish && self.rename.is_none() && !self.copy {
            let list = workflows::List(location.id.clone());
            let all = store.read(list).await.map_err(|error| error.to_string())?;
            refuse_twin(&all, &name, &document)?;
        }
        let apply = workflows::Apply { location_id: location.id, name, document, publish: self.publish };
        let written = match self.rename {
            Some(from) => {
                let from = named(&store, &apply.location_id, &from).await?;
                store.write(workflows::ApplyRenamed { from, apply }).await
            }
            None => store.write(apply).await,
        };
        let workflow = written.map_err(|error| error.to_string())?;
        let version = workflow.published_version;
        let object = json!({
            "id": workflow.id, "name": workflow.name, "publishedVersion": version,
            "warnings": warnings.iter().map(ToString::to_string).collect::<Vec<_>>(),
        });
        let name = plain(&workflow.name);
        print(self.json, &object, || match (self.publish, version) {
            (true, Some(version)) => format!("Published {name} as version {version}"),
            (_, Some(version)) => format!("Saved {name} as a draft; version {version} stays published"),
            (_, None) => format!("Saved {name} as a draft; add --publish to let events start it"),
        })
    }
}

/// Refuses a document that is a published workflow under a new name: both would run for every event, and
/// do everything twice.
fn refuse_twin(all: &[workflows::Workflow], name: &str, document: &Value) -> Result<(), String> {
    if all.iter().any(|workflow| workflow.name == name) {
        return Ok(());
    }
    let twin = |workflow: &&workflows::Workflow| {
        workflow.published_version.is_some() && is_same_but_for_name(document, &workflow.draft)
    };
    let Some(twin) = all.iter().find(twin) else { return Ok(()) };
    let old = plain(&twin.name);
    Err(format!(
        "this is the published workflow {old} under another name, and nothing was saved: both would run for \
         every event. Add --rename '{old}' to give that workflow the new name, or --copy to have both"
    ))
}

fn is_same_but_for_name(document: &Value, saved: &Value) -> bool {
    let mut document = document.clone();
    give_ids(&mut document, Some(saved));
    document["name"] = saved["name"].clone();
    document == *saved
}

fn read(file: &Path) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    if file == Path::new("-") {
        std::io::stdin().read_to_end(&mut bytes)?;
    } else {
        bytes = std::fs::read(file)?;
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let message = format!("it is not UTF-8 (at byte {at}); save it as UTF-8");
        std::io::Error::new(std::io::ErrorKind::InvalidData, message)
    })
}

async fn list(config: &Config, id: &str, as_json: bool) -> Result<(), String> {
    let store = open_to_read(config).await?;
    let location = location(&store, id).await?;
    let workflows = store.read(workflows::List(location.id)).await.map_err(|error| error.to_string())?;
    let objects: Vec<_> = workflows
        .iter()
        .map(|workflow| {
            json!({
                "id": workflow.id, "name": workflow.name, "publishedVersion": workflow.published_version,
                "updatedAt": workflow.updated_at, "draft": workflow.draft,
            })
        })
        .collect();
    let state =
        |version: Option<i64>| version.map_or("draft".to_owned(), |version| format!("version {version}"));
    let rows: Vec<Vec<String>> = workflows
        .iter()
        .map(|workflow| {
            vec![workflow.id.to_string(), state(workflow.published_version), workflow.name.clone()]
        })
        .collect();
    print(as_json, &json!({ "workflows": objects }), || {
        table(
            &["ID", "PUBLISHED", "NAME"],
            &rows,
            "No workflows yet. Save one with `tieline workflows apply`.",
        )
    })
}

/// The name of the workflow that is meant by its name or its id.
async fn named(store: &Store, location_id: &LocationId, meant: &str) -> Result<String, String> {
    let list = workflows::List(location_id.clone());
    let all = store.read(list).await.map_err(|error| error.to_string())?;
    let found = all
        .iter()
        .find(|workflow| workflow.name == meant)
        .or_else(|| all.iter().find(|workflow| workflow.id.as_str() == meant));
    let Some(found) = found else {
        let hint = did_you_mean(meant, all.iter().map(|workflow| workflow.name.as_str()));
        return Err(format!("no workflow has the name or id `{}`{}", plain(meant), plain(&hint)));
    };
    Ok(found.name.clone())
}

async fn unpublish(config: &Config, id: &str, name: String) -> Result<(), String> {
    let store = open_for_command(config).await?;
    let location = location(&store, id).await?;
    let name = named(&store, &location.id, &name).await?;
    let unpublish = workflows::Unpublish { location_id: location.id, name };
    let workflow = store.write(unpublish).await.map_err(|error| error.to_string())?;
    say(&format!("Unpublished {}; events no longer start it", plain(&workflow.name))).map(drop)
}
