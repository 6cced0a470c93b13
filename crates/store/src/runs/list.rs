//! Lists and counts of a location's runs.

use super::{Run, RunStatus};
use crate::error::Result;
use crate::param::params;
use crate::row::select;
use crate::store::Procedure;
use crate::tx::Tx;
use tieline_model::{LocationId, RunId};

/// Lists a location's runs, newest first.
#[derive(Clone, Debug)]
pub struct List {
    /// The location.
    pub location_id: LocationId,
    /// Only those with this status.
    pub status: Option<RunStatus>,
    /// Only those before this one, for the next page.
    pub before: Option<RunId>,
    /// How many at most.
    pub limit: u32,
}

impl Procedure for List {
    type Output = Vec<Run>;
    const SCANS: bool = true;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<Run>> {
        let sql = select!(
            Run,
            "WHERE location_id = ?1 AND id < ?2 AND (?3 = '' OR status = ?3) ORDER BY id DESC LIMIT ?4"
        );
        let before = self.before.as_ref().map_or("~", RunId::as_str);
        let status = self.status.map_or("", RunStatus::as_str);
        tx.all(sql, params![&self.location_id, before, status, self.limit]).await
    }
}

/// How many runs a location has with each status.
#[derive(Clone, Debug)]
pub struct Count(
    /// The location.
    pub LocationId,
);

impl Procedure for Count {
    type Output = Vec<(RunStatus, i64)>;
    const SCANS: bool = true;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Self::Output> {
        let rows = tx
            .query(
                "SELECT status, COUNT(*) AS total FROM runs WHERE location_id = ?1 GROUP BY status",
                params![&self.0],
            )
            .await?;
        rows.into_iter().map(|mut row| Ok((row.get("status")?, row.get("total")?))).collect()
    }
}
