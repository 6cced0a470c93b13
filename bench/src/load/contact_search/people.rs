//! People who do not exist, the same in every run, distributed as people are: a few names, cities and tags are
//! common and most are rare.

use super::words::{capital, word};
use crate::load::scatter;
use serde_json::{Map, Value, json};

const FIRST_NAMES: u64 = 3_000;
const LAST_NAMES: u64 = 40_000;
const COMPANIES: u64 = 20_000;
const CITIES: u64 = 300;
const TAGS: u64 = 60;
const SOURCES: [&str; 6] = ["website", "referral", "event", "import", "phone call", "advert"];
/// Where most people have their address; the rest have one at their company.
const DOMAINS: [&str; 6] =
    ["gmail.com", "gmail.com", "hotmail.com", "outlook.com", "yahoo.com", "icloud.com"];

/// What is drawn for a person; each is drawn by itself.
#[derive(Clone, Copy)]
enum Draw {
    First = 1,
    Last,
    Company,
    Domain,
    Address,
    City,
    Source,
    Tag,
    SecondTag,
    Street,
}

fn draw(n: u64, what: Draw) -> u64 {
    scatter(n.wrapping_mul(16).wrapping_add(what as u64))
}

/// A rank below `count`: the chance of each falls with its place, as that of names does (Zipf's law, flattened at
/// the top by `flat`). With 20, the first of 3,000 has 1 in 100.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "ranks are small, and the draw needs no more bits than a double has"
)]
fn rank(drawn: u64, count: u64, flat: f64) -> u64 {
    let even = (drawn >> 11) as f64 / (1_u64 << 53) as f64;
    let rank = flat * ((1.0 + count as f64 / flat).powf(even) - 1.0);
    (rank as u64).min(count - 1)
}

pub(super) fn first_name(n: u64) -> String {
    capital(&word(rank(draw(n, Draw::First), FIRST_NAMES, 20.0)))
}

pub(super) fn last_name(n: u64) -> String {
    capital(&word(FIRST_NAMES + rank(draw(n, Draw::Last), LAST_NAMES, 20.0)))
}

/// A mobile number, no two alike among 40 million.
pub(super) fn phone(n: u64) -> String {
    format!("+614{:08}", n.wrapping_mul(27_644_437) % 40_000_000)
}

pub(super) fn email(n: u64) -> String {
    let (first, last) = (first_name(n).to_lowercase(), last_name(n).to_lowercase());
    let name = match draw(n, Draw::Address) % 4 {
        0 => format!("{first}.{last}"),
        1 => format!("{first}{last}"),
        2 => format!("{}{last}", &first[..1]),
        _ => first,
    };
    let drawn = draw(n, Draw::Domain);
    let domain = match drawn % 8 {
        own @ 0..6 => DOMAINS[own as usize].to_owned(),
        _ => format!("{}.com.au", word(100_000 + rank(drawn >> 3, COMPANIES, 100.0))),
    };
    format!("{name}{n}@{domain}")
}

/// Two in three work for nobody that is known.
pub(super) fn company(n: u64) -> Option<String> {
    let drawn = draw(n, Draw::Company);
    let name = capital(&word(100_000 + rank(drawn / 3, COMPANIES, 100.0)));
    drawn.is_multiple_of(3).then(|| format!("{name} Pty Ltd"))
}

pub(super) fn city(n: u64) -> String {
    capital(&word(200_000 + rank(draw(n, Draw::City), CITIES, 4.0)))
}

pub(super) fn source(n: u64) -> &'static str {
    SOURCES[rank(draw(n, Draw::Source), SOURCES.len() as u64, 2.0) as usize]
}

pub(super) fn tag(n: u64) -> String {
    tag_of(draw(n, Draw::Tag))
}

fn tag_of(drawn: u64) -> String {
    word(300_000 + rank(drawn, TAGS, 3.0))
}

/// The body of the `n`-th person.
pub(super) fn person(n: u64) -> Map<String, Value> {
    let street = draw(n, Draw::Street);
    let mut body = json!({
        "firstName": first_name(n), "lastName": last_name(n), "email": email(n), "phone": phone(n),
        "address1": format!("{} {} Street", street % 400, capital(&word(400_000 + street % 5_000))),
        "city": city(n), "country": "AU", "postalCode": format!("{}", 2000 + street % 900),
        "source": source(n), "tags": [tag(n), tag_of(draw(n, Draw::SecondTag))],
    });
    if let Some(company) = company(n) {
        body["companyName"] = company.into();
    }
    match body {
        Value::Object(body) => body,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{HashMap, HashSet};

    #[test]
    fn some_names_are_common_and_thousands_are_rare() {
        let mut names: HashMap<String, u64> = HashMap::new();
        (0..100_000).for_each(|n| *names.entry(last_name(n)).or_default() += 1);
        let most = names.values().max().copied().unwrap_or_default();
        assert!((300..1500).contains(&most), "the most common name is that of {most}");
        assert!(names.len() > 10_000, "only {} names", names.len());
    }

    #[test]
    fn numbers_and_addresses_are_different() {
        let all: HashSet<String> = (0..20_000).flat_map(|n| [phone(n), email(n)]).collect();
        assert_eq!(all.len(), 40_000);
    }
}
