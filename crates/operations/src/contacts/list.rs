//! `GET /contacts/`: lists contacts, newest first, a page at a time.
//!
//! The next page begins after the contact that `startAfterId` names; `startAfter` goes with it. A `startAfter`
//! that is no number is ignored, because a Singer tap sends the name of a field there. `nextPageUrl` carries the
//! page's number as well, which a cursor alone does not give.

use super::{location_id, shape};
use crate::answer::Answer;
use crate::call::Call;
use crate::operation::Operation;
use crate::shape::Shape;
use http::Method;
use serde::Serialize;
use tieline_model::form::kinds::{Integer, OneOf, Ref, Text};
use tieline_model::form::{Field, Form};
use tieline_model::{ContactId, Scope, Timestamp};
use tieline_store::contacts::{List, Order, Page, SortBy};
use tieline_store::{Procedure, Result, Tx};
use url::form_urlencoded;

const USUAL_LIMIT: u32 = 20;
const HIGHEST_LIMIT: i64 = 100;
const LONGEST_QUERY: usize = 75;

pub(super) fn operation() -> Operation {
    let cursor = "the last contact of the page before; enough by itself";
    let since = "with it: when that contact was added, or updated if sorted so, in milliseconds; alone: only what lies behind that millisecond";
    Operation::reads("contacts.get-contacts", "List contacts", Scope::ContactsReadonly, |tx, call| {
        Box::pin(list(tx, call))
    })
    .described(
        "List contacts {query}",
        "Lists contacts, newest first, or searches them by name, e-mail, phone, company or tag.",
    )
    .at(Method::GET, "/contacts")
    .takes(Form::new([
        location_id().in_query(),
        Field::new("limit", Integer(1..=HIGHEST_LIMIT), "how many; 20 if left out").in_query().sampled(20),
        Field::new(
            "query",
            Text::line().at_most(LONGEST_QUERY),
            "a part of the name, e-mail, phone, company or a tag",
        )
        .in_query()
        .sampled("ada"),
        Field::new("startAfterId", Ref("contact"), cursor).in_query().unsampled(),
        Field::new("startAfter", Integer(i64::MIN..=i64::MAX), since)
            .in_query()
            .unsampled()
            .ignores_misfits(),
        Field::new("sortBy", OneOf(&["date_added", "date_updated"]), "what they are sorted by").in_query(),
        Field::new("order", OneOf(&["asc", "desc"]), "`desc` for newest first, which is usual, or `asc`")
            .in_query()
            .sampled("desc"),
        Field::new("page", Integer(1..=i64::MAX - 1), "the page's number, for `meta` only").in_query(),
    ]))
    .gives([
        ("contacts", Shape::list(Shape::Entity(&shape::LISTED))),
        ("count", Shape::integer()),
        ("meta", meta()),
    ])
    .scans()
}

fn meta() -> Shape {
    let page = || Shape::integer().or_null();
    Shape::Object(vec![
        ("total", Shape::integer()),
        ("nextPageUrl", Shape::text().or_null()),
        ("startAfterId", Shape::text().or_null()),
        ("startAfter", page()),
        ("currentPage", Shape::integer()),
        ("nextPage", page()),
        ("prevPage", page()),
    ])
}

async fn list(tx: &mut Tx<'_>, call: &Call) -> Result<Answer> {
    let (list, number) = asked(call);
    let page = list.run(tx).await?;
    let meta = Meta::of(call, &list, &page, number);
    let answer = Answer::new().did(format!("{} contacts read", page.docs.len()));
    answer.stored_list("contacts", page.docs).value("count", page.total)?.value("meta", meta)
}

/// What is asked for, and the number of the page.
fn asked(call: &Call) -> (List, i64) {
    let input = &call.input;
    let list = List {
        location_id: call.location_id(),
        limit: input.integer("limit").and_then(|limit| u32::try_from(limit).ok()).unwrap_or(USUAL_LIMIT),
        start_after_id: input.text("startAfterId").map(ContactId::from),
        start_after: input.integer("startAfter").map(Timestamp::from_millis),
        query: input.text("query").map(str::to_owned),
        sort_by: if input.text("sortBy") == Some("date_updated") {
            SortBy::DateUpdated
        } else {
            SortBy::default()
        },
        order: if input.text("order") == Some("asc") { Order::Ascending } else { Order::default() },
    };
    let first = list.start_after_id.is_none() && list.start_after.is_none();
    let number = input.integer("page").filter(|_| !first);
    (list, number.unwrap_or(if first { 1 } else { 2 }))
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
    query.append_pair("locationId", call.location.id.as_str());
    query.append_pair("startAfter", &at.millis().to_string());
    query.append_pair("startAfterId", id.as_str());
    query.append_pair("limit", &list.limit.to_string());
    query.append_pair("page", &number.to_string());
    for name in ["query", "sortBy", "order"] {
        if let Some(value) = call.input.text(name) {
            query.append_pair(name, value);
        }
    }
    format!("{}/contacts/?{}", call.base_url, query.finish())
}
