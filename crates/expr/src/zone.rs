//! Time zones by name, and the one that a filter uses where none is given.

use jiff::tz::TimeZone;
use minijinja::State;
use tieline_model::text::likely_timezone;

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
        let suggestion = likely_timezone(name)
            .map_or("; write it like Australia/Sydney".to_owned(), |near| {
                format!("; did you mean `{near}`?")
            });
        format!("`{}` is not a time zone{suggestion}", crate::numbers::clip(name))
    })
}
