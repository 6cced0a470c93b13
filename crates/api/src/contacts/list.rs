//! `GET /contacts/`: lists contacts, newest first, a page at a time.
//!
//! The next page begins after the contact that `startAfterId` names; `startAfter` is taken along where it is
//! given. `nextPageUrl` carries the page's number as well, which a cursor alone does not tell.

use super::shape;
use crate::answer::{Answer, Object};
use crate::call::Call;
use crate::error::ApiError;
use crate::operation::Operation;
use serde::Serialize;
use tieline_model::{ContactId, Scope, Timestamp};
use tieline_store::contacts::{List, Order, Page, SortBy};
use url::form_urlencoded;

pub(crate) const OPERATION: Operation =
    Operation::get("get-contacts", "/contacts", Scope::ContactsReadonly, |call| Box::pin(handle(call)));

const USUAL_LIMIT: i64 = 20;
const HIGHEST_LIMIT: i64 = 100;
const LONGEST_QUERY: usize = 75;

async fn handle(call: Call) -> Result<Answer, ApiError> {
    let (list, number) = read(&call)?;
    let page = call.look(list.clone()).await?;
    let mut contacts = String::from("[");
    for (n, doc) in page.docs.iter().enumerate() {
        contacts.push_str(if n > 0 { "," } else { "" });
        contacts.push_str(&shape::list_item(doc, call.version)?);
    }
    contacts.push(']');
    let body = Object::with_room_for(contacts.len() + 512)
        .raw("contacts", &contacts)
        .field("count", &page.total)?
        .field("meta", &Meta::of(&call, &list, &page, number))?;
    Ok(Answer::ok(body))
}

/// What is asked for, and the number of the page.
fn read(call: &Call) -> Result<(List, i64), ApiError> {
    let mut query = call.query();
    query.require("locationId");
    let limit = query.integer("limit", 1..=HIGHEST_LIMIT).unwrap_or(USUAL_LIMIT);
    let list = List {
        location_id: call.location_id(),
        limit: u32::try_from(limit).unwrap_or_default(),
        start_after_id: query.text("startAfterId").map(ContactId::from),
        start_after: query.integer("startAfter", 0..=i64::MAX).map(Timestamp::from_millis),
        query: query.short_text("query", LONGEST_QUERY),
        sort_by: query.choice("sortBy", SORTS).unwrap_or_default(),
        order: query.choice("order", ORDERS).unwrap_or_default(),
    };
    let first = list.start_after_id.is_none() && list.start_after.is_none();
    let number = query.integer("page", 1..=i64::MAX - 1).filter(|_| !first);
    query.finish()?;
    Ok((list, number.unwrap_or(if first { 1 } else { 2 })))
}

const SORTS: &[(&str, SortBy)] = &[("date_added", SortBy::DateAdded), ("date_updated", SortBy::DateUpdated)];
const ORDERS: &[(&str, Order)] = &[("asc", Order::Ascending), ("desc", Order::Descending)];

fn word<T: PartialEq>(choices: &[(&'static str, T)], value: &T) -> &'static str {
    choices.iter().find(|(_, choice)| choice == value).map_or("", |(word, _)| *word)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Meta {
    total: i64,
    next_page_url: Option<String>,
    start_after_id: Option<ContactId>,
    /// Milliseconds since 1970.
    start_after: Option<i64>,
    current_page: i64,
    next_page: Option<i64>,
    prev_page: Option<i64>,
}

impl Meta {
    fn of(call: &Call, list: &List, page: &Page, number: i64) -> Self {
        let next = page.next.as_ref();
        Self {
            total: page.total,
            next_page_url: next.map(|next| next_page_url(call, list, next, number + 1)),
            start_after_id: next.map(|(id, _)| id.clone()),
            start_after: next.map(|(_, at)| at.millis()),
            current_page: number,
            next_page: next.map(|_| number + 1),
            prev_page: (number > 1).then(|| number - 1),
        }
    }
}

fn next_page_url(call: &Call, list: &List, (id, at): &(ContactId, Timestamp), number: i64) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("locationId", call.location().id.as_str());
    query.append_pair("startAfter", &at.millis().to_string());
    query.append_pair("startAfterId", id.as_str());
    query.append_pair("limit", &list.limit.to_string());
    query.append_pair("page", &number.to_string());
    if let Some(text) = &list.query {
        query.append_pair("query", text);
    }
    if list.sort_by != SortBy::default() {
        query.append_pair("sortBy", word(SORTS, &list.sort_by));
    }
    if list.order != Order::default() {
        query.append_pair("order", word(ORDERS, &list.order));
    }
    format!("{}/contacts/?{}", call.base_url(), query.finish())
}
