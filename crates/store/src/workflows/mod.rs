//! Workflows: a draft and the published versions. A published version never changes, and a run stays on the
//! version that it started with.

mod published;

pub use published::*;

use crate::error::Result;
use crate::param::params;
use crate::row::{FromRow, Row, select};
use crate::store::Procedure;
use crate::tx::Tx;
use serde_json::Value;
use tieline_model::workflow::{Document, give_ids};
use tieline_model::{LocationId, Refusal, Timestamp, WorkflowId};

/// A workflow as it can be listed.
#[derive(Clone, PartialEq, Debug)]
pub struct Workflow {
    /// Its id.
    pub id: WorkflowId,
    /// The location that it belongs to.
    pub location_id: LocationId,
    /// Its name, unique in the location.
    pub name: String,
    /// The document as it was saved last.
    pub draft: Value,
    /// The version that events start; none while nothing is published.
    pub published_version: Option<i64>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was saved or published last.
    pub updated_at: Timestamp,
}

/// Saves a document by its name, and publishes it if wanted. The caller has checked it. Steps without an id get
/// one; see [`give_ids`].
#[derive(Clone, Debug)]
pub struct Apply {
    /// The location.
    pub location_id: LocationId,
    /// The document's name.
    pub name: String,
    /// The document.
    pub document: Value,
    /// Whether events start it from now on.
    pub publish: bool,
}

impl Procedure for Apply {
    type Output = Workflow;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Workflow> {
        if crate::locations::Get(self.location_id.clone()).run(tx).await?.is_none() {
            return Err(Refusal::NotFound { what: "Location", id: self.location_id.to_string() }.into());
        }
        let mut workflow = match by_name(tx, &self.location_id, &self.name).await? {
            Some(workflow) => workflow,
            None => self.insert(tx).await?,
        };
        let mut document = self.document.clone();
        give_ids(&mut document, Some(&workflow.draft));
        let text = serde_json::to_string(&document)?;
        if self.publish {
            workflow.published_version = Some(publish(tx, &workflow, &text).await?);
            remember_listened(tx, &self.location_id, &document).await?;
        }
        workflow.draft = document;
        workflow.updated_at = tx.now();
        tx.execute(
            "UPDATE workflows SET draft = ?3, published_version = ?4, updated_at = ?5 \
             WHERE location_id = ?1 AND id = ?2",
            params![&self.location_id, &workflow.id, &text, workflow.published_version, workflow.updated_at],
        )
        .await?;
        Ok(workflow)
    }
}

impl Apply {
    async fn insert(&self, tx: &mut Tx<'_>) -> Result<Workflow> {
        let workflow = Workflow {
            id: WorkflowId::mint(tx.now(), tx.id_part()),
            location_id: self.location_id.clone(),
            name: self.name.clone(),
            draft: Value::Null,
            published_version: None,
            created_at: tx.now(),
            updated_at: tx.now(),
        };
        tx.execute(
            "INSERT INTO workflows (location_id, id, name, draft, published_version, latest_version, created_at, \
             updated_at) VALUES (?1, ?2, ?3, ?4, NULL, 0, ?5, ?5)",
            params![&workflow.location_id, &workflow.id, &workflow.name, "null", tx.now()],
        )
        .await?;
        Ok(workflow)
    }
}

/// Applies a document under a new name to a workflow, which keeps its id, its versions and its runs. Use it
/// instead of [`Apply`] when a document was renamed.
#[derive(Clone, Debug)]
pub struct ApplyRenamed {
    /// The workflow's current name.
    pub from: String,
    /// The document under its new name.
    pub apply: Apply,
}

impl Procedure for ApplyRenamed {
    type Output = Workflow;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Workflow> {
        let Apply { location_id, name, .. } = &self.apply;
        let workflow = by_name(tx, location_id, &self.from)
            .await?
            .ok_or_else(|| Refusal::NotFound { what: "Workflow", id: self.from.clone() })?;
        if *name != self.from {
            if by_name(tx, location_id, name).await?.is_some() {
                let message = format!("another workflow is already named {name}; choose another name");
                return Err(Refusal::Conflict(message).into());
            }
            tx.execute(
                "UPDATE workflows SET name = ?3 WHERE location_id = ?1 AND id = ?2",
                params![location_id, &workflow.id, name],
            )
            .await?;
            changed(tx).await?;
        }
        self.apply.run(tx).await
    }
}

