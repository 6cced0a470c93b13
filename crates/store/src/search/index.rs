//! Reading the index within a transaction: pages from memory or from the database.

use super::bytes::corrupt;
use super::cache::Page;
use super::entry::Entry;
use super::posting;
use super::segment::{Ids, Segment, Tokens};
use crate::error::{Error, Result};
use crate::param::params;
use crate::tx::Tx;
use roaring::RoaringBitmap;
use std::collections::HashMap;
use std::sync::Arc;
use tieline_model::LocationId;

/// The most contacts that are read with one statement.
const TOGETHER: usize = 500;

/// A location's index, as a transaction sees it.
pub(super) struct Index<'t, 'c> {
    pub(super) tx: &'t mut Tx<'c>,
    pub(super) location: &'t LocationId,
}

/// A contact's row.
pub(super) struct Stored {
    pub(super) id: String,
    pub(super) doc: String,
    pub(super) text: String,
}

fn missing(segment: &Segment, n: u32) -> Error {
    corrupt(&format!("page {n} of segment {} is missing", segment.id))
}

/// The place of a token's posting.
pub(super) struct Slot {
    page: Arc<Tokens>,
    /// Nothing if no document has the token.
    at: Option<usize>,
}

impl Slot {
    fn of(page: Arc<Tokens>, token: &[u8]) -> Self {
        let at = page.rank(token);
        let is_here = page.get(at).is_some_and(|(found, _)| found == token);
        Self { page, at: is_here.then_some(at) }
    }

    /// The posting, ready for [`posting::read`].
    pub(super) fn posting(&self) -> &[u8] {
        self.at.and_then(|at| self.page.get(at)).map_or(posting::NONE, |(_, posting)| posting)
    }
}

impl Index<'_, '_> {
    async fn page(&mut self, segment: &Segment, n: u32) -> Result<Page> {
        if let Some(page) = self.tx.search().page(segment.key, n) {
            return Ok(page);
        }
        let sql = "SELECT n, body FROM search_pages WHERE segment_id = ?1 AND n = ?2";
        let body = self.tx.value(sql, "body", params![&segment.id, n]).await?;
        self.keep(segment, n, body.ok_or_else(|| missing(segment, n))?)
    }

    fn keep(&self, segment: &Segment, n: u32, body: Vec<u8>) -> Result<Page> {
        let page = Page::read(segment.holds(n), body)?;
        self.tx.search().keep_page(segment.key, n, page.clone());
        Ok(page)
    }

    /// The pages of these numbers, which are in ascending order and different. What is not in memory is read
    /// with one statement, so that a database behind a network is asked once.
    pub(super) async fn pages(&mut self, segment: &Segment, numbers: &[u32]) -> Result<Vec<Page>> {
        let memory = self.tx.search();
        let mut pages: Vec<Option<Page>> = numbers.iter().map(|n| memory.page(segment.key, *n)).collect();
        let is_absent = |(n, page): (&u32, &Option<Page>)| page.is_none().then_some(*n);
        let absent: Vec<u32> = numbers.iter().zip(&pages).filter_map(is_absent).collect();
        if !absent.is_empty() {
            let sql = if self.tx.writes_in_parallel() {
                "SELECT n, body FROM search_pages WHERE segment_id = ?1 AND n IN \
                 (SELECT CAST(value AS BIGINT) FROM jsonb_array_elements_text(CAST(CAST(?2 AS TEXT) AS JSONB)) AS value)"
            } else {
                "SELECT n, body FROM search_pages WHERE segment_id = ?1 AND n IN (SELECT value FROM json_each(?2))"
            };
            let absent = serde_json::to_string(&absent)?;
            for mut row in self.tx.query(sql, params![&segment.id, &absent]).await? {
                let n = u32::try_from(row.get::<i64>("n")?).unwrap_or(u32::MAX);
                let page = self.keep(segment, n, row.get("body")?)?;
                if let Ok(at) = numbers.binary_search(&n) {
                    pages[at] = Some(page);
                }
            }
        }
        let all = numbers.iter().zip(pages);
        all.map(|(n, page)| page.ok_or_else(|| missing(segment, *n))).collect()
    }

    /// A page of tokens.
    pub(super) async fn tokens(&mut self, segment: &Segment, n: u32) -> Result<Arc<Tokens>> {
        match self.page(segment, n).await? {
            Page::Tokens(page) => Ok(page),
            _ => Err(missing(segment, n)),
        }
    }

