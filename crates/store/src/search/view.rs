//! A view: what a transaction sees of a location's index.

use super::entry::Entry;
use super::index::Index;
use super::segment::Segment;
use crate::error::Result;
use crate::param::params;
use roaring::RoaringBitmap;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use tieline_model::ContactId;

/// The segments of a location, and the contacts that were written since.
#[derive(Debug)]
pub(super) struct View {
    /// Counts the changes of the set of segments.
    pub(super) generation: i64,
    pub(super) segments: Vec<Part>,
    /// What was written and is in no segment yet, by its place in the order of writes.
    unfolded: BTreeMap<i64, Write>,
    /// The contacts as the last of these writes left them.
    pub(super) entries: Vec<Arc<Entry>>,
}

/// A segment of a view.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) segment: Arc<Segment>,
    /// Counts the changes of `dead`.
    version: i64,
    /// Documents that are deleted, or in a later segment.
    dead: Arc<RoaringBitmap>,
    /// Those, and the ones that an unfolded write replaces.
    pub(super) gone: Arc<RoaringBitmap>,
}

impl Part {
    /// Whether unfolded writes replace some of its documents.
    pub(super) fn is_outdated(&self) -> bool {
        self.dead.len() != self.gone.len()
    }

    pub(super) fn dead(&self) -> &RoaringBitmap {
        &self.dead
    }

    /// The segment's id, and the documents that are dead once the unfolded writes are in a segment.
    pub(super) fn buried(&self) -> Result<(String, Vec<u8>)> {
        let mut dead = Vec::new();
        super::posting::put(&mut dead, &self.gone.iter().collect::<Vec<_>>())?;
        Ok((self.segment.id.clone(), dead))
    }

    /// How many of its documents are still valid.
    pub(super) fn living(&self) -> u64 {
        u64::from(self.segment.documents).saturating_sub(self.gone.len())
    }
}

/// A write that is in no segment yet.
#[derive(Clone, Debug)]
struct Write {
    contact: ContactId,
    /// Whether a segment may hold an earlier state of the contact.
    replaces: bool,
    /// The contact afterwards; nothing if it was deleted, or if a later write was known when this was read.
    entry: Option<Arc<Entry>>,
}

impl View {
    /// How new it is: the generation, and the last write.
    pub(super) fn stamp(&self) -> (i64, i64) {
        (self.generation, self.unfolded.last_key_value().map_or(0, |(seq, _)| *seq))
    }

    /// The places of the writes that are in no segment yet.
    pub(super) fn writes(&self) -> Vec<i64> {
        self.unfolded.keys().copied().collect()
    }

    /// Whether all that this view knows is true of a view of this generation and these writes: a reader may
    /// have begun before the one that left this view.
    fn precedes(&self, generation: i64, writes: &[i64]) -> bool {
        self.generation < generation
            || self.generation == generation
                && self.unfolded.keys().all(|seq| writes.binary_search(seq).is_ok())
    }

    /// Reads what the transaction sees. What the last view of this location holds is not read again.
    pub(super) async fn load(index: &mut Index<'_, '_>) -> Result<Arc<Self>> {
        let view = Self::first(index, i64::MAX).await?;
        index.tx.search().keep_view(index.location, &view);
        Ok(view)
    }

    /// The same, but with so many of the first writes only: what is folded at once has to fit into memory.
    pub(super) async fn first(index: &mut Index<'_, '_>, most: i64) -> Result<Arc<Self>> {
        let (generation, writes) = state(index, most).await?;
        let last = index.tx.search().view(index.location);
        let known = last.as_ref().filter(|known| known.precedes(generation, &writes));
        let same = known.filter(|known| known.generation == generation);
        if let Some(same) = same
            && same.unfolded.keys().eq(&writes)
        {
            return Ok(Arc::clone(same));
        }
        let segments = match same {
            Some(same) => same.segments.clone(),
            None => segments(index, last.as_deref()).await?,
        };
        let unfolded = unfolded(index, known.map(Arc::as_ref), &writes).await?;
        let mut view = Self { generation, segments, unfolded, entries: Vec::new() };
        view.settle(index, same.map(Arc::as_ref)).await?;
        Ok(Arc::new(view))
    }

    /// Works out which entries count and which documents of the segments do not.
    async fn settle(&mut self, index: &mut Index<'_, '_>, before: Option<&Self>) -> Result<()> {
        let last: HashMap<&ContactId, i64> =
            self.unfolded.iter().map(|(seq, write)| (&write.contact, *seq)).collect();
        let counts = |(seq, write): (&i64, &Write)| {
            (last.get(&write.contact) == Some(seq)).then(|| write.entry.clone()).flatten()
        };
        self.entries = self.unfolded.iter().filter_map(counts).collect();
        let is_new = |seq: &i64| before.is_none_or(|before| !before.unfolded.contains_key(seq));
        let replaced = self.unfolded.iter().filter(|(seq, write)| write.replaces && is_new(seq));
        let replaced: HashSet<&ContactId> = replaced.map(|(_, write)| &write.contact).collect();
        for part in &mut self.segments {
            let mut found = Vec::new();
            for contact in &replaced {
                found.extend(index.document(&part.segment, contact.as_str()).await?);
            }
            if !found.is_empty() {
                Arc::make_mut(&mut part.gone).extend(found);
            }
        }
        Ok(())
    }
}

