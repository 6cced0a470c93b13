//! Finding the documents of a segment for which a filter holds.

use super::cache::Known;
use super::filter::{Filter, Needle, stretch};
use super::index::Index;
use super::segment::Segment;
use super::token::{self, Kind};
use super::view::Part;
use crate::error::Result;
use roaring::RoaringBitmap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use tieline_model::contact::Line;

/// Fewer candidates than this are compared anew rather than kept.
const FEW: u64 = 500;

/// So few candidates are compared sooner than narrowed down further.
const SETTLED: u64 = 16;

/// A segment that a filter is asked of.
#[derive(Clone, Copy)]
pub(super) struct Search<'s> {
    pub(super) part: &'s Part,
    /// How new the view is.
    pub(super) stamp: (i64, i64),
}

type Found<'f> = Pin<Box<dyn Future<Output = Result<RoaringBitmap>> + Send + 'f>>;

impl<'s> Search<'s> {
    /// The valid documents for which the filter holds.
    pub(super) async fn hits(self, index: &mut Index<'_, '_>, filter: &Filter) -> Result<RoaringBitmap> {
        let mut hits = self.find(index, filter, None).await?;
        hits -= self.part.gone.as_ref();
        Ok(hits)
    }

    fn segment(self) -> &'s Segment {
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
                            self.text(index, token::TRIGRAMS, &text, Some(line), within).await?
                        }
                        _ => self.values(index, field.path(), &text).await?,
                    };
                    if field.line() == Some(Line::Phone)
                        && let Some(digits) = digits
                    {
                        found |= self.text(index, token::DIGITS, &digits, Some(Line::Phone), within).await?;
                    }
                    Ok(found)
                }
                Filter::Query(text) => {
                    let Needle { text, digits } = Needle::of(text);
                    if text.is_empty() {
                        return Ok(self.all());
                    }
                    let mut found = self.text(index, token::TRIGRAMS, &text, None, within).await?;
                    if let Some(digits) = digits {
                        found |= self.text(index, token::DIGITS, &digits, Some(Line::Phone), within).await?;
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
        let found = self.tokens(index, first, |token| (token < last).then_some(true)).await?;
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
            let value = token.strip_prefix(prefix.as_slice())?;
            Some(std::str::from_utf8(value).is_ok_and(|value| value.contains(text)))
        };
        let found = self.tokens(index, &prefix, contains).await?;
        Ok(self.keep(index, &key, found))
    }

    /// Walks the tokens from `first` on until `wanted` says nothing, and gives the documents of those that
    /// are wanted.
    async fn tokens(
        self,
        index: &mut Index<'_, '_>,
        first: &[u8],
        wanted: impl Fn(&[u8]) -> Option<bool>,
    ) -> Result<RoaringBitmap> {
        let (segment, mut found) = (self.segment(), RoaringBitmap::new());
        let mut from = None;
        for n in segment.page_of_token(first)..segment.token_pages() {
            let page = index.tokens(segment, n).await?;
            for at in from.take().unwrap_or_else(|| page.rank(first))..page.len() {
                let Some((token, documents)) = page.get(at) else { break };
                match wanted(token) {
                    Some(true) => found |= super::posting::read(documents)?,
                    Some(false) => {}
                    None => return Ok(found),
                }
            }
            from = Some(0);
        }
        Ok(found)
    }

    /// The documents of which a line contains a text; any line, or those that hold `only`.
    ///
    /// Three letters are a token. For more, the documents that have all of its threes are candidates; those
    /// with a word that begins with the text are found without comparing, and the rest is compared.
    async fn text(
        self,
        index: &mut Index<'_, '_>,
        space: u8,
        text: &str,
        only: Option<Line>,
        within: Option<&RoaringBitmap>,
    ) -> Result<RoaringBitmap> {
        let letters: Vec<char> = text.chars().collect();
        let exact = only.is_none() || space == token::DIGITS;
        if letters.len() < 3 {
            return self.prefix(index, space, text).await;
        }
        let mut candidates = self.candidates(index, space, &letters).await?;
        if letters.len() == 3 && exact {
            return Ok(candidates);
        }
        candidates -= self.part.gone.as_ref();
        let mut sure = RoaringBitmap::new();
        if exact && space == token::TRIGRAMS && !text.contains(' ') {
            sure = self.prefix(index, token::WORDS, text).await? & &candidates;
        }
        candidates -= &sure;
        let few = within.map(|within| within & &candidates).filter(|few| few.len() < FEW);
        if let Some(few) = few {
            return Ok(sure | self.compare(index, &few, text, only).await?);
        }
        if candidates.len() < FEW {
            return Ok(sure | self.compare(index, &candidates, text, only).await?);
        }
        let line = only.map_or(0, |line| line as u8);
        let key: Arc<[u8]> = [&[b't', space, line], text.as_bytes()].concat().into();
        if let Some(known) = self.known(index, &key) {
            return Ok(sure | known);
        }
        let compared = self.compare(index, &candidates, text, only).await?;
        Ok(sure | self.keep(index, &key, compared))
    }

    async fn candidates(
        self,
        index: &mut Index<'_, '_>,
        space: u8,
        letters: &[char],
    ) -> Result<RoaringBitmap> {
        let mut left: Option<RoaringBitmap> = None;
        for three in letters.windows(3) {
            let three: String = three.iter().collect();
            let found = index.posting(self.segment(), &token::part(space, &three)).await?;
            let both = match left {
                Some(left) => left & found,
                None => found,
            };
            if both.len() < SETTLED {
                return Ok(both);
            }
            left = Some(both);
        }
        Ok(left.unwrap_or_default())
    }

    /// The documents of all parts that begin with a text.
    async fn prefix(self, index: &mut Index<'_, '_>, space: u8, text: &str) -> Result<RoaringBitmap> {
        let first = token::part(space, text);
        let key: Arc<[u8]> = [b"p", first.as_slice()].concat().into();
        if let Some(known) = self.known(index, &key) {
            return Ok(known);
        }
        let found = self.tokens(index, &first, |token| token.starts_with(&first).then_some(true)).await?;
        Ok(self.keep(index, &key, found))
    }

    /// Those of the documents of which a line contains a text.
    async fn compare(
        self,
        index: &mut Index<'_, '_>,
        documents: &RoaringBitmap,
        text: &str,
        only: Option<Line>,
    ) -> Result<RoaringBitmap> {
        let mut ids = Vec::new();
        for document in documents {
            ids.push((index.id(self.segment(), document).await?, document));
        }
        let wanted: Vec<&str> = ids.iter().map(|(id, _)| id.as_str()).collect();
        let rows = index.texts(&wanted).await?;
        let contains = |search: &str| {
            tieline_model::contact::lines(search)
                .any(|(line, value)| only.is_none_or(|only| line == only) && value.contains(text))
        };
        let matching = rows.iter().filter(|(_, search)| contains(search)).filter_map(|(id, _)| {
            let at = ids.binary_search_by(|(known, _)| known.as_str().cmp(id)).ok()?;
            ids.get(at).map(|(_, document)| *document)
        });
        Ok(matching.collect())
    }

    /// What an earlier search found and kept, unless its view was newer than this one.
    fn known(self, index: &Index<'_, '_>, key: &Arc<[u8]>) -> Option<RoaringBitmap> {
        let known = index.tx.search().result(self.segment().key, key)?;
        (known.since <= self.stamp).then(|| known.documents.as_ref().clone())
    }

    fn keep(self, index: &Index<'_, '_>, key: &Arc<[u8]>, found: RoaringBitmap) -> RoaringBitmap {
        let known = Known { documents: Arc::new(found.clone()), since: self.stamp };
        index.tx.search().keep_result(self.segment().key, key, known);
        found
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
