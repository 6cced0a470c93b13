//! Folding writes into a segment.

use super::replace::Replacement;
use crate::error::Result;
use crate::param::params;
use crate::search::index::Index;
use crate::search::segment::build;
use crate::search::view::{Part, View};
use crate::store::Procedure;
use crate::tx::Tx;
use tieline_model::LocationId;

/// Names the locations of which at least so many writes wait to be folded, and counts these.
pub(super) struct Waiting(pub(super) i64);

impl Procedure for Waiting {
    type Output = Vec<(LocationId, i64)>;
    const SCANS: bool = true;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Self::Output> {
        let sql = "SELECT location_id, COUNT(*) AS writes FROM search_writes \
                   GROUP BY location_id HAVING COUNT(*) >= ?1";
        let mut rows = tx.query(sql, params![self.0]).await?;
        rows.iter_mut().map(|row| Ok((row.get("location_id")?, row.get("writes")?))).collect()
    }
}

/// How many writes are folded at once, at most.
const MOST: i64 = 16_384;

/// Works out the segment of what waits in a location; nothing if nothing waits.
pub(super) struct Fold(pub(super) LocationId);

impl Procedure for Fold {
    type Output = Option<Replacement>;
    const SCANS: bool = true;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Option<Replacement>> {
        let view = View::first(&mut Index::new(tx, &self.0), MOST).await?;
        let writes = view.writes();
        if writes.is_empty() {
            return Ok(None);
        }
        let outdated = view.segments.iter().filter(|part| part.is_outdated());
        Ok(Some(Replacement {
            location: self.0.clone(),
            generation: view.generation,
            built: build(view.entries.clone())?,
            removed: Vec::new(),
            dead: outdated.map(Part::buried).collect::<Result<_>>()?,
            writes,
        }))
    }
}