/// The generation of the location's segments, and the places of the first writes that are in none of them.
async fn state(index: &mut Index<'_, '_>, most: i64) -> Result<(i64, Vec<i64>)> {
    // Every search begins with this, so it is one statement.
    let sql = "SELECT 0 AS is_write, generation AS n FROM search_state WHERE location_id = ?1 \
               UNION ALL SELECT 1, seq FROM \
               (SELECT seq FROM search_writes WHERE location_id = ?1 ORDER BY seq LIMIT ?2) AS writes";
    let (mut generation, mut writes) = (0, Vec::new());
    for mut row in index.tx.query(sql, params![index.location, most]).await? {
        match row.get::<i64>("is_write")? {
            0 => generation = row.get("n")?,
            _ => writes.push(row.get("n")?),
        }
    }
    writes.sort_unstable();
    Ok((generation, writes))
}

async fn segments(index: &mut Index<'_, '_>, known: Option<&View>) -> Result<Vec<Part>> {
    let known: HashMap<&str, &Part> = known
        .map(|view| view.segments.iter().map(|part| (part.segment.id.as_str(), part)).collect())
        .unwrap_or_default();
    let sql = "SELECT id, version FROM search_segments WHERE location_id = ?1 ORDER BY id";
    let rows = index.tx.query(sql, params![index.location]).await?;
    let mut parts = Vec::with_capacity(rows.len());
    for mut row in rows {
        let (id, version): (String, i64) = (row.get("id")?, row.get("version")?);
        parts.push(match known.get(id.as_str()) {
            Some(part) if part.version == version => Part { gone: Arc::clone(&part.dead), ..(*part).clone() },
            part => load_part(index, id, version, part.copied()).await?,
        });
    }
    Ok(parts)
}

async fn load_part(
    index: &mut Index<'_, '_>,
    id: String,
    version: i64,
    known: Option<&Part>,
) -> Result<Part> {
    let dead = "SELECT id, dead FROM search_segments WHERE id = ?1";
    let dead: Option<Vec<u8>> = index.tx.value(dead, "dead", params![&id]).await?;
    let dead = Arc::new(super::posting::read(&dead.ok_or_else(|| missing(&id))?)?);
    let segment = match known {
        Some(part) => Arc::clone(&part.segment),
        None => {
            let directory = "SELECT id, directory FROM search_segments WHERE id = ?1";
            let directory: Option<Vec<u8>> = index.tx.value(directory, "directory", params![&id]).await?;
            let directory = directory.ok_or_else(|| missing(&id))?;
            Segment::read(id, &directory)?
        }
    };
    Ok(Part { segment, version, gone: Arc::clone(&dead), dead })
}

fn missing(id: &str) -> crate::Error {
    super::bytes::corrupt(&format!("segment {id} is missing"))
}

/// The writes at these places, those that an earlier view knows from there.
async fn unfolded(
    index: &mut Index<'_, '_>,
    known: Option<&View>,
    seqs: &[i64],
) -> Result<BTreeMap<i64, Write>> {
    let before =
        |seq: &i64| known.and_then(|view| view.unfolded.get(seq)).cloned().map(|write| (*seq, write));
    let mut writes: BTreeMap<i64, Write> = seqs.iter().filter_map(before).collect();
    let new: Vec<i64> = seqs.iter().copied().filter(|seq| !writes.contains_key(seq)).collect();
    let (Some(first), Some(last)) = (new.first(), new.last()) else { return Ok(writes) };
    let sql = "SELECT seq, contact_id, replaces FROM search_writes \
               WHERE location_id = ?1 AND seq >= ?2 AND seq <= ?3";
    for mut row in index.tx.query(sql, params![index.location, *first, *last]).await? {
        let (seq, contact, replaces) =
            (row.get("seq")?, row.get("contact_id")?, row.get::<i64>("replaces")? == 1);
        writes.entry(seq).or_insert(Write { contact, replaces, entry: None });
    }
    let contacts: HashSet<&str> =
        new.iter().filter_map(|seq| writes.get(seq)).map(|write| write.contact.as_str()).collect();
    let entries = index.entries(&contacts.into_iter().collect::<Vec<_>>()).await?;
    let entries: HashMap<ContactId, Arc<Entry>> =
        entries.into_iter().map(|entry| (entry.id.clone(), Arc::new(entry))).collect();
    for seq in new {
        if let Some(write) = writes.get_mut(&seq) {
            write.entry = entries.get(&write.contact).cloned();
        }
    }
    Ok(writes)
}