    async fn ids(&mut self, segment: &Segment, n: u32) -> Result<Arc<Ids>> {
        match self.page(segment, n).await? {
            Page::Ids(page) => Ok(page),
            _ => Err(missing(segment, n)),
        }
    }

    /// The documents of a segment that have a token.
    pub(super) async fn posting(&mut self, segment: &Segment, token: &[u8]) -> Result<RoaringBitmap> {
        if segment.token_pages() == 0 {
            return Ok(RoaringBitmap::new());
        }
        let page = self.tokens(segment, segment.page_of_token(token)).await?;
        posting::read(Slot::of(page, token).posting())
    }

    /// Where the postings of some tokens of a segment stand, in the order of the tokens.
    pub(super) async fn slots(&mut self, segment: &Segment, tokens: &[Vec<u8>]) -> Result<Vec<Slot>> {
        if segment.token_pages() == 0 {
            return Ok(Vec::new());
        }
        let page_of = |token: &Vec<u8>| segment.page_of_token(token);
        let mut numbers: Vec<u32> = tokens.iter().map(page_of).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let pages = self.pages(segment, &numbers).await?;
        let slot = |token: &Vec<u8>| {
            let n = page_of(token);
            match numbers.binary_search(&n).ok().and_then(|at| pages.get(at)) {
                Some(Page::Tokens(page)) => Ok(Slot::of(Arc::clone(page), token)),
                _ => Err(missing(segment, n)),
            }
        };
        tokens.iter().map(slot).collect()
    }

    /// The id of a document.
    pub(super) async fn id(&mut self, segment: &Segment, document: u32) -> Result<String> {
        let (page, place) = segment.page_of_document(document);
        let page = self.ids(segment, page).await?;
        page.get(place).map(str::to_owned).ok_or_else(|| corrupt("a document has no id"))
    }

    /// How many documents of a segment have a smaller id.
    pub(super) async fn rank(&mut self, segment: &Segment, id: &str) -> Result<u32> {
        let (page, first) = segment.page_of_id(id);
        let page = self.ids(segment, page).await?;
        Ok(first + u32::try_from(page.rank(id)).unwrap_or(u32::MAX))
    }

    /// The document of this id, if the segment holds one.
    pub(super) async fn document(&mut self, segment: &Segment, id: &str) -> Result<Option<u32>> {
        let (page, first) = segment.page_of_id(id);
        let page = self.ids(segment, page).await?;
        let place = page.rank(id);
        let is_here = page.get(place) == Some(id);
        Ok(is_here.then(|| first + u32::try_from(place).unwrap_or(u32::MAX)))
    }

    /// The rows of contacts, in no order; those that do not exist are left out.
    pub(super) async fn rows(&mut self, ids: &[&str]) -> Result<Vec<Stored>> {
        let sql = if self.tx.writes_in_parallel() {
            "SELECT id, doc, search FROM contacts WHERE location_id = ?1 \
             AND id IN (SELECT jsonb_array_elements_text(CAST(CAST(?2 AS TEXT) AS JSONB)))"
        } else {
            "SELECT id, doc, search FROM contacts WHERE location_id = ?1 \
             AND id IN (SELECT value FROM json_each(?2))"
        };
        let mut found = Vec::with_capacity(ids.len());
        for some in ids.chunks(TOGETHER) {
            let some = serde_json::to_string(some)?;
            for mut row in self.tx.query(sql, params![self.location, &some]).await? {
                found.push(Stored { id: row.get("id")?, doc: row.get("doc")?, text: row.get("search")? });
            }
        }
        Ok(found)
    }

    /// Contacts as the index sees them, in no order.
    pub(super) async fn entries(&mut self, ids: &[&str]) -> Result<Vec<Entry>> {
        let rows = self.rows(ids).await?.into_iter();
        rows.map(|Stored { id, doc, text }| Entry::read(id.into(), &doc, text)).collect()
    }

    /// The documents of contacts, in the order of the ids.
    pub(super) async fn documents(&mut self, ids: &[&str]) -> Result<Vec<Stored>> {
        let rows = self.rows(ids).await?.into_iter();
        let mut rows: HashMap<String, Stored> = rows.map(|row| (row.id.clone(), row)).collect();
        Ok(ids.iter().filter_map(|id| rows.remove(*id)).collect())
    }
}
