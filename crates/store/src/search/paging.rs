//! Putting hits in order, as many as a page needs.

use super::entry::Entry;
use super::index::Index;
use super::order::{Key, Level, Mark, Order, Sort};
use super::segment::Segment;
use super::token::{self, Kind};
use super::walk::Walk;
use crate::error::Result;
use roaring::RoaringBitmap;
use std::cmp::Ordering;
use std::future::Future;
use std::ops::Range;
use std::pin::Pin;
use std::sync::Arc;

/// What a search found: documents of segments, and contacts that are in no segment yet.
pub(super) struct Hits {
    pub(super) parts: Vec<(Arc<Segment>, RoaringBitmap)>,
    pub(super) entries: Vec<Arc<Entry>>,
}

impl Hits {
    pub(super) fn count(&self) -> u64 {
        self.parts.iter().map(|(_, documents)| documents.len()).sum::<u64>() + self.entries.len() as u64
    }

    /// How many contacts the segments hold in all.
    fn among(&self) -> u64 {
        self.parts.iter().map(|(segment, _)| u64::from(segment.documents)).sum()
    }
}

/// The ids of a page, in order.
pub(super) struct Page<'p> {
    pub(super) sort: &'p Sort,
    pub(super) after: Option<&'p Mark>,
    /// How many ids are wanted.
    pub(super) want: usize,
    pub(super) ids: Vec<String>,
}

type Taken<'f> = Pin<Box<dyn Future<Output = Result<()>> + Send + 'f>>;

impl<'p> Page<'p> {
    fn is_full(&self) -> bool {
        self.ids.len() >= self.want
    }

    fn missing(&self) -> usize {
        self.want - self.ids.len()
    }

    /// Takes ids of the hits, which are equal in all levels of the sort before this one. `after` says whether
    /// the page begins among them.
    pub(super) fn take<'f>(
        &'f mut self,
        index: &'f mut Index<'_, '_>,
        hits: Hits,
        level: usize,
        after: bool,
    ) -> Taken<'f>
    where
        'p: 'f,
    {
        Box::pin(async move {
            if hits.count() == 0 || self.is_full() {
                return Ok(());
            }
            let sort = self.sort;
            let Some(step) = sort.levels.get(level) else { return self.by_id(index, hits, after).await };
            if self.is_walk_cheaper(&hits) {
                self.walk(index, hits, level, step, after).await
            } else {
                self.fetch(index, hits, level, after).await
            }
        })
    }

    /// Fetching a contact takes about 25 times as long as walking past a token. Of few hits all are fetched
    /// and sorted; among many, a page is full soon.
    fn is_walk_cheaper(&self, hits: &Hits) -> bool {
        let (count, want) = (hits.count(), self.missing() as u64);
        count.saturating_mul(count).saturating_mul(25) > want.saturating_mul(hits.among())
    }

    /// Documents are numbered by id, so each segment's first ones are known without looking. A segment of which
    /// even the first comes behind a full page is left out: most hold the contacts of a time.
    async fn by_id(&mut self, index: &mut Index<'_, '_>, hits: Hits, after: bool) -> Result<()> {
        let order = self.sort.by_id;
        let after = self.after.filter(|_| after).map(|mark| mark.id.as_str());
        let is_behind = |id: &str| after.is_none_or(|after| order.of(id.cmp(after)).is_gt());
        let mut found: Vec<String> = hits
            .entries
            .iter()
            .map(|entry| entry.id.as_str())
            .filter(|id| is_behind(id))
            .map(str::to_owned)
            .collect();
        let in_order = |a: &String, b: &String| order.of(a.cmp(b));
        found.sort_unstable_by(in_order);
        found.truncate(self.missing());
        let mut parts: Vec<_> = hits.parts.iter().collect();
        parts.sort_by(|(a, _), (b, _)| order.of(a.first_id().cmp(b.first_id())));
        for (segment, documents) in parts {
            let numbers = behind(index, segment, order, after).await?;
            let chosen = first(documents, numbers, order, self.missing());
            let Some(best) = chosen.first() else { continue };
            let Some(best) = index.ids(segment, &[*best]).await?.pop() else { continue };
            let is_full = found.len() == self.missing();
            if is_full && found.last().is_some_and(|last| in_order(last, &best).is_lt()) {
                continue;
            }
            found.push(best);
            found.extend(index.ids(segment, &chosen[1..]).await?);
            found.sort_unstable_by(in_order);
            found.truncate(self.missing());
        }
        self.ids.append(&mut found);
        Ok(())
    }

    async fn fetch(
        &mut self,
        index: &mut Index<'_, '_>,
        hits: Hits,
        level: usize,
        after: bool,
    ) -> Result<()> {
        let mut ids: Vec<String> = hits.entries.iter().map(|entry| entry.id.to_string()).collect();
        for (segment, documents) in &hits.parts {
            ids.extend(index.ids(segment, &documents.iter().collect::<Vec<_>>()).await?);
        }
        let wanted: Vec<&str> = ids.iter().map(String::as_str).collect();
        let mut keyed: Vec<(Vec<Key>, String)> = Vec::with_capacity(ids.len());
        for row in index.rows(&wanted).await? {
            keyed.push((self.sort.keys(&row.doc)?, row.id));
        }
        let sort = self.sort;
        if let Some(mark) = self.after.filter(|_| after) {
            let mark = (mark.keys.as_slice(), mark.id.as_str());
            keyed.retain(|(keys, id)| sort.compare(level, (keys, id), mark).is_gt());
        }
        keyed.sort_unstable_by(|a, b| sort.compare(level, (&a.0, &a.1), (&b.0, &b.1)));
        let missing = self.missing();
        self.ids.extend(keyed.into_iter().take(missing).map(|(_, id)| id));
        Ok(())
    }

    /// Walks the values of a level, those of all segments together, and takes the hits of each.
    async fn walk(
        &mut self,
        index: &mut Index<'_, '_>,
        hits: Hits,
        level: usize,
        step: &Level,
        after: bool,
    ) -> Result<()> {
        let mark = self.after.filter(|_| after).map(|mark| mark.keys[level].clone());
        if mark != Some(None) {
            let from = mark.as_ref().and_then(Option::as_deref);
            let mut walks = Vec::with_capacity(hits.parts.len());
            for (segment, _) in &hits.parts {
                walks.push(Walk::begin(index, segment, step, from).await?);
            }
            let mut entries = keyed(&hits.entries, step, from);
            while let Some(value) = next(&walks, &entries, step) {
                let mut group = Hits { parts: Vec::new(), entries: Vec::new() };
                for (walk, (segment, documents)) in walks.iter_mut().zip(&hits.parts) {
                    if walk.value() == Some(&value) {
                        let both = walk.documents()? & documents;
                        walk.advance(index).await?;
                        if !both.is_empty() {
                            group.parts.push((Arc::clone(segment), both));
                        }
                    }
                }
                while entries.last().is_some_and(|(key, _)| *key == value) {
                    group.entries.extend(entries.pop().map(|(_, entry)| entry));
                }
                let begins = from == Some(value.as_slice());
                self.take(index, group, level + 1, begins).await?;
                if self.is_full() {
                    return Ok(());
                }
            }
        }
        let rest = without(index, hits, step).await?;
        self.take(index, rest, level + 1, mark == Some(None)).await
    }
}

