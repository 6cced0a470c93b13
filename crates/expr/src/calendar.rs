//! Filters for days and times. Steps of days, weeks, months and years follow the calendar of a time zone, so
//! that 09:00 stays 09:00 when summer time begins; hours, minutes and seconds are exact.
//!
//! The zone is a filter's last argument, the location's where it is left out, and UTC where there is no
//! location. A day without a time has no zone: it stays the same day everywhere.

use crate::json::absent;
use crate::language::invalid;
use crate::next::{NextSpec, parse_next, parse_time};
use crate::numbers::clip;
use crate::zone;
use jiff::civil::{Date, Time};
use jiff::fmt::strtime;
use jiff::tz::TimeZone;
use jiff::{Span, ZonedDateTime};
use minijinja::{Environment, Error, State, Value};
use tieline_model::time::parse_span;
use tieline_model::{Timestamp, text};

/// The names of the filters here.
pub(crate) const FILTERS: &[&str] = &["plus", "minus", "date", "at", "next"];

pub(crate) fn add_to(language: &mut Environment<'static>) {
    language.add_filter("plus", |state: &State<'_, '_>, value: &Value, by: &str, zone: Option<&str>| {
        in_zone(state, value, zone, |when, zone| when.moved(parse_span(by)?, zone))
    });
    language.add_filter("minus", |state: &State<'_, '_>, value: &Value, by: &str, zone: Option<&str>| {
        in_zone(state, value, zone, |when, zone| when.moved(parse_span(by)?.negate(), zone))
    });
    language.add_filter("at", |state: &State<'_, '_>, value: &Value, time: &str, zone: Option<&str>| {
        in_zone(state, value, zone, |when, zone| when.at(parse_time(time)?, zone))
    });
    language.add_filter("next", |state: &State<'_, '_>, value: &Value, what: &str, zone: Option<&str>| {
        in_zone(state, value, zone, |when, zone| when.next(&parse_next(what)?, zone))
    });
    language.add_filter("date", date);
}

/// What a filter is given: a point in time, or a day.
enum When {
    Time(ZonedDateTime),
    Day(Date),
}

fn in_zone(
    state: &State<'_, '_>,
    value: &Value,
    zone: Option<&str>,
    filter: impl FnOnce(When, &TimeZone) -> Result<When, String>,
) -> Result<Value, Error> {
    if absent(value) {
        return Ok(Value::UNDEFINED);
    }
    let zone = zone::or_default(zone, state).map_err(invalid)?;
    let when = When::read(value, &zone).and_then(|when| filter(when, &zone)).map_err(invalid)?;
    Ok(Value::from(when.to_text()))
}

/// `date(format, zone)`: the format is strftime's.
fn date(
    state: &State<'_, '_>,
    value: &Value,
    format: Option<&str>,
    zone: Option<&str>,
) -> Result<Value, Error> {
    if absent(value) {
        return Ok(Value::UNDEFINED);
    }
    let zone = zone::or_default(zone, state).map_err(invalid)?;
    let when = When::read(value, &zone).map_err(invalid)?;
    when.format(format.unwrap_or("%Y-%m-%d"), &zone).map(Value::from).map_err(invalid)
}

impl When {
    fn read(value: &Value, zone: &TimeZone) -> Result<Self, String> {
        let written = value.as_str().ok_or_else(|| format!("{} is not a time", crate::json::kind(value)))?;
        let text = written.trim();
        let wrong = || format!("`{}` is not a time in ISO 8601, like 2026-11-23T12:00:00Z", clip(written));
        if let Some(day) = text::date(text) {
            return Ok(Self::Day(day));
        }
        let at = Timestamp::parse_in(text, zone.iana_name().unwrap_or("UTC")).map_err(|_| wrong())?;
        let at = jiff::Timestamp::from_millisecond(at.millis()).map_err(|_| wrong())?;
        Ok(Self::Time(at.to_zoned_datetime(zone.clone())))
    }

    fn moved(self, by: Span, zone: &TimeZone) -> Result<Self, String> {
        let too_far = |_| "leads beyond the years that a time can have".to_owned();
        match self {
            Self::Day(day) if !has_time(&by) => day.checked_add(by).map(Self::Day).map_err(too_far),
            Self::Day(day) => start(day, zone)?.checked_add(by).map(Self::Time).map_err(too_far),
            Self::Time(at) => at.checked_add(by).map(Self::Time).map_err(too_far),
        }
    }

    fn at(self, time: Time, zone: &TimeZone) -> Result<Self, String> {
        on(self.day(), time, zone).map(Self::Time)
    }

    /// The first fitting moment after this one.
    fn next(self, spec: &NextSpec, zone: &TimeZone) -> Result<Self, String> {
        let mut day = self.day();
        let last = day.saturating_add(Span::new().days(8));
        while day <= last {
            if spec.fits(day)
                && let Some(found) = self.later(day, spec.time, zone)?
            {
                return Ok(found);
            }
            day = day.tomorrow().map_err(|_| "leads beyond the last day".to_owned())?;
        }
        Err("finds no such day".to_owned())
    }

    /// The day, or the time on it, if that is later than this.
    fn later(&self, day: Date, time: Option<Time>, zone: &TimeZone) -> Result<Option<Self>, String> {
        Ok(match (self, time) {
            (Self::Day(today), None) => (day > *today).then_some(Self::Day(day)),
            (Self::Day(_), Some(time)) => Some(Self::Time(on(day, time, zone)?)),
            (Self::Time(now), time) => {
                let at = on(day, time.unwrap_or(Time::midnight()), zone)?;
                (at > *now).then_some(Self::Time(at))
            }
        })
    }

    fn day(&self) -> Date {
        match self {
            Self::Day(day) => *day,
            Self::Time(at) => at.date(),
        }
    }

    fn format(self, format: &str, zone: &TimeZone) -> Result<String, String> {
        match self {
            // A day is shown at midnight without a zone; a format that asks for the zone gets the filter's.
            Self::Day(day) => strtime::format(format, day.at(0, 0, 0, 0)).or_else(|_| {
                start(day, zone).and_then(|at| strtime::format(format, &at).map_err(wrong_format))
            }),
            Self::Time(at) => strtime::format(format, &at).map_err(wrong_format),
        }
    }

    fn to_text(&self) -> String {
        match self {
            Self::Day(day) => day.to_string(),
            Self::Time(at) => Timestamp::from_millis(at.timestamp().as_millisecond()).to_string(),
        }
    }
}

fn has_time(span: &Span) -> bool {
    span.get_hours() != 0 || span.get_minutes() != 0 || span.get_seconds() != 0
}

fn start(day: Date, zone: &TimeZone) -> Result<ZonedDateTime, String> {
    on(day, Time::midnight(), zone)
}

/// The time on that day. One that summer time skips is taken as the clock would show it afterwards.
fn on(day: Date, time: Time, zone: &TimeZone) -> Result<ZonedDateTime, String> {
    day.to_datetime(time).to_zoned_datetime(zone.clone()).map_err(|_| "leads beyond the last day".to_owned())
}

fn wrong_format(error: jiff::Error) -> String {
    let message = error.to_string();
    let message = message.strip_prefix("strftime formatting failed: ").unwrap_or(&message);
    format!("the date's format can't be used: {message}")
}

/// Checks a strftime format.
pub(crate) fn check_format(format: &str) -> Result<(), String> {
    let example = on(Date::constant(2026, 11, 23), Time::midnight(), &TimeZone::UTC)?;
    strtime::format(format, &example).map(drop).map_err(wrong_format)
}
