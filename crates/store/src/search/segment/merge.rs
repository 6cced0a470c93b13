//! Making one segment of several.

use super::build::Writer;
use super::{Built, Ids, Texts, Tokens};
use crate::error::Result;
use crate::search::posting;
use roaring::RoaringBitmap;

/// All of a segment that is to be merged: its pages, and its documents that are gone.
#[derive(Default)]
pub(in crate::search) struct Whole {
    pub(in crate::search) tokens: Vec<Tokens>,
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
    let mut documents = Vec::new();
    while let Some(token) = heads.iter().filter_map(Head::token).min().map(<[u8]>::to_vec) {
        documents.clear();
        for (head, numbers) in heads.iter_mut().zip(&numbers) {
            if let Some(posting) = head.take(&token) {
                let known = posting::read(posting)?;
                let kept = known.iter().filter_map(|old| numbers.get(old as usize).copied());
                documents.extend(kept.filter(|new| *new != NONE));
            }
        }
        documents.sort_unstable();
        if !documents.is_empty() {
            writer.token(&token, &documents)?;
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
    pages: &'w [Tokens],
    next: usize,
}

impl<'w> Head<'w> {
    fn of(segment: &'w Whole) -> Self {
        Self { pages: &segment.tokens, next: 0 }
    }

    fn token(&self) -> Option<&'w [u8]> {
        self.pages.first()?.get(self.next).map(|(token, _)| token)
    }

    /// The posting of this token, if it is the next one.
    fn take(&mut self, token: &[u8]) -> Option<&'w [u8]> {
        let (first, rest) = self.pages.split_first()?;
        let (next, posting) = first.get(self.next)?;
        if next != token {
            return None;
        }
        self.next += 1;
        if self.next == first.len() {
            (self.pages, self.next) = (rest, 0);
        }
        Some(posting)
    }
}
