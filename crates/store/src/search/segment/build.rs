//! Writing segments.

use super::{IDS_ON_PAGE, TEXTS_ON_PAGE, directory};
use crate::error::Result;
use crate::search::bytes::{put_bytes, put_number};
use crate::search::entry::Entry;
use crate::search::{posting, token};
use foldhash::fast::RandomState;
use smallvec::{SmallVec, smallvec};
use std::collections::HashMap;
use std::sync::Arc;

/// A page of tokens is closed when it has grown to this many bytes.
const PAGE: usize = 8 << 10;

/// A word of so many documents is common: a short list of such words is searched, which finds also those that contain
/// a text in their middle.
const COMMON: usize = 16;

/// A segment that is not stored yet.
#[derive(Debug)]
pub(in crate::search) struct Built {
    pub(in crate::search) documents: u32,
    pub(in crate::search) directory: Vec<u8>,
    pub(in crate::search) pages: Vec<Vec<u8>>,
}

/// The documents of each token; most tokens are short and have few.
type Postings = HashMap<SmallVec<[u8; 24]>, SmallVec<[u32; 4]>, RandomState>;

/// Makes a segment of entries, none of which may have the id of another.
pub(in crate::search) fn build(mut entries: Vec<Arc<Entry>>) -> Result<Built> {
    entries.sort_unstable_by(|a, b| a.id.cmp(&b.id));
    let mut writer = Writer::default();
    let mut postings: Postings = HashMap::default();
    for (document, entry) in (0..).zip(entries) {
        writer.document(entry.id.as_str(), entry.text().as_bytes());
        entry.each_token(|token| match postings.get_mut(token) {
            Some(documents) if documents.last() == Some(&document) => {}
            Some(documents) => documents.push(document),
            None => drop(postings.insert(SmallVec::from_slice(token), smallvec![document])),
        });
    }
    let mut postings: Vec<_> = postings.into_iter().collect();
    postings.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    for (token, documents) in postings {
        writer.token(&token, &documents)?;
    }
    Ok(writer.finish())
}

/// Pages of one list: keys in order, each written as what it does not share with the one before.
#[derive(Default)]
struct List {
    firsts: Vec<Vec<u8>>,
    pages: Vec<Vec<u8>>,
    page: Vec<u8>,
    last: Vec<u8>,
}

impl List {
    fn key(&mut self, key: &[u8]) {
        if self.page.is_empty() {
            self.firsts.push(key.to_vec());
            self.last.clear();
        }
        let shared = self.last.iter().zip(key).take_while(|(a, b)| a == b).count();
        put_number(&mut self.page, shared as u64);
        put_bytes(&mut self.page, &key[shared..]);
        self.last.truncate(shared);
        self.last.extend_from_slice(&key[shared..]);
    }

    fn close(&mut self) {
        if !self.page.is_empty() {
            self.pages.push(std::mem::take(&mut self.page));
        }
    }
}

/// Takes documents and tokens in byte order.
#[derive(Default)]
pub(super) struct Writer {
    ids: List,
    tokens: List,
    texts: Vec<Vec<u8>>,
    common: Vec<u8>,
    documents: u32,
    posting: Vec<u8>,
}

impl Writer {
    pub(super) fn document(&mut self, id: &str, text: &[u8]) {
        self.ids.key(id.as_bytes());
        if self.documents.is_multiple_of(TEXTS_ON_PAGE) {
            self.texts.push(Vec::with_capacity(PAGE));
        }
        if let Some(page) = self.texts.last_mut() {
            put_bytes(page, text);
        }
        self.documents += 1;
        if self.documents.is_multiple_of(IDS_ON_PAGE) {
            self.ids.close();
        }
    }

    pub(super) fn token(&mut self, token: &[u8], documents: &[u32]) -> Result<()> {
        self.posting.clear();
        posting::put(&mut self.posting, documents)?;
        self.tokens.key(token);
        put_bytes(&mut self.tokens.page, &self.posting);
        if documents.len() >= COMMON
            && let Some(word) = token::word(token)
        {
            self.common.extend_from_slice(word);
            self.common.push(b'\n');
        }
        if self.tokens.page.len() >= PAGE {
            self.tokens.close();
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> Built {
        self.ids.close();
        self.tokens.close();
        let directory = directory(self.documents, &self.tokens.firsts, &self.ids.firsts, &self.common);
        let mut pages = self.tokens.pages;
        pages.append(&mut self.ids.pages);
        pages.append(&mut self.texts);
        Built { documents: self.documents, directory, pages }
    }
}
