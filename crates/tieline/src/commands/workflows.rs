use crate::config::Config;
use crate::open::{location, open_for_command};
use crate::output::{plain, print, say, table};
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::io::Read;
use std::path::{Path, PathBuf};
use tieline_model::workflow::{Problem, read_text};
use tieline_operations::Catalogue;
use tieline_runtime::documents::check;
use tieline_store::workflows;

#[derive(Subcommand)]
pub(crate) enum Workflows {
    /// Check a document, save it by its name and, if wanted, publish it.
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
    /// Take a workflow out of use. Runs that are under way go on.
    Unpublish {
        /// The location.
        #[arg(long)]
        location: String,
        /// The workflow's name.
        name: String,
    },
}

#[derive(Args)]
pub(crate) struct Apply {
    /// The location.
    #[arg(long)]
    location: String,
    /// The document, in YAML or JSON; - for standard input.
    file: PathBuf,
    /// Let events start it from now on.
    #[arg(long)]
    publish: bool,
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

fn told(file: &Path, problems: &[Problem]) -> String {
    let count = if problems.len() == 1 { "a mistake" } else { "mistakes" };
    let lines: Vec<String> = problems.iter().map(|problem| format!("  {problem}")).collect();
    format!("{} has {count} and was not saved:\n{}", file.display(), lines.join("\n"))
}

impl Apply {
    async fn run(self, config: &Config) -> Result<(), String> {
        let text =
            read(&self.file).map_err(|error| format!("{} cannot be read: {error}", self.file.display()))?;
        let document: Value = read_text(&text).map_err(|problem| told(&self.file, &[problem]))?;
        let name = check(&document, &Catalogue::default()).map_err(|problems| told(&self.file, &problems))?;
        let store = open_for_command(config).await?;
        let location = location(&store, &self.location).await?;
        let apply = workflows::Apply { location_id: location.id, name, document, publish: self.publish };
        let workflow = store.write(apply).await.map_err(|error| error.to_string())?;
        let version = workflow.published_version;
        let object = json!({ "id": workflow.id, "name": workflow.name, "publishedVersion": version });
        let name = plain(&workflow.name);
        print(self.json, &object, || match (self.publish, version) {
            (true, Some(version)) => format!("{name} is published as version {version}"),
            (_, Some(version)) => format!("{name} is saved as a draft; version {version} stays published"),
            (_, None) => format!("{name} is saved as a draft; add --publish to let events start it"),
        })
    }
}

fn read(file: &Path) -> std::io::Result<String> {
    if file != Path::new("-") {
        return std::fs::read_to_string(file);
    }
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    Ok(text)
}

async fn list(config: &Config, id: &str, as_json: bool) -> Result<(), String> {
    let store = open_for_command(config).await?;
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
            "there is no workflow yet; `tieline workflows apply` saves one",
        )
    })
}

async fn unpublish(config: &Config, id: &str, name: String) -> Result<(), String> {
    let store = open_for_command(config).await?;
    let location = location(&store, id).await?;
    let unpublish = workflows::Unpublish { location_id: location.id, name };
    let workflow = store.write(unpublish).await.map_err(|error| error.to_string())?;
    say(&format!("{} is a draft again; events no longer start it", plain(&workflow.name))).map(drop)
}
