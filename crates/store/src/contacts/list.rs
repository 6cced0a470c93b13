use crate::error::Result;
use crate::param::params;
use crate::store::Procedure;
use crate::tx::Tx;
use tieline_model::contact::Contact;
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

/// Which end of a list comes first.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Order {
    /// Oldest first.
    Ascending,
    /// Newest first.
    #[default]
    Descending,
}

/// Lists contacts, a page at a time.
#[derive(Clone, Debug)]
pub struct List {
    /// The location.
    pub location_id: LocationId,
    /// How many at most.
    pub limit: u32,
    /// The last contact of the page before.
    pub start_after_id: Option<ContactId>,
    /// When that contact was created (or changed, if sorted by that). It is looked up where it is left out.
    /// Without an id: only contacts behind the whole of this millisecond.
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
    /// How many contacts there are in all, over all pages.
    pub total: i64,
    /// The cursor to the next page, where there is one: the last contact and what it was sorted by.
    pub next: Option<(ContactId, Timestamp)>,
}

macro_rules! page {
    ($condition:literal, $order:literal) => {
        concat!(
            "SELECT id, date_updated, doc FROM contacts WHERE location_id = ?1 AND ",
            $condition,
            " AND (?4 = '' OR search LIKE ?4 ESCAPE '!') ORDER BY ",
            $order,
            " LIMIT ?5"
        )
    };
}

impl Procedure for List {
    type Output = Page;
    const SCANS: bool = true;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Page> {
        let pattern = self.query.as_deref().map_or_else(String::new, pattern);
        let total = tx
            .value(
                "SELECT COUNT(*) AS total FROM contacts WHERE location_id = ?1 AND (?2 = '' OR search LIKE ?2 ESCAPE '!')",
                "total",
                params![&self.location_id, &pattern],
            )
            .await?;
        let (after_time, after_id) = self.cursor(tx).await?;
        let sql = match (self.sort_by, self.order) {
            (SortBy::DateAdded, Order::Descending) => {
                page!("(CAST(?2 AS BIGINT) IS NOT NULL AND id < ?3)", "id DESC")
            }
            (SortBy::DateAdded, Order::Ascending) => {
                page!("(CAST(?2 AS BIGINT) IS NOT NULL AND id > ?3)", "id")
            }
            (SortBy::DateUpdated, Order::Descending) => {
                page!("(date_updated, id) < (?2, ?3)", "date_updated DESC, id DESC")
            }
            (SortBy::DateUpdated, Order::Ascending) => {
                page!("(date_updated, id) > (?2, ?3)", "date_updated, id")
            }
        };
        // One row more than the page tells whether there is another page.
        let limit = i64::from(self.limit) + 1;
        let mut rows =
            tx.query(sql, params![&self.location_id, after_time, &after_id, &pattern, limit]).await?;
        let more = rows.len() > self.limit as usize;
        rows.truncate(self.limit as usize);
        let mut page = Page { docs: Vec::with_capacity(rows.len()), total: 0, next: None };
        for mut row in rows {
            let (id, updated) = (row.get::<ContactId>("id")?, row.get("date_updated")?);
            let sorted_by = match self.sort_by {
                SortBy::DateAdded => id::minted_at(id.as_str()).unwrap_or(updated),
                SortBy::DateUpdated => updated,
            };
            page.next = more.then_some((id, sorted_by));
            page.docs.push(row.get("doc")?);
        }
        page.total = total.unwrap_or(0);
        Ok(page)
    }
}

impl List {
    /// Where the page before ended. A cursor past the last contact stays there: a client that goes on asking
    /// gets empty pages, not the first one again.
    async fn cursor(&self, tx: &mut Tx<'_>) -> Result<(Timestamp, String)> {
        let end = match self.order {
            Order::Descending => (Timestamp::from_millis(i64::MAX), "~".to_owned()),
            Order::Ascending => (Timestamp::from_millis(i64::MIN), String::new()),
        };
        let Some(id) = &self.start_after_id else {
            return Ok(self.start_after.map_or(end, |time| (time, self.edge(time))));
        };
        let Some(updated_at) = self.updated_at(tx, id).await? else {
            // The first page once more would send a client round and round.
            let problem =
                "startAfterId must be the id of a contact of this location; send the one of the last page";
            return Err(Refusal::field("startAfterId", problem).into());
        };
        Ok((self.start_after.unwrap_or(updated_at), id.to_string()))
    }

    /// Where a time without an id cuts: behind all contacts of its millisecond, whichever way they are sorted.
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

    /// When the contact at the cursor last changed, also where it was deleted since the page before.
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

/// The pattern that finds a text anywhere, with the text's own wildcards taken literally.
fn pattern(query: &str) -> String {
    let mut pattern = String::from("%");
    for character in query.trim().to_lowercase().chars() {
        if matches!(character, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}
