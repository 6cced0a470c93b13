//! Time zones by name, and the one that a filter uses where none is given.

use jiff::tz::TimeZone;
use minijinja::State;
use tieline_model::suggest::nearest;

/// The filters that use a zone, and so read `location.timezone` where none is given.
pub(crate) const ZONED: &[&str] = &["plus", "minus", "date", "at", "next"];

/// The zone of this name, or the location's, or UTC where there is no location.
pub(crate) fn or_default(name: Option<&str>, state: &State<'_, '_>) -> Result<TimeZone, String> {
    if let Some(name) = name {
        return named(name);
    }
    let location = state.lookup("location").unwrap_or_default();
    match location.get_attr("timezone").unwrap_or_default().as_str() {
        Some(name) => named(name),
        None => Ok(TimeZone::UTC),
    }
}

/// The zone of this IANA name.
pub(crate) fn named(name: &str) -> Result<TimeZone, String> {
    TimeZone::get(name).map_err(|_| {
        let shown = crate::numbers::clip(name);
        format!("`{shown}` is not a time zone{}", suggestion(&shown))
    })
}

/// The zone that was meant: the one of that city, or one that is spelled nearly so.
fn suggestion(name: &str) -> String {
    let known: Vec<String> = jiff::tz::db().available().map(|name| name.as_str().to_owned()).collect();
    let city = name.trim().replace(' ', "_");
    let is_city =
        |known: &&String| known.rsplit('/').next().is_some_and(|last| last.eq_ignore_ascii_case(&city));
    let by_city = known.iter().find(is_city).map(String::as_str);
    match by_city.or_else(|| nearest(&city, known.iter().map(String::as_str))) {
        Some(near) => format!("; did you mean `{near}`?"),
        None => "; write it like Australia/Sydney".to_owned(),
    }
}
