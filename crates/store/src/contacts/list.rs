use crate::error::Result;
use crate::param::params;
use crate::search::{Field, Filter, Hit, Order, Place, Search};
use crate::store::Procedure;
use crate::tx::Tx;
use tieline_model::contact::Contact;
use tieline_model::fold::fold;
use tieline_model::{ContactId, LocationId, Refusal, Timestamp, id};

/// What a list is sorted by.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum SortBy {
    /// When the contact was created, which is also the order of ids.
    #[default]
    DateAdded,
    /// When it last changed.
    DateUpdated,
}

impl SortBy {
    const fn field(self) -> &'static str {
        match self {
            Self::DateAdded => "dateAdded",
            Self::DateUpdated => "dateUpdated",
        }
    }
}

/// Lists contacts, a page at a time.
#[derive(Clone, Debug)]
pub struct List {
    /// The location.
    pub location_id: LocationId,
    /// How many at most.
    pub limit: u32,
    /// The last contact of the previous page.
    pub start_after_id: Option<ContactId>,
    /// When that contact was created (or changed, if sorted by that). If left out, it is looked up. Without an
    /// id, the page holds only contacts after this whole millisecond.
    pub start_after: Option<Timestamp>,
    /// A part of the name, e-mail, phone, company or a tag; any case.
    pub query: Option<String>,
    /// What to sort by.
    pub sort_by: SortBy,
    /// Which end comes first.
    pub order: Order,
}

/// A page of contacts.
#[derive(Clone, Debug)]
pub struct Page {
    /// The contacts' documents.
    pub docs: Vec<String>,
    /// The number of contacts on all pages.
    pub total: i64,
    /// The cursor to the next page, if any: the last contact and what it was sorted by.
    pub next: Option<(ContactId, Timestamp)>,
}

impl Procedure for List {
    type Output = Page;
    const SCANS: bool = true;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Page> {
        let found = self.search(tx).await?.run(tx).await?;
        let next = found.contacts.last().filter(|_| found.more).map(|hit| self.cursor_of(hit)).transpose()?;
        let docs = found.contacts.into_iter().map(|hit| hit.doc).collect();
        Ok(Page { docs, total: found.total, next })
    }
}

impl List {
    async fn search(&self, tx: &mut Tx<'_>) -> Result<Search> {
        Ok(Search {
            location_id: self.location_id.clone(),
            filter: self.filter(),
            sort: vec![(Field::named(self.sort_by.field()), self.order)],
            after: self.cursor(tx).await?,
            skip: 0,
            limit: self.limit,
        })
    }

    fn filter(&self) -> Filter {
        match &self.query {
            None => Filter::And(Vec::new()),
            // A query of accents or invisible characters alone is found nowhere, not everywhere.
            Some(query) if fold(query).is_empty() && !query.trim().is_empty() => Filter::Or(Vec::new()),
            Some(query) => Filter::Query(query.clone()),
        }
    }

    /// Where the previous page ended. A cursor past the last contact stays there: a client that keeps asking
    /// gets empty pages, not the first one again.
    async fn cursor(&self, tx: &mut Tx<'_>) -> Result<Option<Place>> {
        let place = |at: Timestamp, id: String| Place { values: vec![at.millis().into()], id };
        let Some(id) = &self.start_after_id else {
            return Ok(self.start_after.map(|time| place(time, self.edge(time))));
        };
        let Some(updated_at) = self.updated_at(tx, id).await? else {
            // Answering with the first page again would send a client into a loop.
            let problem =
                "startAfterId must be the id of a contact of this location; send the one of the last page";
            return Err(Refusal::field("startAfterId", problem).into());
        };
        Ok(Some(place(self.start_after.unwrap_or(updated_at), id.to_string())))
    }

    fn cursor_of(&self, hit: &Hit) -> Result<(ContactId, Timestamp)> {
        let millis = hit.place.values.first().and_then(serde_json::Value::as_i64);
        let sorted_by = match millis {
            Some(millis) => Timestamp::from_millis(millis),
            None => serde_json::from_str::<Contact>(&hit.doc)?.date_updated,
        };
        Ok((hit.id.clone(), sorted_by))
    }

    /// Where a time without an id cuts: after all contacts of its millisecond, in either sort order.
    fn edge(&self, time: Timestamp) -> String {
        let sorted = match self.sort_by {
            SortBy::DateAdded => id::first_of(time),
            SortBy::DateUpdated => String::new(),
        };
        match self.order {
            Order::Descending => sorted,
            Order::Ascending => sorted + "~",
        }
    }

    /// When the contact at the cursor last changed, even if it was deleted since the previous page.
    async fn updated_at(&self, tx: &mut Tx<'_>, id: &ContactId) -> Result<Option<Timestamp>> {
        let sql = "SELECT date_updated FROM contacts WHERE location_id = ?1 AND id = ?2";
        if let Some(time) = tx.value(sql, "date_updated", params![&self.location_id, id]).await? {
            return Ok(Some(time));
        }
        let sql = "SELECT id, doc FROM deleted_contacts WHERE location_id = ?1 AND id = ?2";
        let row = tx.query_first(sql, params![&self.location_id, id]).await?;
        row.map(|mut row| Ok(row.json::<Contact>("doc")?.date_updated)).transpose()
    }
}
