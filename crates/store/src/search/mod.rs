//! The search index over contacts: exact, consistent with every write, and the same on both databases.
//!
//! A write of a contact leaves a row in `search_writes`, in the write's own transaction (`note`). What was
//! written since reaches a search as it is; from time to time it is folded into a *segment*, an unchanging
//! list of contacts and tokens, and segments are merged (`upkeep`). A search combines the segments' sets of
//! documents, so its total is a count of bits and never an estimate.
//!
//! [`Search`] takes a [`Filter`], a sort and a [`Place`] to go on from, and gives a page.

mod backlog;
mod bytes;
mod cache;
mod entry;
mod filter;
mod index;
mod matching;
mod order;
mod pages;
mod paging;
mod posting;
mod segment;
mod sorted;
mod text;
mod token;
pub(crate) mod upkeep;
mod view;
mod walk;

pub(crate) use backlog::Backlog;
pub(crate) use cache::Cache;
pub use filter::{Bound, Field, Filter, Operand};
pub use order::{Order, Place};

use crate::error::Result;
use crate::param::params;
use crate::store::Procedure;
use crate::tx::Tx;
use index::Index;
use order::{Mark, Sort};
use paging::{Hits, Page};
use std::sync::Arc;
use tieline_model::{ContactId, LocationId};
use view::View;

/// Searches the contacts of a location.
#[derive(Clone, Debug)]
pub struct Search {
    /// The location.
    pub location_id: LocationId,
    /// Which contacts; [`Filter::And`] of nothing for all of them.
    pub filter: Filter,
    /// What to sort by, the most important first; empty for the newest first. Contacts without a value come
    /// last in either order, and equal ones in the order of their ids.
    pub sort: Vec<(Field, Order)>,
    /// The place to go on from; nothing for the beginning.
    pub after: Option<Place>,
    /// How many contacts to leave out from there, for pages that are asked for by number.
    pub skip: u32,
    /// How many contacts to give at most.
    pub limit: u32,
}

/// A page of contacts.
#[derive(Clone, Debug)]
pub struct Found {
    /// The contacts, in order.
    pub contacts: Vec<Hit>,
    /// How many contacts there are in all, over all pages.
    pub total: i64,
    /// Whether contacts come behind this page.
    pub more: bool,
}

/// A contact that was found.
#[derive(Clone, Debug)]
pub struct Hit {
    /// Its id.
    pub id: ContactId,
    /// Its stored document.
    pub doc: String,
    /// Its place in the order: what a search that goes on behind it is given.
    pub place: Place,
}

impl Procedure for Search {
    type Output = Found;
    const SCANS: bool = true;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Found> {
        let sort = Sort::of(&self.sort);
        let mark = self.after.as_ref().map(|place| sort.mark(place));
        let mut index = Index::new(tx, &self.location_id);
        let hits = self.hits(&mut index).await?;
        let total = i64::try_from(hits.count()).unwrap_or(i64::MAX);
        let ids = self.page(&mut index, hits, &sort, mark.as_ref()).await?;
        let more = ids.len() > self.limit as usize;
        let wanted: Vec<&str> = ids.iter().take(self.limit as usize).map(String::as_str).collect();
        let mut contacts = Vec::with_capacity(wanted.len());
        for row in index.documents(&wanted).await? {
            let id = ContactId::from(row.id);
            contacts.push(Hit { place: order::place(&self.sort, &id, &row.doc)?, id, doc: row.doc });
        }
        Ok(Found { contacts, total, more })
    }
}

impl Search {
    async fn hits(&self, index: &mut Index<'_, '_>) -> Result<Hits> {
        let view = View::load(index).await?;
        let mut hits = Hits { parts: Vec::with_capacity(view.segments.len()), entries: Vec::new() };
        index.read_ahead(&view.segments, &matching::tokens(&self.filter)).await?;
        for part in &view.segments {
            let documents = matching::Search { part }.hits(index, &self.filter).await?;
            if !documents.is_empty() {
                hits.parts.push((Arc::clone(&part.segment), documents));
            }
        }
        let entries = view.entries.iter().filter(|entry| self.filter.holds(entry));
        hits.entries = entries.cloned().collect();
        Ok(hits)
    }

    /// The ids of the page and of one contact behind it, if there is one.
    async fn page(
        &self,
        index: &mut Index<'_, '_>,
        hits: Hits,
        sort: &Sort,
        after: Option<&Mark>,
    ) -> Result<Vec<String>> {
        let want = self.skip as usize + self.limit as usize + 1;
        let mut page = Page { sort, after, want, ids: Vec::new() };
        page.take(index, hits, 0, after.is_some()).await?;
        page.ids.drain(..page.ids.len().min(self.skip as usize));
        Ok(page.ids)
    }
}

/// The contact that the transaction has noted last: a run often writes the same one several times.
struct Noted(ContactId);

/// Notes that a contact was written, which has to be in its row already. `replaces` says that the index may hold an
/// earlier state of it.
pub(crate) async fn note(
    tx: &mut Tx<'_>,
    location: &LocationId,
    contact: &ContactId,
    replaces: bool,
) -> Result<()> {
    if tx.memo.get::<Noted>().is_some_and(|noted| noted.0 == *contact) {
        return Ok(());
    }
    tx.memo.keep(Noted(contact.clone()));
    tx.search().backlog.add_one();
    let sql = "INSERT INTO search_writes (location_id, contact_id, replaces) VALUES (?1, ?2, ?3)";
    tx.execute(sql, params![location, contact, i64::from(replaces)]).await.map(|_| ())
}
