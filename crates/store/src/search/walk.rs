//! Walking the tokens of a field in a segment, in the order of the values.

use super::index::Index;
use super::order::{Level, Order};
use super::posting;
use super::segment::{List, Segment};
use crate::error::Result;
use roaring::RoaringBitmap;
use std::sync::Arc;

/// A place among the tokens of a field.
pub(super) struct Walk {
    segment: Arc<Segment>,
    prefix: Vec<u8>,
    order: Order,
    n: u32,
    page: Arc<List>,
    /// The token's place on the page; nothing where the walk has left the segment.
    at: Option<usize>,
}

impl Walk {
    /// Begins at a value, or at the end that comes first.
    pub(super) async fn begin(
        index: &mut Index<'_, '_>,
        segment: &Arc<Segment>,
        level: &Level,
        from: Option<&[u8]>,
    ) -> Result<Self> {
        let prefix = level.prefix();
        let mut target = prefix.clone();
        match (from, level.order) {
            (Some(value), _) => target.extend_from_slice(value),
            (None, Order::Ascending) => {}
            // Behind all tokens of the field's kind.
            (None, Order::Descending) => *target.last_mut().unwrap_or(&mut 0) += 1,
        }
        let n = segment.page_of_token(&target);
        let page = index.list(segment, n).await?;
        let at = page.rank(&target);
        let is_there = page.get(at).is_some_and(|(token, _)| token == target);
        let order = level.order;
        let mut walk = Self { segment: Arc::clone(segment), prefix, order, n, page, at: Some(at) };
        match order {
            Order::Ascending => walk.settle(index).await?,
            Order::Descending if !is_there => walk.advance(index).await?,
            Order::Descending => {}
        }
        Ok(walk)
    }

    /// The value of the current token, while the walk is within the field.
    pub(super) fn value(&self) -> Option<&[u8]> {
        let (token, _) = self.page.get(self.at?)?;
        token.strip_prefix(self.prefix.as_slice())
    }

    /// The documents that have it.
    pub(super) fn documents(&self) -> Result<RoaringBitmap> {
        let posting = self.at.and_then(|at| self.page.get(at));
        posting.map_or_else(|| Ok(RoaringBitmap::new()), |(_, documents)| posting::read(documents))
    }

    pub(super) async fn advance(&mut self, index: &mut Index<'_, '_>) -> Result<()> {
        match (self.order, self.at) {
            (_, None) => {}
            (Order::Ascending, Some(at)) => {
                self.at = Some(at + 1);
                self.settle(index).await?;
            }
            (Order::Descending, Some(0)) if self.n == 0 => self.at = None,
            (Order::Descending, Some(0)) => {
                self.n -= 1;
                self.page = index.list(&self.segment, self.n).await?;
                self.at = self.page.len().checked_sub(1);
            }
            (Order::Descending, Some(at)) => self.at = Some(at - 1),
        }
        Ok(())
    }

    /// Goes on to the next page where this one is over.
    async fn settle(&mut self, index: &mut Index<'_, '_>) -> Result<()> {
        if self.at == Some(self.page.len()) {
            self.at = None;
            if self.n + 1 < self.segment.token_pages() {
                self.n += 1;
                self.page = index.list(&self.segment, self.n).await?;
                self.at = Some(0);
            }
        }
        Ok(())
    }
}
