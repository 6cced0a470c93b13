//! What is published: the versions that events start and those that runs are pinned to.

use crate::error::Result;
use crate::param::params;
use crate::row::{FromRow, Row, select};
use crate::store::Procedure;
use crate::tx::Tx;
use tieline_model::{Location, LocationId, WorkflowId};

/// A published version of a workflow.
#[derive(Clone, PartialEq, Debug)]
pub struct Version {
    /// The workflow.
    pub workflow_id: WorkflowId,
    /// The location that it belongs to.
    pub location_id: LocationId,
    /// The workflow's name.
    pub name: String,
    /// The version's number, from 1.
    pub version: i64,
    /// The document's text, as it was published.
    pub document: String,
}

/// A number that grows whenever a published version or a location changes. A compiled copy is current while the
/// number stays the same.
#[derive(Clone, Copy, Debug)]
pub struct Stamp;

impl Procedure for Stamp {
    type Output = i64;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<i64> {
        let sql = "SELECT position FROM cursors WHERE name = 'definitions'";
        Ok(tx.value(sql, "position", &[]).await?.unwrap_or(0))
    }
}

/// Which version of a workflow is published.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Current {
    /// The workflow.
    pub workflow_id: WorkflowId,
    /// The location that it belongs to.
    pub location_id: LocationId,
    /// The version's number, from 1.
    pub version: i64,
}

/// Lists what is published, in all locations, without the documents: a version never changes, so a reader keeps
/// what it has compiled and gets only the others with [`GetVersion`].
#[derive(Clone, Copy, Debug)]
pub struct Published;

/// All that is published at one time.
#[derive(Clone, Debug)]
pub struct Publication {
    /// Its [`Stamp`].
    pub stamp: i64,
    /// The published versions, in the order of their workflows' ids.
    pub versions: Vec<Current>,
    /// The locations that they belong to.
    pub locations: Vec<Location>,
    /// The kinds of events that runs may wait for, of these versions and of earlier ones.
    pub listened: Vec<(LocationId, String)>,
}

impl Procedure for Published {
    type Output = Publication;
    const SCANS: bool = true;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Publication> {
        let stamp = Stamp.run(tx).await?;
        let versions =
            tx.all(select!(Current, "WHERE published_version IS NOT NULL ORDER BY id"), &[]).await?;
        Ok(Publication { stamp, versions, locations: locations(tx).await?, listened: listened(tx).await? })
    }
}

/// The locations that have published workflows.
async fn locations(tx: &mut Tx<'_>) -> Result<Vec<Location>> {
    let sql = "SELECT id, doc FROM locations \
        WHERE id IN (SELECT location_id FROM workflows WHERE published_version IS NOT NULL)";
    let rows = tx.query(sql, &[]).await?;
    rows.into_iter().map(|mut row| row.json("doc")).collect()
}

async fn listened(tx: &mut Tx<'_>) -> Result<Vec<(LocationId, String)>> {
    let rows = tx.query("SELECT location_id, kind FROM listened_kinds", &[]).await?;
    rows.into_iter().map(|mut row| Ok((row.get("location_id")?, row.get("kind")?))).collect()
}

/// The version of a workflow that events start now, if one is published.
#[derive(Clone, Debug)]
pub struct PublishedVersion(
    /// The workflow.
    pub WorkflowId,
);

impl Procedure for PublishedVersion {
    type Output = Option<i64>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Option<i64>> {
        let sql = "SELECT published_version FROM workflows WHERE id = ?1 AND published_version IS NOT NULL";
        tx.value(sql, "published_version", params![&self.0]).await
    }
}

/// One version of a workflow, published now or in the past.
#[derive(Clone, Debug)]
pub struct GetVersion {
    /// The workflow.
    pub workflow_id: WorkflowId,
    /// The version.
    pub version: i64,
}

impl Procedure for GetVersion {
    type Output = Option<Version>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Option<Version>> {
        let sql = select!(Version, "WHERE v.workflow_id = ?1 AND v.version = ?2");
        tx.first(sql, params![&self.workflow_id, self.version]).await
    }
}

impl FromRow for Version {
    const TABLE: &'static str = "workflow_versions v JOIN workflows w ON w.id = v.workflow_id";
    const COLUMNS: &'static str = "v.workflow_id, w.location_id, w.name, v.version, v.doc";

    fn from_row(row: &mut Row) -> Result<Self> {
        Ok(Self {
            workflow_id: row.get("workflow_id")?,
            location_id: row.get("location_id")?,
            name: row.get("name")?,
            version: row.get("version")?,
            document: row.get("doc")?,
        })
    }
}

impl FromRow for Current {
    const TABLE: &'static str = "workflows";
    const COLUMNS: &'static str = "id, location_id, published_version";

    fn from_row(row: &mut Row) -> Result<Self> {
        Ok(Self {
            workflow_id: row.get("id")?,
            location_id: row.get("location_id")?,
            version: row.get("published_version")?,
        })
    }
}
