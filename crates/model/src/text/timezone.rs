//! Time zones by their IANA names, and which of them a country has.

use jiff::tz::TimeZone;
use std::sync::LazyLock;
use strsim::osa_distance;

/// For each country (ISO 3166 alpha-2) its time zones, the one where most people live first. Zones of a
/// country that have shown the same time since 2024 are listed once. Facts of the tz database, edition 2025b.
const ZONES: &str = include_str!("zones.txt");

/// Checks a time zone's IANA name and returns it as the database writes it.
///
/// # Errors
/// A sentence to follow the field's name, `must be an IANA time zone`, with the name that was probably meant.
pub fn timezone(text: &str) -> Result<String, String> {
    let text = text.trim();
    let known = TimeZone::get(text).ok().and_then(|zone| zone.iana_name().map(str::to_owned));
    known.ok_or_else(|| {
        let meant = likely_timezone(text).map(|name| format!("; did you mean `{name}`?"));
        format!("must be an IANA time zone, like Australia/Sydney{}", meant.unwrap_or_default())
    })
}

/// Countries in which nobody lives, so that they have no time zone, and Kosovo, whose code is in use but not in
/// ISO 3166.
const WITHOUT_ZONE: [&str; 3] = ["BV", "HM", "XK"];

/// Whether two capital letters are a country's code in ISO 3166.
#[must_use]
pub fn is_country(code: &str) -> bool {
    code.len() == 2 && (WITHOUT_ZONE.contains(&code) || !timezones_of(code).is_empty())
}

/// The time zones of a country, by its ISO 3166 alpha-2 code, the one where most people live first; none for
/// a country that is not known. Use it to choose a zone where there is one, and to offer a choice where
/// there are several.
#[must_use]
pub fn timezones_of(country: &str) -> Vec<&'static str> {
    let line = ZONES.lines().find_map(|line| line.strip_prefix(country)?.strip_prefix(' '));
    line.map(|zones| zones.split(' ').collect()).unwrap_or_default()
}

/// More bytes than any zone's name has. A longer text means no zone, and comparing it would take long.
const LONGEST_NAME: usize = 40;

/// A zone's name, folded for comparison.
struct Known {
    name: String,
    folded: String,
}

/// Read once: the database keeps its names in files.
static KNOWN: LazyLock<Vec<Known>> = LazyLock::new(|| {
    let names = jiff::tz::db().available().map(|name| name.as_str().to_owned());
    names.map(|name| Known { folded: folded(&name), name }).collect()
});

/// The zone that an unknown name probably means: the one of that city, or one that is spelled nearly so.
#[must_use]
pub fn likely_timezone(text: &str) -> Option<&'static str> {
    let text = text.trim();
    if !(3..=LONGEST_NAME).contains(&text.len()) {
        return None;
    }
    let given = folded(text);
    let scored = KNOWN.iter().filter_map(|known| Some((likeness(&given, &known.folded)?, known)));
    scored.max_by(|(a, _), (b, _)| a.total_cmp(b)).map(|(_, known)| known.name.as_str())
}

fn folded(text: &str) -> String {
    text.to_lowercase().replace([' ', '-'], "_")
}

/// From 0.9 to 1; none below that. A city counts a little less than the whole name, so that a whole name wins.
fn likeness(given: &str, name: &str) -> Option<f64> {
    let city = name.rsplit('/').next().unwrap_or(name);
    let whole = spelled_alike(given, name).or_else(|| has_one_slip(given, name).then_some(1.0));
    let city = spelled_alike(given, city).map(|score| score * 0.99);
    whole.into_iter().chain(city).reduce(f64::max).filter(|score| *score >= 0.9)
}

/// The share of two texts that is the same, if at most a tenth differs. Most texts differ too much in length
/// already, which spares the comparison.
fn spelled_alike(a: &str, b: &str) -> Option<f64> {
    let longest = a.len().max(b.len());
    if a.len().abs_diff(b.len()) * 10 > longest {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "names are short")]
    let score = 1.0 - osa_distance(a, b) as f64 / longest as f64;
    (score >= 0.9).then_some(score)
}

/// One slip in a short name is more than a tenth of it.
fn has_one_slip(given: &str, name: &str) -> bool {
    given.len().abs_diff(name.len()) <= 4 && osa_distance(given, name) <= 1
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Case C3.
    #[test]
    fn a_zone_that_there_is_not_is_refused_with_the_one_that_was_meant() {
        assert_eq!(timezone(" australia/sydney ").as_deref(), Ok("Australia/Sydney"));
        assert_eq!(timezone("UTC").as_deref(), Ok("UTC"));
        for (wrong, meant) in [
            ("Sydney", "Australia/Sydney"),
            ("new york", "America/New_York"),
            ("Australia/Sidney", "Australia/Sydney"),
            ("Europe/Berln", "Europe/Berlin"),
        ] {
            let message = timezone(wrong).unwrap_err();
            assert!(message.ends_with(&format!("did you mean `{meant}`?")), "{wrong}: {message}");
        }
        let long = "x".repeat(10_000);
        for wrong in ["Mars/Phobos", "+10:00", "", "\u{0}", &long] {
            let message = timezone(wrong).unwrap_err();
            assert!(message.starts_with("must be") && !message.contains("mean"), "{message}");
        }
    }

    /// Case D10.
    #[test]
    fn a_country_has_the_zones_that_its_people_tell_apart() {
        assert_eq!(timezones_of("DE"), ["Europe/Berlin"]);
        assert_eq!(timezones_of("AU")[..2], ["Australia/Sydney", "Australia/Brisbane"]);
        assert_eq!(timezones_of("US").len(), 8);
        assert!(timezones_of("ZZ").is_empty() && timezones_of("").is_empty());
    }

    #[test]
    fn every_zone_of_a_country_is_one_that_is_taken() {
        for line in ZONES.lines() {
            let (country, _) = line.split_once(' ').unwrap();
            let zones = timezones_of(country);
            assert!(!zones.is_empty(), "{line}");
            for zone in zones {
                assert_eq!(timezone(zone).as_deref(), Ok(zone), "{country}");
            }
        }
    }
}
