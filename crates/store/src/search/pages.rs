//! Reading pages of segments: from memory, or from the database, as many as possible with one statement.

use super::bytes::corrupt;
use super::cache::Page;
use super::index::Index;
use super::segment::{Ids, List, Segment, Tokens};
use super::view::Part;
use crate::error::{Error, Result};
use crate::param::params;
use std::sync::Arc;

/// A page: its segment and its number there.
type Wanted<'s> = (&'s Segment, u32);

/// One row for each page that is asked for as `[place, segment, number]`. The planner of PostgreSQL does not know how
/// few these are; asking for them one by one keeps it from reading all pages.
const POSTGRES: &str = "\
    SELECT CAST(wanted.value->>0 AS BIGINT) AS place, page.body \
    FROM jsonb_array_elements(CAST(CAST(?1 AS TEXT) AS JSONB)) AS wanted(value) CROSS JOIN LATERAL \
    (SELECT body FROM search_pages \
     WHERE segment_id = wanted.value->>1 AND n = CAST(wanted.value->>2 AS BIGINT) LIMIT 1) AS page";
const SQLITE: &str = "\
    SELECT wanted.value->>0 AS place, body FROM json_each(?1) AS wanted CROSS JOIN search_pages \
    WHERE segment_id = wanted.value->>1 AND n = wanted.value->>2";

pub(super) fn missing(segment: &Segment, n: u32) -> Error {
    corrupt(&format!("page {n} of segment {} is missing", segment.id))
}

impl Index<'_, '_> {
    async fn page(&mut self, segment: &Segment, n: u32) -> Result<Page> {
        if let Some(page) = self.in_memory(segment, n) {
            return Ok(page);
        }
        let sql = "SELECT n, body FROM search_pages WHERE segment_id = ?1 AND n = ?2";
        let body = self.tx.value(sql, "body", params![&segment.id, n]).await?;
        self.keep(segment, n, body.ok_or_else(|| missing(segment, n))?)
    }

    fn in_memory(&self, segment: &Segment, n: u32) -> Option<Page> {
        self.ahead.get(&(segment.key, n)).cloned().or_else(|| self.tx.search().page(segment.key, n))
    }

    fn keep(&self, segment: &Segment, n: u32, body: Vec<u8>) -> Result<Page> {
        let page = Page::read(segment.holds(n), body)?;
        self.tx.search().keep_page(segment.key, n, page.clone());
        Ok(page)
    }

    /// The pages of a segment of these numbers, in this order.
    pub(super) async fn pages(&mut self, segment: &Segment, numbers: &[u32]) -> Result<Vec<Page>> {
        let wanted: Vec<Wanted<'_>> = numbers.iter().map(|n| (segment, *n)).collect();
        let mut pages: Vec<Option<Page>> = numbers.iter().map(|n| self.in_memory(segment, *n)).collect();
        self.load(&wanted, &mut pages).await?;
        let all = numbers.iter().zip(pages);
        all.map(|(n, page)| page.ok_or_else(|| missing(segment, *n))).collect()
    }

    /// Reads the pages of tokens in all segments at once. A database behind a network is asked once then, not once
    /// for each segment; for SQLite that makes no difference.
    pub(super) async fn read_ahead(&mut self, parts: &[Part], tokens: &[Vec<u8>]) -> Result<()> {
        if !self.tx.writes_in_parallel() {
            return Ok(());
        }
        let mut wanted: Vec<Wanted<'_>> = Vec::new();
        for segment in parts.iter().map(|part| part.segment.as_ref()).filter(|part| part.token_pages() > 0) {
            let mut numbers: Vec<u32> = tokens.iter().map(|token| segment.page_of_token(token)).collect();
            numbers.sort_unstable();
            numbers.dedup();
            let absent = numbers.into_iter().filter(|n| self.in_memory(segment, *n).is_none());
            wanted.extend(absent.map(|n| (segment, n)));
        }
        let mut pages = vec![None; wanted.len()];
        self.load(&wanted, &mut pages).await?;
        let read =
            wanted.iter().zip(pages).filter_map(|((segment, n), page)| Some(((segment.key, *n), page?)));
        self.ahead.extend(read);
        Ok(())
    }

    /// Reads those of the pages that are absent.
    async fn load(&mut self, wanted: &[Wanted<'_>], pages: &mut [Option<Page>]) -> Result<()> {
        let is_absent = |(place, page): (usize, &Option<Page>)| page.is_none().then_some(place);
        let absent = pages.iter().enumerate().filter_map(is_absent);
        let absent: Vec<_> =
            absent.map(|place| (place, wanted[place].0.id.as_str(), wanted[place].1)).collect();
        if absent.is_empty() {
            return Ok(());
        }
        let sql = if self.tx.writes_in_parallel() { POSTGRES } else { SQLITE };
        for mut row in self.tx.query(sql, params![&serde_json::to_string(&absent)?]).await? {
            let place = usize::try_from(row.get::<i64>("place")?).unwrap_or(usize::MAX);
            if let (Some((segment, n)), Some(page)) = (wanted.get(place), pages.get_mut(place)) {
                *page = Some(self.keep(segment, *n, row.get("body")?)?);
            }
        }
        Ok(())
    }

    /// A page of tokens.
    pub(super) async fn tokens(&mut self, segment: &Segment, n: u32) -> Result<Arc<Tokens>> {
        match self.page(segment, n).await? {
            Page::Tokens(page) => Ok(page),
            _ => Err(missing(segment, n)),
        }
    }

    /// A page of tokens unpacked, for those who walk it. Sorts begin on the same few pages again and again.
    pub(super) async fn list(&mut self, segment: &Segment, n: u32) -> Result<Arc<List>> {
        if let Some(list) = self.tx.search().list(segment.key, n) {
            return Ok(list);
        }
        let list = Arc::new(self.tokens(segment, n).await?.unpack());
        self.tx.search().keep_list(segment.key, n, &list);
        Ok(list)
    }

    /// A page of ids.
    pub(super) async fn ids_page(&mut self, segment: &Segment, n: u32) -> Result<Arc<Ids>> {
        match self.page(segment, n).await? {
            Page::Ids(page) => Ok(page),
            _ => Err(missing(segment, n)),
        }
    }
}
