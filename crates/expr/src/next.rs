//! What the filters `next` and `at` look for: days of the week and times of day.

use crate::numbers::clip;
use jiff::civil::{Date, Time, Weekday};

/// A day of the week, a time, or both, as `next` takes them.
pub(crate) struct NextSpec {
    days: Days,
    /// The time of day; none where the day alone is looked for.
    pub(crate) time: Option<Time>,
}

enum Days {
    Every,
    Working,
    Only(Weekday),
}

impl NextSpec {
    /// Whether the day is one that is looked for.
    pub(crate) fn fits(&self, day: Date) -> bool {
        match self.days {
            Days::Every => true,
            Days::Working => !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday),
            Days::Only(weekday) => day.weekday() == weekday,
        }
    }
}

/// Reads a time of day, `09:00` or `17:30`.
pub(crate) fn parse_time(text: &str) -> Result<Time, String> {
    let read = || {
        let (hour, minute) = text.trim().split_once(':')?;
        let digits = |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        let fits = digits(hour) && digits(minute) && minute.len() == 2;
        fits.then(|| Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()).flatten()
    };
    read().ok_or_else(|| format!("`{}` is not a time of day; write it like 09:00 or 17:30", clip(text)))
}

/// Reads what `next` looks for: `monday`, `monday 09:00`, `weekday 09:00` or `09:00`.
pub(crate) fn parse_next(text: &str) -> Result<NextSpec, String> {
    let wrong = || {
        format!(
            "`{}` is not a day to look for; write it like 'monday', 'monday 09:00', 'weekday 09:00' or '09:00'",
            clip(text)
        )
    };
    let words: Vec<&str> = text.split_whitespace().collect();
    match words[..] {
        [time] if time.contains(':') => Ok(NextSpec { days: Days::Every, time: Some(parse_time(time)?) }),
        [day] => Ok(NextSpec { days: parse_days(day).ok_or_else(wrong)?, time: None }),
        [day, time] => {
            Ok(NextSpec { days: parse_days(day).ok_or_else(wrong)?, time: Some(parse_time(time)?) })
        }
        _ => Err(wrong()),
    }
}

fn parse_days(word: &str) -> Option<Days> {
    Some(match word.to_ascii_lowercase().as_str() {
        "day" => Days::Every,
        "weekday" | "workday" => Days::Working,
        "monday" | "mon" => Days::Only(Weekday::Monday),
        "tuesday" | "tue" => Days::Only(Weekday::Tuesday),
        "wednesday" | "wed" => Days::Only(Weekday::Wednesday),
        "thursday" | "thu" => Days::Only(Weekday::Thursday),
        "friday" | "fri" => Days::Only(Weekday::Friday),
        "saturday" | "sat" => Days::Only(Weekday::Saturday),
        "sunday" | "sun" => Days::Only(Weekday::Sunday),
        _ => return None,
    })
}
