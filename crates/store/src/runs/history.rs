//! What runs have done, step by step.

use crate::error::Result;
use crate::param::params;
use crate::store::Procedure;
use crate::tx::Tx;
use tieline_model::RunId;

/// Appends to a run's history the steps of one checkpoint, as JSON. For use inside a procedure.
///
/// # Errors
/// What the database says.
pub async fn record(tx: &mut Tx<'_>, run: &RunId, steps: &str, is_first: bool) -> Result<()> {
    let sql = match is_first {
        true => "INSERT INTO run_history (run_id, n, steps) VALUES (?1, 1, ?2)",
        false => {
            "INSERT INTO run_history (run_id, n, steps) \
             SELECT ?1, COALESCE(MAX(n), 0) + 1, ?2 FROM run_history WHERE run_id = ?1"
        }
    };
    tx.execute(sql, params![run, steps]).await.map(|_| ())
}

/// A run's history: the steps of each checkpoint, as JSON, in their order.
#[derive(Clone, Debug)]
pub struct History(
    /// The run.
    pub RunId,
);

impl Procedure for History {
    type Output = Vec<String>;
    const SCANS: bool = true;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<String>> {
        let rows =
            tx.query("SELECT steps FROM run_history WHERE run_id = ?1 ORDER BY n", params![&self.0]).await?;
        rows.into_iter().map(|mut row| row.get("steps")).collect()
    }
}
