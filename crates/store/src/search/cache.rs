//! What is kept of the index in memory. Pages and segments never change, so what is kept is never stale; a
//! search asks the database only which segments and which unfolded contacts it sees.

use super::backlog::Backlog;
use super::segment::{Holds, Ids, List, Texts, Tokens};
use super::view::View;
use crate::error::Result;
use quick_cache::Weighter;
use quick_cache::sync::Cache as Bounded;
use roaring::RoaringBitmap;
use std::sync::Arc;
use tieline_model::LocationId;

/// The most bytes of pages that are kept: most of the index of a million contacts, which is about 340 MB.
const PAGES: u64 = 320 << 20;
/// The most bytes of pages that are kept unpacked beside that.
const LISTS: u64 = 32 << 20;
/// The most bytes of results of slow comparisons that are kept.
const RESULTS: u64 = 64 << 20;
/// Of how many locations the view is kept.
const VIEWS: usize = 512;

/// The memory of one store.
pub(crate) struct Cache {
    pages: Bounded<(u64, u32), Page, Size>,
    lists: Bounded<(u64, u32), Arc<List>, Size>,
    results: Bounded<(u64, Arc<[u8]>), Known, Size>,
    views: Bounded<LocationId, Arc<View>>,
    pub(crate) backlog: Backlog,
}

#[derive(Clone)]
pub(super) enum Page {
    Tokens(Arc<Tokens>),
    Ids(Arc<Ids>),
    Texts(Arc<Texts>),
}

impl Page {
    pub(super) fn read(holds: Holds, body: Vec<u8>) -> Result<Self> {
        Ok(match holds {
            Holds::Tokens => Self::Tokens(Arc::new(Tokens::read(body)?)),
            Holds::Ids => Self::Ids(Arc::new(Ids::read(body)?)),
            Holds::Texts => Self::Texts(Arc::new(Texts::read(body)?)),
        })
    }
}

/// The documents of a segment for which a comparison holds. They never change, nor do its documents.
type Known = Arc<RoaringBitmap>;

#[derive(Clone)]
struct Size;

impl Weighter<(u64, u32), Page> for Size {
    fn weight(&self, _: &(u64, u32), page: &Page) -> u64 {
        let size = match page {
            Page::Tokens(page) => page.size(),
            Page::Ids(page) => page.size(),
            Page::Texts(page) => page.size(),
        };
        size as u64 + 128
    }
}

impl Weighter<(u64, u32), Arc<List>> for Size {
    fn weight(&self, _: &(u64, u32), list: &Arc<List>) -> u64 {
        list.size() as u64 + 128
    }
}

impl Weighter<(u64, Arc<[u8]>), Known> for Size {
    fn weight(&self, key: &(u64, Arc<[u8]>), known: &Known) -> u64 {
        (key.1.len() + known.serialized_size()) as u64 + 128
    }
}

impl Default for Cache {
    fn default() -> Self {
        Self {
            pages: Bounded::with_weighter(40_000, PAGES, Size),
            lists: Bounded::with_weighter(1_000, LISTS, Size),
            results: Bounded::with_weighter(4_000, RESULTS, Size),
            views: Bounded::new(VIEWS),
            backlog: Backlog::default(),
        }
    }
}

impl Cache {
    pub(super) fn page(&self, segment: u64, n: u32) -> Option<Page> {
        self.pages.get(&(segment, n))
    }

    pub(super) fn keep_page(&self, segment: u64, n: u32, page: Page) {
        self.pages.insert((segment, n), page);
    }

    pub(super) fn list(&self, segment: u64, n: u32) -> Option<Arc<List>> {
        self.lists.get(&(segment, n))
    }

    pub(super) fn keep_list(&self, segment: u64, n: u32, list: &Arc<List>) {
        self.lists.insert((segment, n), Arc::clone(list));
    }

    pub(super) fn result(&self, segment: u64, comparison: &Arc<[u8]>) -> Option<Known> {
        self.results.get(&(segment, Arc::clone(comparison)))
    }

    pub(super) fn keep_result(&self, segment: u64, comparison: &Arc<[u8]>, known: Known) {
        self.results.insert((segment, Arc::clone(comparison)), known);
    }

    pub(super) fn view(&self, location: &LocationId) -> Option<Arc<View>> {
        self.views.get(location)
    }

    pub(super) fn keep_view(&self, location: &LocationId, view: &Arc<View>) {
        let newer = self.views.get(location).is_none_or(|known| known.stamp() <= view.stamp());
        if newer {
            self.views.insert(location.clone(), Arc::clone(view));
        }
    }
}