/// The numbers of a segment's documents that come behind an id, or of all.
async fn behind(
    index: &mut Index<'_, '_>,
    segment: &Segment,
    order: Order,
    after: Option<&str>,
) -> Result<Range<u32>> {
    let Some(id) = after else { return Ok(0..segment.documents) };
    let rank = index.rank(segment, id).await?;
    if order == Order::Descending {
        return Ok(0..rank);
    }
    let is_here = index.document(segment, id).await?.is_some();
    Ok(rank + u32::from(is_here)..segment.documents)
}

/// The first of the documents with these numbers, in this order.
fn first(documents: &RoaringBitmap, numbers: Range<u32>, order: Order, want: usize) -> Vec<u32> {
    if numbers.is_empty() {
        return Vec::new();
    }
    let documents = documents.range(numbers);
    match order {
        Order::Ascending => documents.take(want).collect(),
        Order::Descending => documents.rev().take(want).collect(),
    }
}

/// The entries with a value at or behind `from`, the first in the order last.
fn keyed(entries: &[Arc<Entry>], step: &Level, from: Option<&[u8]>) -> Vec<(Vec<u8>, Arc<Entry>)> {
    let prefix = step.prefix();
    let with_key = |entry: &Arc<Entry>| Some((entry.values(&prefix).next()?.to_vec(), Arc::clone(entry)));
    let mut keyed: Vec<_> = entries.iter().filter_map(with_key).collect();
    keyed.retain(|(key, _)| from.is_none_or(|from| step.order.of(key.as_slice().cmp(from)).is_ge()));
    keyed.sort_by(|a, b| step.order.of(b.0.cmp(&a.0)));
    keyed
}

/// The value that comes next in any of them.
fn next(walks: &[Walk], entries: &[(Vec<u8>, Arc<Entry>)], step: &Level) -> Option<Vec<u8>> {
    let values = walks.iter().filter_map(Walk::value).chain(entries.last().map(|(key, _)| key.as_slice()));
    let first = |a: &&[u8], b: &&[u8]| -> Ordering { step.order.of(a.cmp(b)) };
    values.min_by(first).map(<[u8]>::to_vec)
}

/// The hits that have no value to sort by.
async fn without(index: &mut Index<'_, '_>, hits: Hits, step: &Level) -> Result<Hits> {
    let (exists, prefix) = (token::of(step.field.path(), Kind::Exists, &[step.kind as u8]), step.prefix());
    let mut rest = Hits { parts: Vec::new(), entries: hits.entries };
    rest.entries.retain(|entry| entry.values(&prefix).next().is_none());
    for (segment, documents) in hits.parts {
        let left = documents - index.posting(&segment, &exists).await?;
        rest.parts.push((segment, left));
    }
    Ok(rest)
}
