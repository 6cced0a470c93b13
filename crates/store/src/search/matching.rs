//! Finding the documents of a segment for which a filter holds.

use super::cache::Page;
use super::filter::{Filter, Needle, stretch};
use super::index::Index;
use super::posting::Union;
use super::segment::Segment;
use super::text::Looked;
use super::token::{self, Kind};
use super::view::Part;
use crate::error::Result;
use roaring::RoaringBitmap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use tieline_model::contact::Line;

/// So many pages are read at once.
pub(super) const TOGETHER: usize = 64;

/// A segment that a filter is asked of.
#[derive(Clone, Copy)]
pub(super) struct Search<'s> {
    pub(super) part: &'s Part,
}

type Found<'f> = Pin<Box<dyn Future<Output = Result<RoaringBitmap>> + Send + 'f>>;

impl<'s> Search<'s> {
    /// The valid documents for which the filter holds.
    pub(super) async fn hits(self, index: &mut Index<'_, '_>, filter: &Filter) -> Result<RoaringBitmap> {
        let mut hits = self.find(index, filter, None).await?;
        hits -= self.part.gone.as_ref();
        Ok(hits)
    }

    pub(super) fn segment(self) -> &'s Segment {
        &self.part.segment
    }

    fn all(self) -> RoaringBitmap {
        let mut all = RoaringBitmap::new();
        all.insert_range(0..self.segment().documents);
        all
    }

    /// Those of the documents in `within` (of all documents where that is left out) for which the filter
    /// holds, and perhaps others outside of it.
    fn find<'f>(
        self,
        index: &'f mut Index<'_, '_>,
        filter: &'f Filter,
        within: Option<&'f RoaringBitmap>,
    ) -> Found<'f>
    where
        's: 'f,
    {
        Box::pin(async move {
            match filter {
                Filter::And(all) => self.and(index, all, within).await,
                Filter::Or(any) => {
                    let mut found = RoaringBitmap::new();
                    for one in any {
                        found |= self.find(index, one, within).await?;
                    }
                    Ok(found)
                }
                Filter::Not(other) => {
                    let holds = self.find(index, other, within).await?;
                    Ok(within.cloned().unwrap_or_else(|| self.all()) - holds)
                }
                Filter::Equals(field, value) => index.posting(self.segment(), &value.token(field)).await,
                Filter::Exists(field) => {
                    index.posting(self.segment(), &token::of(field.path(), Kind::Exists, b"")).await
                }
                Filter::Range(field, from, to) => {
                    let (first, last) = stretch(field, from.as_ref(), to.as_ref());
                    self.between(index, &first, &last).await
                }
                Filter::Contains(field, text) => {
                    let Needle { text, digits } = Needle::of(text);
                    let mut found = match field.line() {
                        Some(line) if text.chars().count() > 2 => {
                            self.text(index, Looked::text(&text, Some(line)), within).await?
                        }
                        _ => self.values(index, field.path(), &text).await?,
                    };
                    if field.line() == Some(Line::Phone)
                        && let Some(digits) = digits
                    {
                        found |= self.text(index, Looked::digits(&digits), within).await?;
                    }
                    Ok(found)
                }
                Filter::Query(text) => {
                    let Needle { text, digits } = Needle::of(text);
                    if text.is_empty() {
                        return Ok(self.all());
                    }
                    let mut found = self.text(index, Looked::text(&text, None), within).await?;
                    if let Some(digits) = digits {
                        found |= self.text(index, Looked::digits(&digits), within).await?;
                    }
                    Ok(found)
                }
            }
        })
    }

    /// The cheapest first, so that the dear ones have few documents left to compare.
    async fn and(
        self,
        index: &mut Index<'_, '_>,
        all: &[Filter],
        within: Option<&RoaringBitmap>,
    ) -> Result<RoaringBitmap> {
        let mut order: Vec<&Filter> = all.iter().collect();
        order.sort_by_key(|filter| cost(filter));
        let mut left: Option<RoaringBitmap> = within.cloned();
        for filter in order {
            if left.as_ref().is_some_and(RoaringBitmap::is_empty) {
                break;
            }
            let found = self.find(index, filter, left.as_ref()).await?;
            left = Some(match left {
                Some(left) => left & found,
                None => found,
            });
        }
        Ok(left.unwrap_or_else(|| self.all()))
    }

    /// The documents of all tokens from `first` up to but without `last`; kept, because there may be many.
    async fn between(self, index: &mut Index<'_, '_>, first: &[u8], last: &[u8]) -> Result<RoaringBitmap> {
        let key: Arc<[u8]> = [b"r", first, &[0, 0], last].concat().into();
        if let Some(known) = self.known(index, &key) {
            return Ok(known);
        }
        let found = self.tokens(index, (first, last), |_| true).await?;
        Ok(self.keep(index, &key, found))
    }

    /// The documents with a value that contains a text: found by reading the field's values.
    async fn values(self, index: &mut Index<'_, '_>, path: &str, text: &str) -> Result<RoaringBitmap> {
        let prefix = token::prefix(path, Kind::Text);
        let key: Arc<[u8]> = [b"v", prefix.as_slice(), text.as_bytes()].concat().into();
        if let Some(known) = self.known(index, &key) {
            return Ok(known);
        }
        let contains = |token: &[u8]| {
            let value = token.strip_prefix(prefix.as_slice()).map(std::str::from_utf8);
            matches!(value, Some(Ok(value)) if value.contains(text))
        };
        let found = self.tokens(index, (&prefix, &token::behind(&prefix)), contains).await?;
        Ok(self.keep(index, &key, found))
    }

    /// The documents of the tokens from `first` up to but without `last` that are wanted.
    pub(super) async fn tokens(
        self,
        index: &mut Index<'_, '_>,
        (first, last): (&[u8], &[u8]),
        wanted: impl Fn(&[u8]) -> bool,
    ) -> Result<RoaringBitmap> {
        let segment = self.segment();
        let (mut found, mut failed) = (Union::default(), None);
        let end = segment.token_pages().min(segment.page_of_token(last).saturating_add(1));
        let numbers: Vec<u32> = (segment.page_of_token(first)..end).collect();
        for some in numbers.chunks(TOGETHER) {
            for page in index.pages(segment, some).await? {
                let Page::Tokens(page) = page else { continue };
                page.each(|token, documents| {
                    if token >= first && token < last && wanted(token) {
                        failed = found.add(documents).err();
                    }
                    failed.is_none() && token < last
                });
                if let Some(error) = failed.take() {
                    return Err(error);
                }
            }
        }
        Ok(found.finish())
    }

    /// What an earlier search found and kept.
    pub(super) fn known(self, index: &Index<'_, '_>, key: &Arc<[u8]>) -> Option<RoaringBitmap> {
        Some(index.tx.search().result(self.segment().key, key)?.as_ref().clone())
    }

    pub(super) fn keep(self, index: &Index<'_, '_>, key: &Arc<[u8]>, found: RoaringBitmap) -> RoaringBitmap {
        index.tx.search().keep_result(self.segment().key, key, Arc::new(found.clone()));
        found
    }
}

