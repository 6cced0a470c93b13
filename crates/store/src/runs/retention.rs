//! Forgetting runs that ended long ago.

use super::{RunStatus, unsubscribe};
use crate::error::Result;
use crate::param::params;
use crate::store::Procedure;
use crate::tx::Tx;
use tieline_model::{LocationId, RunId, Timestamp};

/// Deletes runs of a location that are over since before a time, with their steps, the oldest first. Gives how many
/// it deleted: as many as `limit` where there may be more. The events that started them stay in the log.
#[derive(Clone, Debug)]
pub struct Forget {
    /// The location.
    pub location_id: LocationId,
    /// The time before which they ended.
    pub before: Timestamp,
    /// How many at most.
    pub limit: u32,
}

impl Procedure for Forget {
    type Output = u32;
    const LONG: bool = true;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<u32> {
        // A run's id begins with the time at which it began, so the oldest are found by the key.
        let newest = RunId::mint(self.before, [0; 12]);
        let over = RunStatus::ALL.iter().filter(|status| status.is_over());
        let mut deleted = 0;
        for status in over {
            let sql = "SELECT id FROM runs WHERE location_id = ?1 AND id < ?2 AND updated_at < ?3 AND status = ?4 \
                ORDER BY id LIMIT ?5";
            let (before, left) = (self.before, self.limit - deleted);
            let rows =
                tx.query(sql, params![&self.location_id, &newest, before, status.as_str(), left]).await?;
            for mut row in rows {
                self.forget(tx, &row.get("id")?).await?;
                deleted += 1;
            }
        }
        Ok(deleted)
    }
}

impl Forget {
    async fn forget(&self, tx: &mut Tx<'_>, run: &RunId) -> Result<()> {
        for sql in ["DELETE FROM run_steps WHERE run_id = ?1", "DELETE FROM run_history WHERE run_id = ?1"] {
            tx.execute(sql, params![run]).await?;
        }
        unsubscribe(tx, run).await?;
        let sql = "DELETE FROM runs WHERE location_id = ?1 AND id = ?2";
        tx.execute(sql, params![&self.location_id, run]).await.map(|_| ())
    }
}
