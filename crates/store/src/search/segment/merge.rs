//! Making one segment of several.

use super::build::Writer;
use super::{Built, Ids, List, Texts};
use crate::error::Result;
use crate::search::posting;
use roaring::RoaringBitmap;
use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// All of a segment that is to be merged: its pages, and its documents that are gone.
#[derive(Default)]
pub(in crate::search) struct Whole {
    pub(in crate::search) tokens: Vec<List>,
    pub(in crate::search) ids: Vec<Ids>,
    pub(in crate::search) texts: Vec<Texts>,
    pub(in crate::search) gone: RoaringBitmap,
}

/// The number of a document that is not taken over.
const NONE: u32 = u32::MAX;

/// Makes a segment of the documents that are not gone, numbered anew.
pub(in crate::search) fn merge(segments: &[Whole]) -> Result<Built> {
    let mut writer = Writer::default();
    let numbers = number(segments, &mut writer);
    let mut heads: Vec<Head<'_>> = segments.iter().map(Head::of).collect();
    let mut next: BinaryHeap<_> = heads.iter_mut().enumerate().filter_map(|(n, head)| head.next(n)).collect();
    let mut documents = Vec::new();
    while let Some(Next { token, .. }) = next.peek().copied() {
        documents.clear();
        while let Some(Next { segment, posting, .. }) =
            next.peek().filter(|same| same.token == token).copied()
        {
            next.pop();
            next.extend(heads[segment].next(segment));
            posting::each(posting, |old| {
                documents.extend(numbers[segment].get(old as usize).copied().filter(|new| *new != NONE));
            })?;
        }
        documents.sort_unstable();
        if !documents.is_empty() {
            writer.token(token, &documents)?;
        }
    }
    Ok(writer.finish())
}

/// Writes the documents in order of their ids; gives the new number of each document of each segment.
fn number(segments: &[Whole], writer: &mut Writer) -> Vec<Vec<u32>> {
    let mut numbers: Vec<Vec<u32>> = Vec::new();
    let mut all = Vec::new();
    for (n, segment) in segments.iter().enumerate() {
        let ids = segment.ids.iter().flat_map(|page| (0..page.len()).filter_map(|n| page.get(n)));
        let texts = segment.texts.iter().flat_map(|page| (0..page.len()).map(|n| page.get(n)));
        let before = all.len();
        all.extend((0_u32..).zip(ids.zip(texts)).map(|(old, (id, text))| (id, n, old, text)));
        numbers.push(vec![NONE; all.len() - before]);
    }
    all.retain(|(_, n, old, _)| !segments[*n].gone.contains(*old));
    all.sort_unstable_by_key(|(id, ..)| *id);
    for (new, (id, n, old, text)) in (0..).zip(all) {
        writer.document(id, text);
        numbers[n][old as usize] = new;
    }
    numbers
}

/// How far a segment's tokens have been taken.
struct Head<'w> {
    pages: &'w [List],
    at: usize,
}

/// The token that comes next in a segment, with its posting; the first in byte order is the greatest.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Next<'w> {
    token: &'w [u8],
    segment: usize,
    posting: &'w [u8],
}

impl Ord for Next<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        (other.token, other.segment).cmp(&(self.token, self.segment))
    }
}

impl PartialOrd for Next<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<'w> Head<'w> {
    fn of(segment: &'w Whole) -> Self {
        Self { pages: &segment.tokens, at: 0 }
    }

    /// Takes the next token of a segment, of this number.
    fn next(&mut self, segment: usize) -> Option<Next<'w>> {
        let (first, rest) = self.pages.split_first()?;
        let (token, posting) = first.get(self.at)?;
        self.at += 1;
        if self.at == first.len() {
            (self.pages, self.at) = (rest, 0);
        }
        Some(Next { token, segment, posting })
    }
}
