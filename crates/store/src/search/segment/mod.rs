//! Segments: the unchanging parts of which the index consists.
//!
//! A segment holds some contacts of one location. They are numbered in the order of their ids, and each token
//! names those that have it. Both lists are cut into pages, ordered, and the segment's directory holds what
//! each page begins with, so that a token or an id is found by loading one page. The searched texts stand on
//! pages too, because a text that is no token has to be compared, and rows are far larger.

mod build;
mod merge;
mod page;

pub(super) use build::{Built, build};
pub(super) use merge::{Whole, merge};
pub(super) use page::{Ids, List, Texts, Tokens};

use super::bytes::{Bytes, put_bytes, put_number};
use crate::error::Result;
use memchr::memmem::Finder;
use memchr::{memchr, memrchr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How many ids stand on one page.
const IDS_ON_PAGE: u32 = 512;
/// How many texts stand on one page: about as many as fill 8 KB.
const TEXTS_ON_PAGE: u32 = 96;

/// What a page holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Holds {
    Tokens,
    Ids,
    Texts,
}

/// The part of a segment that is kept in memory while it is in use.
#[derive(Debug)]
pub(super) struct Segment {
    pub(super) id: String,
    /// A short name for caches; no two segments of this process share one.
    pub(super) key: u64,
    /// How many contacts it holds, those that are gone by now included.
    pub(super) documents: u32,
    /// The first token of each page of tokens.
    tokens: Vec<Box<[u8]>>,
    /// The first id of each page of ids.
    ids: Vec<Box<[u8]>>,
    /// The words that many documents have, each between two line ends.
    common: Vec<u8>,
}

static NEXT_KEY: AtomicU64 = AtomicU64::new(0);

impl Segment {
    /// Reads a segment's directory.
    pub(super) fn read(id: String, directory: &[u8]) -> Result<Arc<Self>> {
        let mut bytes = Bytes(directory);
        let documents = u32::try_from(bytes.number()?).unwrap_or(u32::MAX);
        let (tokens, ids) = (list(&mut bytes)?, list(&mut bytes)?);
        let common = bytes.bytes()?.to_vec();
        let key = NEXT_KEY.fetch_add(1, Ordering::Relaxed);
        Ok(Arc::new(Self { id, key, documents, tokens, ids, common }))
    }

    /// What the page of this number holds.
    pub(super) fn holds(&self, n: u32) -> Holds {
        match n.checked_sub(self.token_pages()) {
            None => Holds::Tokens,
            Some(n) if n < length(&self.ids) => Holds::Ids,
            Some(_) => Holds::Texts,
        }
    }

    /// The common words that contain a text.
    pub(super) fn common_words<'s>(&'s self, finder: &'s Finder<'_>) -> impl Iterator<Item = &'s [u8]> {
        let mut rest = self.common.as_slice();
        std::iter::from_fn(move || {
            let at = finder.find(rest)?;
            let begin = memrchr(b'\n', &rest[..at]).map_or(0, |end| end + 1);
            let end = memchr(b'\n', &rest[at..]).map_or(rest.len(), |end| at + end);
            let word = &rest[begin..end];
            rest = &rest[end..];
            Some(word)
        })
    }

    /// The number of the last page of tokens that begins at or before this one.
    pub(super) fn page_of_token(&self, token: &[u8]) -> u32 {
        at_or_before(&self.tokens, token)
    }

    /// How many pages of tokens there are.
    pub(super) fn token_pages(&self) -> u32 {
        length(&self.tokens)
    }

    /// The smallest id.
    pub(super) fn first_id(&self) -> &[u8] {
        self.ids.first().map_or(&[], AsRef::as_ref)
    }

    /// The number of the page that holds this id, if any does, and the number of its first document.
    pub(super) fn page_of_id(&self, id: &str) -> (u32, u32) {
        let page = at_or_before(&self.ids, id.as_bytes());
        (self.token_pages() + page, page * IDS_ON_PAGE)
    }

    /// The number of the page that holds the id of a document, and its place there.
    pub(super) fn page_of_document(&self, document: u32) -> (u32, usize) {
        (self.token_pages() + document / IDS_ON_PAGE, (document % IDS_ON_PAGE) as usize)
    }

    /// The number of the page that holds the text of a document, and its place there.
    pub(super) fn page_of_text(&self, document: u32) -> (u32, usize) {
        let page = self.token_pages() + length(&self.ids) + document / TEXTS_ON_PAGE;
        (page, (document % TEXTS_ON_PAGE) as usize)
    }
}

fn length<T>(list: &[T]) -> u32 {
    u32::try_from(list.len()).unwrap_or(u32::MAX)
}

fn at_or_before(firsts: &[Box<[u8]>], wanted: &[u8]) -> u32 {
    let behind = firsts.partition_point(|first| first.as_ref() <= wanted);
    u32::try_from(behind.saturating_sub(1)).unwrap_or(u32::MAX)
}

fn list(bytes: &mut Bytes<'_>) -> Result<Vec<Box<[u8]>>> {
    let count = bytes.length()?;
    (0..count).map(|_| bytes.bytes().map(Box::from)).collect()
}

/// Writes the directory that [`Segment::read`] reads.
fn directory(documents: u32, tokens: &[Vec<u8>], ids: &[Vec<u8>], common: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    put_number(&mut out, u64::from(documents));
    for list in [tokens, ids] {
        put_number(&mut out, list.len() as u64);
        list.iter().for_each(|first| put_bytes(&mut out, first));
    }
    put_bytes(&mut out, common);
    out
}