/// Publishes a text as the next version, unless the version that is published now reads the same.
async fn publish(tx: &mut Tx<'_>, workflow: &Workflow, text: &str) -> Result<i64> {
    if let Some(current) = workflow.published_version {
        let sql = "SELECT doc FROM workflow_versions WHERE workflow_id = ?1 AND version = ?2";
        let published: Option<String> = tx.value(sql, "doc", params![&workflow.id, current]).await?;
        if published.as_deref() == Some(text) {
            return Ok(current);
        }
    }
    let sql = "UPDATE workflows SET latest_version = latest_version + 1 WHERE location_id = ?1 AND id = ?2 \
        RETURNING latest_version";
    let ids = params![&workflow.location_id, &workflow.id];
    let version = tx.value(sql, "latest_version", ids).await?.unwrap_or(1_i64);
    tx.execute(
        "INSERT INTO workflow_versions (workflow_id, version, doc, published_at) VALUES (?1, ?2, ?3, ?4)",
        params![&workflow.id, version, text, tx.now()],
    )
    .await?;
    changed(tx).await?;
    Ok(version)
}

/// Records which events runs of this document may wait for. They stay when a later version waits for none,
/// because runs of this version may still be asleep.
async fn remember_listened(tx: &mut Tx<'_>, location: &LocationId, document: &Value) -> Result<()> {
    // A document that cannot be read starts no runs, so none ever waits.
    let Ok(document) = Document::parse(document) else { return Ok(()) };
    for kind in document.listened_kinds() {
        tx.execute(
            "INSERT INTO listened_kinds (location_id, kind) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
            params![location, kind],
        )
        .await?;
    }
    Ok(())
}

/// Lets every node notice that a published version or its location has changed; see [`Stamp`].
pub(crate) async fn changed(tx: &mut Tx<'_>) -> Result<()> {
    tx.execute("UPDATE cursors SET position = position + 1 WHERE name = 'definitions'", &[]).await.map(|_| ())
}

/// Unpublishes a workflow: events no longer start it. Runs that are under way continue.
#[derive(Clone, Debug)]
pub struct Unpublish {
    /// The location.
    pub location_id: LocationId,
    /// The workflow's name.
    pub name: String,
}

impl Procedure for Unpublish {
    type Output = Workflow;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Workflow> {
        let found = by_name(tx, &self.location_id, &self.name).await?;
        let mut workflow =
            found.ok_or_else(|| Refusal::NotFound { what: "Workflow", id: self.name.clone() })?;
        workflow.published_version = None;
        workflow.updated_at = tx.now();
        tx.execute(
            "UPDATE workflows SET published_version = NULL, updated_at = ?3 WHERE location_id = ?1 AND id = ?2",
            params![&self.location_id, &workflow.id, workflow.updated_at],
        )
        .await?;
        changed(tx).await?;
        Ok(workflow)
    }
}

async fn by_name(tx: &mut Tx<'_>, location: &LocationId, name: &str) -> Result<Option<Workflow>> {
    tx.first(select!(Workflow, "WHERE location_id = ?1 AND name = ?2"), params![location, name]).await
}

/// Lists a location's workflows by name.
#[derive(Clone, Debug)]
pub struct List(
    /// The location.
    pub LocationId,
);

impl Procedure for List {
    type Output = Vec<Workflow>;
    const SCANS: bool = true;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<Workflow>> {
        tx.all(select!(Workflow, "WHERE location_id = ?1 ORDER BY name"), params![&self.0]).await
    }
}

impl FromRow for Workflow {
    const TABLE: &'static str = "workflows";
    const COLUMNS: &'static str = "id, location_id, name, draft, published_version, created_at, updated_at";

    fn from_row(row: &mut Row) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            location_id: row.get("location_id")?,
            name: row.get("name")?,
            draft: row.json("draft")?,
            published_version: row.get("published_version")?,
            created_at: row.get("created_at")?,
            updated_at: row.get("updated_at")?,
        })
    }
}
