//! People who do not exist, the same in every run.

use crate::load::scatter;
use serde_json::{Map, Value, json};

const SYLLABLES: [&str; 16] =
    ["ma", "ri", "so", "len", "ka", "to", "ber", "nil", "ha", "vo", "jun", "pel", "di", "ro", "san", "wik"];
const CITIES: [&str; 12] = [
    "Newcastle",
    "Sydney",
    "Perth",
    "Hobart",
    "Cairns",
    "Adelaide",
    "Darwin",
    "Geelong",
    "Ballarat",
    "Bendigo",
    "Mackay",
    "Orange",
];
const SOURCES: [&str; 5] = ["website", "referral", "event", "import", "phone call"];
const TAGS: [&str; 8] =
    ["newsletter", "customer", "vip", "trial", "payment-failed", "webinar", "partner", "cold"];

/// A word of two or three syllables, the same for the same number.
pub(super) fn word(n: u64) -> String {
    let syllable = |n: u64| SYLLABLES[(n % 16) as usize];
    let mut word = [syllable(n), syllable(n / 16)].concat();
    if !(n / 256).is_multiple_of(3) {
        word.push_str(syllable(n / 768));
    }
    word
}

pub(super) fn first_name(n: u64) -> String {
    word(scatter(n) % 400)
}

/// Some names are common and most are not.
pub(super) fn last_name(n: u64) -> String {
    let drawn = scatter(n ^ 0x5eed) % 1_000_000;
    word(400 + drawn * drawn / 1_000_000 % 12_288)
}

pub(super) fn phone(n: u64) -> String {
    format!("+614{n:08}")
}

fn pick<'a>(from: &[&'a str], n: u64) -> &'a str {
    from[(n % from.len() as u64) as usize]
}

pub(super) fn city(n: u64) -> &'static str {
    pick(&CITIES, scatter(n ^ 0xc17))
}

pub(super) fn source(n: u64) -> &'static str {
    pick(&SOURCES, scatter(n ^ 0x50))
}

pub(super) fn tag(n: u64) -> &'static str {
    pick(&TAGS, scatter(n ^ 0x7a6))
}

/// The body of the `n`-th person.
pub(super) fn person(n: u64) -> Map<String, Value> {
    let (first, last) = (first_name(n), last_name(n));
    let body = json!({
        "firstName": first, "lastName": last, "email": format!("{first}.{last}.{n}@example.com"),
        "phone": phone(n), "companyName": format!("{} Pty", word(scatter(n ^ 0xc0) % 5000)),
        "address1": format!("{} Harbour Street", n % 999), "city": city(n), "country": "AU",
        "postalCode": format!("{}", 2000 + scatter(n) % 900), "source": source(n),
        "tags": [tag(n), tag(n ^ 0xffff)],
    });
    match body {
        Value::Object(body) => body,
        _ => Map::new(),
    }
}
