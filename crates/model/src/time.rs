//! Points in time (milliseconds since 1970, UTC, as they are stored and sent) and lengths
//! of time.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::time::Duration;

/// A point in time, to the millisecond.
///
/// On the wire it is ISO 8601 in UTC with exactly three digits of fraction (`2026-11-23T12:00:00.000Z`), as
/// HighLevel writes it; in a database column it is the number of milliseconds since 1970.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Timestamp(i64);

/// Past the year 9999 or before 1 a time has no ISO 8601 form that others read; the last day is short because
/// the calendar library keeps room for every offset.
const RANGE: std::ops::RangeInclusive<i64> = -62_135_596_800_000..=253_402_207_199_999;

impl Timestamp {
    /// The point `millis` milliseconds after 1970-01-01T00:00:00Z; held within the years 1 to 9999.
    #[must_use]
    pub fn from_millis(millis: i64) -> Self {
        Self(millis.clamp(*RANGE.start(), *RANGE.end()))
    }

    /// The same for a constant, which must be in the range already.
    #[must_use]
    pub const fn from_fixed_millis(millis: i64) -> Self {
        assert!(*RANGE.start() <= millis && millis <= *RANGE.end(), "the constant is out of range");
        Self(millis)
    }

    /// The point `seconds` seconds after 1970, as Stripe writes its times.
    #[must_use]
    pub fn from_seconds(seconds: i64) -> Self {
        Self::from_millis(seconds.saturating_mul(1000))
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// This point moved by `by`; held within the years 1 to 9999.
    #[must_use]
    pub fn plus(self, by: Duration) -> Self {
        Self::from_millis(self.0.saturating_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX)))
    }

    /// Reads ISO 8601 as [`Timestamp::parse`] does, but a time without an offset, or a bare date, is one in
    /// `zone` (an IANA name; UTC where it is unknown).
    ///
    /// # Errors
    /// A sentence that says what form is expected.
    pub fn parse_in(text: &str, zone: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.contains('[') {
            return zoned(text);
        }
        let Ok(civil) = text.parse::<jiff::civil::DateTime>() else { return Self::parse(text) };
        if text.parse::<jiff::Timestamp>().is_ok() {
            return Self::parse(text);
        }
        let zone = jiff::tz::TimeZone::get(zone).unwrap_or(jiff::tz::TimeZone::UTC);
        let time = zone.to_timestamp(civil).map_err(|_| "must be a valid ISO 8601 date string".to_owned())?;
        Ok(Self::from_millis(time.as_millisecond()))
    }

    /// Reads ISO 8601 with a zone (`Z` or an offset), with or without a fraction, or a bare date (midnight
    /// UTC). Clients of HighLevel send all of these.
    ///
    /// # Errors
    /// A sentence that says what form is expected.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.contains('[') {
            return zoned(text);
        }
        if let Ok(at) = text.parse::<jiff::Timestamp>() {
            return Ok(Self::from_millis(at.as_millisecond()));
        }
        let civil: Result<jiff::civil::DateTime, _> = text.parse();
        civil
            .ok()
            .and_then(|at| jiff::tz::TimeZone::UTC.to_timestamp(at).ok())
            .map(|at| Self::from_millis(at.as_millisecond()))
            .ok_or_else(|| "must be a valid ISO 8601 date string".to_owned())
    }
}

/// Reads a time with its zone in brackets, `2026-12-24T09:00:00[Europe/Paris]`. An offset that the zone does not
/// have then is refused, as is any other annotation.
fn zoned(text: &str) -> Result<Timestamp, String> {
    let at: Result<jiff::ZonedDateTime, _> = text.parse();
    at.map(|at| Timestamp::from_millis(at.timestamp().as_millisecond()))
        .map_err(|_| "must be a valid ISO 8601 date string".to_owned())
}

/// The year, month and day that lie so many days after 1970-01-01, in the Gregorian calendar.
///
/// Years are counted from March, so that the leap day is a year's last, and in cycles of 400 years, which
/// all have the same number of days.
const fn civil(days: i64) -> (i64, i64, i64) {
    let since_0000_03_01 = days + 719_468;
    let cycle = since_0000_03_01.div_euclid(146_097);
    let day_of_cycle = since_0000_03_01.rem_euclid(146_097);
    let year_of_cycle =
        (day_of_cycle - day_of_cycle / 1460 + day_of_cycle / 36_524 - day_of_cycle / 146_096) / 365;
    let day_of_year = day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_cycle + cycle * 400 + (month <= 2) as i64;
    (year, month, day)
}

/// Written here rather than by the calendar library because every contact and event holds several times, and
/// this form is always the same.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil(self.0.div_euclid(86_400_000));
        let millis = self.0.rem_euclid(86_400_000);
        let mut text = *b"0000-00-00T00:00:00.000Z";
        let mut put = |at: usize, digits: usize, mut number: i64| {
            for place in text[at..at + digits].iter_mut().rev() {
                *place = b'0' + (number % 10) as u8;
                number /= 10;
            }
        };
        put(0, 4, year);
        put(5, 2, month);
        put(8, 2, day);
        put(11, 2, millis / 3_600_000);
        put(14, 2, millis / 60_000 % 60);
        put(17, 2, millis / 1000 % 60);
        put(20, 3, millis % 1000);
        f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// Reads a length of time as people write it, calendar units included: `90s`, `15m`, `2h`, `3d`, `1w`,
