//! What is asked.

use super::people;
use crate::load::scatter;
use tieline_model::LocationId;
use tieline_store::search::{Field, Filter, Operand, Order, Search};

/// Contacts on a page.
const PAGE: u32 = 20;

#[derive(Clone, Copy)]
pub(super) enum Question {
    /// The newest contacts.
    FirstPage,
    /// A name, a part of one, a number, an address.
    Query,
    /// Those that changed last.
    ByUpdate,
    /// A tag, a city and a source.
    ThreeFilters,
}

impl Question {
    pub(super) const ALL: &'static [Self] =
        &[Self::FirstPage, Self::Query, Self::ByUpdate, Self::ThreeFilters];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::FirstPage => "search: newest",
            Self::Query => "search: query",
            Self::ByUpdate => "search: by update",
            Self::ThreeFilters => "search: 3 filters",
        }
    }

    /// The `n`-th search of this kind, among so many contacts. It always finds somebody.
    pub(super) fn search(self, location: &LocationId, n: u64, contacts: u64) -> Search {
        let who = scatter(n) % contacts;
        let filter = match self {
            Self::FirstPage | Self::ByUpdate => Filter::And(Vec::new()),
            Self::Query => Filter::Query(text(n, who)),
            Self::ThreeFilters => Filter::And(vec![
                equals("tags", &people::tag(who)),
                equals("city", &people::city(who)),
                equals("source", people::source(who)),
            ]),
        };
        let sort = match self {
            Self::ByUpdate => vec![(Field::named("dateUpdated"), Order::Descending)],
            _ => Vec::new(),
        };
        Search { location_id: location.clone(), filter, sort, after: None, skip: 0, limit: PAGE }
    }
}

fn equals(field: &str, value: &str) -> Filter {
    Filter::Equals(Field::named(field), Operand::Text(value.to_owned()))
}

/// What people type to find somebody.
fn text(n: u64, who: u64) -> String {
    let (first, last) = (people::first_name(who), people::last_name(who));
    let local_number = || format!("0{}", &people::phone(who)[3..]);
    match n % 10 {
        0 => last,
        1 => first,
        2 => format!("{first} {last}"),
        3 => format!("{first} {}", &last[..2]),
        4 => last.chars().take(4).collect(),
        // The middle of a name.
        5 => last.to_lowercase().chars().skip(1).take(4).collect(),
        6 => local_number(),
        7 => local_number()[..7].to_owned(),
        8 => people::email(who),
        _ => people::email(who).split('@').next_back().unwrap_or_default().to_owned(),
    }
}
