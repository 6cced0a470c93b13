//! Reading the index within a transaction: postings, ids and rows.

use super::bytes::corrupt;
use super::cache::Page;
use super::entry::Entry;
use super::pages::missing;
use super::posting;
use super::segment::{Segment, Tokens};
use crate::error::Result;
use crate::param::params;
use crate::tx::Tx;
use roaring::RoaringBitmap;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;
use tieline_model::LocationId;

/// The most contacts that are read with one statement.
const TOGETHER: usize = 500;

/// Where a token's posting is.
pub(super) struct Slot {
    page: Arc<Tokens>,
    /// Nothing if no document has the token.
    place: Option<Range<usize>>,
}

impl Slot {
    /// The posting, ready for [`posting::read`].
    pub(super) fn posting(&self) -> &[u8] {
        self.place.clone().map_or(posting::NONE, |place| self.page.posting(place))
    }
}

/// A location's index, as a transaction sees it.
pub(super) struct Index<'t, 'c> {
    pub(super) tx: &'t mut Tx<'c>,
    pub(super) location: &'t LocationId,
    /// Pages that were read before they were needed.
    pub(super) ahead: HashMap<(u64, u32), Page>,
}

/// A contact's row.
pub(super) struct Stored {
    pub(super) id: String,
    pub(super) doc: String,
    pub(super) text: String,
}

impl<'t, 'c> Index<'t, 'c> {
    /// The index of a location.
    pub(super) fn new(tx: &'t mut Tx<'c>, location: &'t LocationId) -> Self {
        Self { tx, location, ahead: HashMap::new() }
    }

    /// The documents of a segment that have a token.
    pub(super) async fn posting(&mut self, segment: &Segment, token: &[u8]) -> Result<RoaringBitmap> {
        if segment.token_pages() == 0 {
            return Ok(RoaringBitmap::new());
        }
        let page = self.tokens(segment, segment.page_of_token(token)).await?;
        page.place(token).map_or_else(|| Ok(RoaringBitmap::new()), |place| posting::read(page.posting(place)))
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
                Some(Page::Tokens(page)) => Ok(Slot { page: Arc::clone(page), place: page.place(token) }),
                _ => Err(missing(segment, n)),
            }
        };
        tokens.iter().map(slot).collect()
    }

    /// The ids of documents, in the order of these.
    pub(super) async fn ids(&mut self, segment: &Segment, documents: &[u32]) -> Result<Vec<String>> {
        let page_of = |document: &u32| segment.page_of_document(*document);
        let mut numbers: Vec<u32> = documents.iter().map(|document| page_of(document).0).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let pages = self.pages(segment, &numbers).await?;
        let id = |document: &u32| {
            let (n, place) = page_of(document);
            match numbers.binary_search(&n).ok().and_then(|at| pages.get(at)) {
                Some(Page::Ids(page)) => {
                    page.get(place).map(str::to_owned).ok_or_else(|| corrupt("a document has no id"))
                }
                _ => Err(missing(segment, n)),
            }
        };
        documents.iter().map(id).collect()
    }

    /// How many documents of a segment have a smaller id.
    pub(super) async fn rank(&mut self, segment: &Segment, id: &str) -> Result<u32> {
        let (page, first) = segment.page_of_id(id);
        let page = self.ids_page(segment, page).await?;
        Ok(first + u32::try_from(page.rank(id)).unwrap_or(u32::MAX))
    }

    /// The document of this id, if the segment holds one.
    pub(super) async fn document(&mut self, segment: &Segment, id: &str) -> Result<Option<u32>> {
        let (page, first) = segment.page_of_id(id);
        let page = self.ids_page(segment, page).await?;
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
