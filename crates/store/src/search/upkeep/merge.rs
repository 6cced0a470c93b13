//! Merging segments, so that a search has few to ask.

use super::replace::Replacement;
use crate::error::Result;
use crate::param::params;
use crate::search::index::Index;
use crate::search::segment::{Holds, Ids, Texts, Tokens, Whole, merge};
use crate::search::view::{Part, View};
use crate::store::Procedure;
use crate::tx::Tx;
use tieline_model::LocationId;

/// Segments of about the same size are merged when there are so many.
const TOGETHER: usize = 8;
/// A tier's segments are up to so many times as large as the smallest ones of it.
const TIER: u64 = 8;
/// The largest segments of the lowest tier.
const LOWEST: u64 = 4096;
/// Segments that a merge would make larger than this are left alone: it would take too much memory and time.
const LARGEST: u64 = 131_072;

/// Works out the segment that replaces some of a location's; nothing if all may stay.
pub(super) struct Merge(pub(super) LocationId);

impl Procedure for Merge {
    type Output = Option<Replacement>;
    const SCANS: bool = true;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Option<Replacement>> {
        let view = View::first(&mut Index::new(tx, &self.0), 0).await?;
        let chosen = choose(&view.segments);
        if chosen.is_empty() {
            return Ok(None);
        }
        let mut wholes = Vec::with_capacity(chosen.len());
        for part in &chosen {
            wholes.push(whole(tx, part).await?);
        }
        Ok(Some(Replacement {
            location: self.0.clone(),
            generation: view.generation,
            built: merge(&wholes)?,
            removed: chosen.iter().map(|part| part.segment.id.clone()).collect(),
            dead: Vec::new(),
            writes: Vec::new(),
        }))
    }
}

/// Loads all pages of a segment, past the cache: they are read once.
async fn whole(tx: &mut Tx<'_>, part: &Part) -> Result<Whole> {
    let sql = "SELECT n, body FROM search_pages WHERE segment_id = ?1 ORDER BY n";
    let mut whole = Whole { gone: part.dead().clone(), ..Whole::default() };
    for (mut row, n) in tx.query(sql, params![&part.segment.id]).await?.into_iter().zip(0..) {
        let body = row.get("body")?;
        match part.segment.holds(n) {
            Holds::Tokens => whole.tokens.push(Tokens::read(body)?.unpack()),
            Holds::Ids => whole.ids.push(Ids::read(body)?),
            Holds::Texts => whole.texts.push(Texts::read(body)?),
        }
    }
    Ok(whole)
}

/// The segments to merge next: those of the lowest tier that has enough of them, or one that is half dead.
fn choose(segments: &[Part]) -> Vec<&Part> {
    let mut by_size: Vec<&Part> = segments.iter().collect();
    by_size.sort_by_key(|part| part.living());
    if let Some(half) = by_size.iter().find(|part| 2 * part.living() < u64::from(part.segment.documents)) {
        return vec![half];
    }
    let mut limit = LOWEST;
    while limit <= LARGEST {
        let tier: Vec<&Part> = by_size.iter().copied().filter(|part| is_in(limit, part.living())).collect();
        if tier.len() >= TOGETHER {
            return within(tier);
        }
        limit *= TIER;
    }
    // The last tier is merged as soon as a segment of the largest size comes out of it.
    let last: Vec<&Part> = by_size.into_iter().filter(|part| is_in(limit / TIER, part.living())).collect();
    let all: u64 = last.iter().map(|part| part.living()).sum();
    if all >= LARGEST && last.len() > 2 { within(last) } else { Vec::new() }
}

fn is_in(limit: u64, documents: u64) -> bool {
    documents < limit && (limit == LOWEST || documents >= limit / TIER)
}

/// As many of them, the smallest first, as make no segment that is too large.
fn within(tier: Vec<&Part>) -> Vec<&Part> {
    let mut sum = 0;
    let fits = |part: &&Part| {
        sum += part.living();
        sum <= LARGEST
    };
    let chosen: Vec<&Part> = tier.into_iter().take(4 * TOGETHER).take_while(fits).collect();
    if chosen.len() > 1 { chosen } else { Vec::new() }
}
