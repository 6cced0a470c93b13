//! Finding the documents of a segment whose text contains another one.
//!
//! Three letters are a token. For more, the documents that have all of its threes are candidates. Those with a
//! word or value that begins with the text, or with a common word that contains it, are sure; the texts of the
//! rest are compared.

use super::cache::Page;
use super::index::Index;
use super::matching::{Search, TOGETHER};
use super::posting;
use super::token::{self, Kind};
use crate::error::Result;
use memchr::memmem::Finder;
use roaring::RoaringBitmap;
use std::sync::Arc;
use tieline_model::contact::{self, Line};

/// So few candidates are compared sooner than narrowed down further: a text may have to be read from the database.
const VERY_FEW: u64 = 4;

/// So few candidates are compared anew rather than kept.
const FEW: u64 = 32;

/// The fields whose values are lines of the searched text and may consist of several words.
const WORDED: [&str; 3] = ["name", "companyName", "tags"];

/// A folded text that is looked for.
#[derive(Clone, Copy)]
pub(super) struct Looked<'t> {
    /// The kind of its threes.
    space: u8,
    text: &'t str,
    /// The only line that counts, where it is not any.
    only: Option<Line>,
}

impl<'t> Looked<'t> {
    /// A text in the lines that hold `only`, or in any.
    pub(super) const fn text(text: &'t str, only: Option<Line>) -> Self {
        Self { space: token::TRIGRAMS, text, only }
    }

    /// Digits of a phone number.
    pub(super) const fn digits(digits: &'t str) -> Self {
        Self { space: token::DIGITS, text: digits, only: Some(Line::Phone) }
    }

    /// Whether its threes occur in no other lines than those that count.
    fn is_exact(self) -> bool {
        self.only.is_none() || self.space == token::DIGITS
    }

    pub(super) fn threes(self) -> Vec<Vec<u8>> {
        let letters: Vec<char> = self.text.chars().collect();
        let three = |letters: &[char]| token::part(self.space, &letters.iter().collect::<String>());
        letters.windows(3).map(three).collect()
    }

    fn key(self) -> Arc<[u8]> {
        let line = self.only.map_or(0, |line| line as u8);
        [&[b't', self.space, line], self.text.as_bytes()].concat().into()
    }

    /// Whether a searched text contains it. Neither line ends nor the letters that name lines are part of any
    /// folded text, so a match lies within a line.
    fn is_in(self, finder: &Finder<'_>, searched: &[u8]) -> bool {
        if finder.find(searched).is_none() {
            return false;
        }
        let lines = || contact::lines(std::str::from_utf8(searched).unwrap_or_default());
        self.only.is_none_or(|only| {
            lines().any(|(line, value)| line == only && finder.find(value.as_bytes()).is_some())
        })
    }
}

impl Search<'_> {
    /// The documents with a line that contains a text; at least those of them in `within`.
    pub(super) async fn text(
        self,
        index: &mut Index<'_, '_>,
        looked: Looked<'_>,
        within: Option<&RoaringBitmap>,
    ) -> Result<RoaringBitmap> {
        let threes = looked.threes();
        if threes.is_empty() {
            return self.prefix(index, token::part(looked.space, looked.text)).await;
        }
        let key = looked.key();
        if let Some(known) = self.known(index, &key) {
            return Ok(known);
        }
        let candidates = self.candidates(index, &threes).await?;
        if threes.len() == 1 && looked.is_exact() {
            return Ok(candidates);
        }
        if let Some(few) = within.map(|within| within & &candidates).filter(|few| few.len() < FEW) {
            return self.compare(index, &few, looked).await;
        }
        if candidates.len() < FEW {
            return self.compare(index, &candidates, looked).await;
        }
        let sure = self.sure(index, looked).await? & &candidates;
        let found = self.compare(index, &(candidates - &sure), looked).await? | sure;
        Ok(self.keep(index, &key, found))
    }

    /// The documents that have all of these threes, and perhaps a few others. The rarest are asked first.
    async fn candidates(self, index: &mut Index<'_, '_>, threes: &[Vec<u8>]) -> Result<RoaringBitmap> {
        let mut slots = index.slots(self.segment(), threes).await?;
        slots.sort_by_key(|slot| slot.posting().len());
        let mut postings = slots.iter().map(|slot| posting::read(slot.posting()));
        let mut left = postings.next().transpose()?.unwrap_or_default();
        for posting in postings {
            if left.len() < VERY_FEW {
                break;
            }
            left &= posting?;
        }
        Ok(left)
    }

    /// Documents that contain a text for certain, among others that may not have all of its threes.
    async fn sure(self, index: &mut Index<'_, '_>, looked: Looked<'_>) -> Result<RoaringBitmap> {
        let mut sure = RoaringBitmap::new();
        if looked.only.is_some() {
            return Ok(sure);
        }
        if looked.text.contains(' ') {
            for field in WORDED {
                sure |= self.prefix(index, token::of(field, Kind::Text, looked.text.as_bytes())).await?;
            }
            return Ok(sure);
        }
        sure |= self.prefix(index, token::part(token::WORDS, looked.text)).await?;
        let finder = Finder::new(looked.text);
        let common = self.segment().common_words(&finder);
        let common: Vec<Vec<u8>> = common.map(|word| [&[1, token::WORDS], word].concat()).collect();
        for slot in index.slots(self.segment(), &common).await? {
            sure |= posting::read(slot.posting())?;
        }
        Ok(sure)
    }

    /// The documents of all tokens that begin with this one.
    async fn prefix(self, index: &mut Index<'_, '_>, first: Vec<u8>) -> Result<RoaringBitmap> {
        let key: Arc<[u8]> = [b"p", first.as_slice()].concat().into();
        if let Some(known) = self.known(index, &key) {
            return Ok(known);
        }
        let found = self.tokens(index, (&first, &token::behind(&first)), |_| true).await?;
        Ok(self.keep(index, &key, found))
    }

    /// Those of the documents whose text contains another one.
    async fn compare(
        self,
        index: &mut Index<'_, '_>,
        documents: &RoaringBitmap,
        looked: Looked<'_>,
    ) -> Result<RoaringBitmap> {
        let (finder, mut found) = (Finder::new(looked.text), Vec::new());
        let mut places: Vec<(u32, usize, u32)> = Vec::new();
        for document in documents {
            let (page, place) = self.segment().page_of_text(document);
            places.push((page, place, document));
        }
        let mut by_page: Vec<&[(u32, usize, u32)]> = places.chunk_by(|a, b| a.0 == b.0).collect();
        for some in by_page.chunks_mut(TOGETHER) {
            let numbers: Vec<u32> = some.iter().filter_map(|page| Some(page.first()?.0)).collect();
            for (page, places) in index.pages(self.segment(), &numbers).await?.iter().zip(some) {
                let Page::Texts(texts) = page else { continue };
                let holds = |(_, place, _): &&(u32, usize, u32)| looked.is_in(&finder, texts.get(*place));
                found.extend(places.iter().filter(holds).map(|(.., document)| *document));
            }
        }
        posting::sorted(&found)
    }
}
