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

    /// Whether there are always contacts that fit.
    pub(super) const fn always_finds(self) -> bool {
        !matches!(self, Self::ThreeFilters)
    }

    /// The `n`-th search of this kind.
    pub(super) fn search(self, location: &LocationId, n: u64) -> Search {
        let filter = match self {
            Self::FirstPage | Self::ByUpdate => Filter::And(Vec::new()),
            Self::Query => Filter::Query(text(n)),
            Self::ThreeFilters => Filter::And(vec![
                equals("tags", people::tag(n)),
                equals("city", people::city(n)),
                equals("source", people::source(n)),
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

/// What people type, of persons among the first of all.
fn text(n: u64) -> String {
    let who = scatter(n) % 10_000;
    let (first, last) = (people::first_name(who), people::last_name(who));
    match n % 6 {
        0 => last,
        1 => format!("{first} {last}"),
        2 => format!("0{}", &people::phone(who)[3..]),
        3 => format!("{first}.{last}.{who}@example.com"),
        4 => last.chars().take(4).collect(),
        _ => first,
    }
}
