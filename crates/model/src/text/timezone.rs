//! Time zones by their IANA names, and which of them a country has.

use jiff::tz::TimeZone;

/// For each country (ISO 3166 alpha-2) its time zones, the one where most people live first. Zones of a
/// country that have shown the same time since 2024 are listed once. Facts of the tz database, edition 2025b.
const ZONES: &str = include_str!("zones.txt");

/// Checks a time zone's IANA name and returns it as the database writes it.
///
/// # Errors
/// `timezone must be an IANA time zone`, with the name that was probably meant.
pub fn timezone(text: &str) -> Result<String, String> {
    let text = text.trim();
    let known = TimeZone::get(text).ok().and_then(|zone| zone.iana_name().map(str::to_owned));
    known.ok_or_else(|| {
        let meant = meant(text).map(|name| format!("; did you mean `{name}`?")).unwrap_or_default();
        format!("timezone must be an IANA time zone, like Australia/Sydney{meant}")
    })
}

/// The time zones of a country, by its ISO 3166 alpha-2 code, the one where most people live first; none for
/// a country that is not known. Use it to choose a zone where there is one, and to offer a choice where
/// there are several.
#[must_use]
pub fn timezones_of(country: &str) -> Vec<&'static str> {
    let line = ZONES.lines().find_map(|line| line.strip_prefix(country)?.strip_prefix(' '));
    line.map(|zones| zones.split(' ').collect()).unwrap_or_default()
}

/// The zone that an unknown name probably means: its city alone, or a misspelling.
fn meant(text: &str) -> Option<String> {
    let given = folded(text);
    if given.len() < 3 {
        return None;
    }
    let names = jiff::tz::db().available().map(|name| name.as_str().to_owned());
    let scored = names.map(|name| (likeness(&given, &folded(&name)), name));
    scored.filter(|(score, _)| *score >= 0.9).max_by(|(a, _), (b, _)| a.total_cmp(b)).map(|(_, name)| name)
}

fn folded(text: &str) -> String {
    text.trim().to_lowercase().replace([' ', '-'], "_")
}

/// From 0 to 1. A city counts a little less than the whole name, so that a whole name wins.
fn likeness(given: &str, name: &str) -> f64 {
    let city = name.rsplit('/').next().unwrap_or(name);
    let whole = strsim::normalized_damerau_levenshtein(given, name);
    let city = strsim::normalized_damerau_levenshtein(given, city) * 0.99;
    // One slip in a city's short name is a larger part of it than one in a whole name.
    let slip = strsim::damerau_levenshtein(given, name) <= 1;
    if slip { 1.0 } else { whole.max(city) }
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
        for wrong in ["Mars/Phobos", "+10:00", "", "\u{0}"] {
            let message = timezone(wrong).unwrap_err();
            assert!(message.starts_with("timezone must be") && !message.contains("mean"), "{message}");
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