/// The tokens that are looked up in every segment for a filter.
pub(super) fn tokens(filter: &Filter) -> Vec<Vec<u8>> {
    match filter {
        Filter::And(some) | Filter::Or(some) => some.iter().flat_map(tokens).collect(),
        Filter::Not(other) => tokens(other),
        Filter::Equals(field, value) => vec![value.token(field)],
        Filter::Exists(field) => vec![token::of(field.path(), Kind::Exists, b"")],
        Filter::Range(..) => Vec::new(),
        Filter::Contains(field, _) if field.line().is_none() => Vec::new(),
        Filter::Contains(_, text) | Filter::Query(text) => {
            let Needle { text, digits } = Needle::of(text);
            let digits = digits.iter().flat_map(|digits| Looked::digits(digits).threes());
            let word = token::part(token::WORDS, &text);
            Looked::text(&text, None).threes().into_iter().chain([word]).chain(digits).collect()
        }
    }
}

/// Which filters to ask first.
fn cost(filter: &Filter) -> u8 {
    match filter {
        Filter::Equals(..) | Filter::Exists(..) => 0,
        Filter::And(some) | Filter::Or(some) => some.iter().map(cost).max().unwrap_or(0),
        Filter::Not(other) => cost(other) + 1,
        Filter::Range(..) => 3,
        Filter::Contains(..) | Filter::Query(..) => 4,
    }
}
