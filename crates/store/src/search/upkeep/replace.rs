//! Storing a segment in the place of writes or of other segments.

use crate::error::Result;
use crate::param::params;
use crate::search::posting;
use crate::search::segment::Built;
use crate::store::{Procedure, Store};
use crate::tx::Tx;
use std::time::Duration;
use tieline_model::{LocationId, Timestamp, id};

/// How many pages are stored or deleted in one transaction.
const PAGES: usize = 64;
/// Pages of a segment that is still unknown after this time were left behind by a server that was killed.
const ABANDONED: Duration = Duration::from_secs(3600);

/// A segment that takes the place of others.
#[derive(Debug)]
pub(super) struct Replacement {
    pub(super) location: LocationId,
    /// The generation for which it was worked out.
    pub(super) generation: i64,
    pub(super) built: Built,
    /// The segments that it replaces.
    pub(super) removed: Vec<String>,
    /// Other segments of which more documents are dead now.
    pub(super) dead: Vec<(String, Vec<u8>)>,
    /// The writes that it holds.
    pub(super) writes: Vec<i64>,
}

impl Replacement {
    /// Stores it; false if the location's segments have changed meanwhile, and nothing was replaced.
    pub(super) async fn store(mut self, store: &Store) -> Result<bool> {
        let mut random = [0; 12];
        store.entropy().fill(&mut random);
        let segment = id::mint(store.clock().now(), random);
        let mut pages = std::mem::take(&mut self.built.pages).into_iter();
        let mut first = 0;
        loop {
            let some: Vec<Vec<u8>> = pages.by_ref().take(PAGES).collect();
            if some.is_empty() {
                break;
            }
            let next = first + i64::try_from(some.len()).unwrap_or_default();
            store.write_at_once(StorePages { segment: segment.clone(), first, pages: some }).await?;
            first = next;
        }
        let removed = self.removed.clone();
        let replaced = store.write_at_once(Replace { segment: segment.clone(), replacement: self }).await?;
        for unused in if replaced { removed } else { vec![segment] } {
            while store.write_at_once(DropPages(unused.clone())).await? > 0 {}
        }
        Ok(replaced)
    }
}

struct StorePages {
    segment: String,
    first: i64,
    pages: Vec<Vec<u8>>,
}

impl Procedure for StorePages {
    type Output = ();
    const LONG: bool = true;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<()> {
        for (n, page) in (self.first..).zip(&self.pages) {
            let sql = "INSERT INTO search_pages (segment_id, n, body) VALUES (?1, ?2, ?3)";
            tx.execute(sql, params![&self.segment, n, page]).await?;
        }
        Ok(())
    }
}

struct Replace {
    segment: String,
    replacement: Replacement,
}

impl Procedure for Replace {
    /// Whether it was done.
    type Output = bool;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<bool> {
        let Replacement { location, generation, built, removed, dead, writes } = &self.replacement;
        if !advance(tx, location, *generation).await? {
            return Ok(false);
        }
        if built.documents > 0 {
            let mut none = Vec::new();
            posting::put(&mut none, &[])?;
            let sql = "INSERT INTO search_segments (id, location_id, documents, directory, dead, version) \
                       VALUES (?1, ?2, ?3, ?4, ?5, 0)";
            tx.execute(sql, params![&self.segment, location, built.documents, &built.directory, &none])
                .await?;
        }
        for segment in removed {
            tx.execute("DELETE FROM search_segments WHERE id = ?1", params![segment]).await?;
        }
        for (segment, dead) in dead {
            let sql = "UPDATE search_segments SET dead = ?2, version = version + 1 WHERE id = ?1";
            tx.execute(sql, params![segment, dead]).await?;
        }
        forget(tx, location, writes).await
    }
}

/// Moves a location's generation on, if it is still this one.
async fn advance(tx: &mut Tx<'_>, location: &LocationId, generation: i64) -> Result<bool> {
    if generation == 0 {
        let sql = "INSERT INTO search_state (location_id, generation) VALUES (?1, 1) ON CONFLICT DO NOTHING";
        return Ok(tx.execute(sql, params![location]).await? == 1);
    }
    let sql = "UPDATE search_state SET generation = ?3 WHERE location_id = ?1 AND generation = ?2";
    Ok(tx.execute(sql, params![location, generation, generation + 1]).await? == 1)
}

async fn forget(tx: &mut Tx<'_>, location: &LocationId, writes: &[i64]) -> Result<bool> {
    let sql = if tx.writes_in_parallel() {
        "DELETE FROM search_writes WHERE location_id = ?1 AND seq IN \
         (SELECT CAST(value AS BIGINT) FROM jsonb_array_elements_text(CAST(CAST(?2 AS TEXT) AS JSONB)) AS value)"
    } else {
        "DELETE FROM search_writes WHERE location_id = ?1 AND seq IN (SELECT value FROM json_each(?2))"
    };
    if !writes.is_empty() {
        tx.execute(sql, params![location, &serde_json::to_string(writes)?]).await?;
    }
    Ok(true)
}

/// Deletes some pages of a segment that is not used; gives how many.
struct DropPages(String);

impl Procedure for DropPages {
    type Output = u64;
    const LONG: bool = true;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<u64> {
        let sql = "DELETE FROM search_pages WHERE segment_id = ?1 AND n IN \
                   (SELECT n FROM search_pages WHERE segment_id = ?1 ORDER BY n LIMIT 256)";
        tx.execute(sql, params![&self.0]).await
    }
}

/// Names a segment whose pages were left behind.
pub(super) struct Abandoned;

impl Procedure for Abandoned {
    type Output = Option<String>;
    const SCANS: bool = true;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Option<String>> {
        let before = tx.now().millis() - i64::try_from(ABANDONED.as_millis()).unwrap_or_default();
        let sql = "SELECT segment_id FROM search_pages WHERE n = 0 AND segment_id < ?1 \
                   AND NOT EXISTS (SELECT 1 FROM search_segments WHERE id = segment_id) LIMIT 1";
        tx.value(sql, "segment_id", params![&id::first_of(Timestamp::from_millis(before))]).await
    }
}

/// Deletes pages that were left behind by a server that was killed while it stored a segment.
pub(super) async fn sweep(store: &Store) -> Result<()> {
    while let Some(segment) = store.read(Abandoned).await? {
        while store.write_at_once(DropPages(segment.clone())).await? > 0 {}
    }
    Ok(())
}