/// `1 month`, `2 years`, or several together (`1d 12h`). Whole numbers, not negative.
///
/// # Errors
/// A sentence that says what form is expected.
pub fn parse_span(text: &str) -> Result<jiff::Span, String> {
    let shown: String = text.chars().take(60).collect();
    let expected = || {
        format!("`{shown}` is not a length of time; write it like 90s, 15m, 2h, 3d, 1w, 1 month or 1d 12h")
    };
    let is_plain = text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == ' ');
    if !is_plain || text.split_whitespace().any(|word| word == "ago") {
        return Err(expected());
    }
    text.trim().parse().map_err(|_| expected())
}

/// The longest time that a wait may take: ten years.
pub const LONGEST_WAIT: Duration = Duration::from_secs(3653 * 86_400);

/// Reads a length of time that is the same whenever it begins; see [`parse_span`]. A day is 24 hours. At most
/// ten years.
///
/// # Errors
/// A sentence that says what form is expected.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let span = parse_span(text)?;
    if span.get_months() != 0 || span.get_years() != 0 {
        return Err(format!(
            "`{text}` has no fixed length; write it in days, like 30d, or wait `until` \
             \"{{{{ now | plus('{text}') }}}}\""
        ));
    }
    let duration = span.to_duration(jiff::SpanRelativeTo::days_are_24_hours());
    let seconds = duration.ok().and_then(|duration| u64::try_from(duration.as_secs()).ok());
    match seconds {
        Some(seconds) if seconds <= LONGEST_WAIT.as_secs() => Ok(Duration::from_secs(seconds)),
        _ => Err(format!("`{text}` is longer than ten years")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_three_digits_of_fraction() {
        assert_eq!(Timestamp::from_millis(1_625_203_106_704).to_string(), "2021-07-02T05:18:26.704Z");
        assert_eq!(Timestamp::from_seconds(0).to_string(), "1970-01-01T00:00:00.000Z");
    }

    proptest::proptest! {
        #[test]
        fn writes_what_the_calendar_library_would(millis in RANGE) {
            let at = jiff::Timestamp::from_millisecond(millis).unwrap();
            proptest::prop_assert_eq!(Timestamp::from_millis(millis).to_string(), format!("{at:.3}"));
        }
    }

    #[test]
    fn reads_what_clients_send() {
        let expected = Ok(Timestamp::from_seconds(1_603_704_600));
        assert_eq!(Timestamp::parse("2020-10-26T09:30:00Z"), expected);
        assert_eq!(Timestamp::parse("2020-10-26T09:30:00.000Z"), expected);
        assert_eq!(Timestamp::parse("2020-10-26T11:30:00+02:00"), expected);
        assert_eq!(Timestamp::parse("2020-10-26"), Ok(Timestamp::from_seconds(1_603_670_400)));
        assert!(Timestamp::parse("next Monday").is_err());
    }

    #[test]
    fn a_zone_in_brackets_counts() {
        let paris = Timestamp::parse("2026-12-24T08:00:00Z");
        for text in ["2026-12-24T09:00:00[Europe/Paris]", "2026-12-24T09:00:00+01:00[Europe/Paris]"] {
            assert_eq!(Timestamp::parse(text), paris, "{text}");
            assert_eq!(Timestamp::parse_in(text, "Australia/Sydney"), paris, "{text}");
        }
        for wrong in ["2026-12-24T09:00:00[Mars/Base]", "2026-12-24T09:00:00+05:00[Europe/Paris]"] {
            assert!(Timestamp::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn extremes_are_held_in_range() {
        assert_eq!(Timestamp::from_millis(i64::MAX).to_string(), "9999-12-30T21:59:59.999Z");
        assert_eq!(Timestamp::from_millis(i64::MIN).to_string(), "0001-01-01T00:00:00.000Z");
    }

    #[test]
    fn reads_lengths_of_time() {
        assert_eq!(parse_duration("3d"), Ok(Duration::from_secs(259_200)));
        assert_eq!(parse_duration("3 days"), Ok(Duration::from_secs(259_200)));
        assert_eq!(parse_duration("1d 12h"), Ok(Duration::from_secs(129_600)));
        assert_eq!(parse_duration("1w30s"), Ok(Duration::from_secs(604_830)));
        for wrong in [
            "",
            " ",
            "3",
            "d",
            "-1d",
            "+1d",
            "1d ago",
            "P1D",
            "01:30:00",
            "3 moons",
            "99999999999999999999d",
            "4000d",
            "1.5d",
        ] {
            assert!(parse_duration(wrong).is_err(), "{wrong}");
        }
    }

    /// Case D7.
    #[test]
    fn months_are_read_where_there_is_a_calendar() {
        assert_eq!(parse_span("1 month").unwrap().get_months(), 1);
        assert_eq!(parse_span("2 years").unwrap().get_years(), 2);
        assert!(parse_duration("1 month").unwrap_err().contains("plus('1 month')"));
    }
}
