//! How many payments a plan has, by the end that is set on its subscription.

use super::facts::{Change, PlannedEnd};
use super::fields::{Object, Unmappable};
use super::ledger::Enrolment;
use super::objects::MAX_PAYMENTS;
use jiff::civil::DateTime;
use jiff::{Span, tz::TimeZone};
use tieline_model::Timestamp;

/// An end that was asked for later than this after the start may be a cancellation.
const AT_START_MS: i64 = 3_600_000;

/// How far payments lie apart.
#[derive(Clone, Copy)]
pub(super) struct Steps<'a> {
    /// `day`, `week`, `month` or `year`.
    pub(super) interval: Option<&'a str>,
    /// How many of them.
    pub(super) every: i64,
}

/// Reads the end of a subscription. The end of a period says nothing about the plan.
pub(super) fn planned(
    object: &Object<'_>,
    before: Option<&Object<'_>>,
    steps: Steps<'_>,
) -> Result<PlannedEnd, Unmappable> {
    let start = object.time("trial_end")?.or(object.time("start_date")?);
    let first_due = first_due(start, object.time("billing_cycle_anchor")?, steps);
    let start = first_due.or(start);
    let end = object.time("cancel_at")?;
    let of_period = object.flag("cancel_at_period_end")? == Some(true);
    let count = |end: Option<Timestamp>| payments_before(start?, end?, steps);
    let moved = before.filter(|before| before.has("cancel_at"));
    let before = moved.map(|before| before.time("cancel_at")).transpose()?.map(count);
    Ok(PlannedEnd {
        first_due,
        payments: count(end).filter(|_| !of_period),
        open: end.is_none() && !of_period,
        set_later: of_period || asked_later(object)?,
        payments_before: before.map(Option::unwrap_or_default),
    })
}

/// The billing day that a subscription starts before, if it does. At the start it is less than a period away; a
/// billing day that lies further away was moved later and says nothing about the first payments.
fn first_due(start: Option<Timestamp>, anchor: Option<Timestamp>, steps: Steps<'_>) -> Option<Timestamp> {
    let (start, anchor) = (start?, anchor?);
    let next = due(date(start)?, 1, steps)?;
    (start < anchor && date(anchor)? < next).then_some(anchor)
}

/// Whether the end was asked for after the subscription was created.
fn asked_later(object: &Object<'_>) -> Result<bool, Unmappable> {
    let (created, asked) = (object.time("created")?, object.time("canceled_at")?);
    let late = |(created, asked): (Timestamp, Timestamp)| {
        asked.millis().saturating_sub(created.millis()) > AT_START_MS
    };
    Ok(created.zip(asked).is_some_and(late))
}

/// How many payments are due before `end`: one at the start and one after each whole step, by the calendar.
fn payments_before(start: Timestamp, end: Timestamp, steps: Steps<'_>) -> Option<u32> {
    let (start, end) = (date(start)?, date(end)?);
    let is_due = |k: u32| due(start, k, steps).is_some_and(|at| at < end);
    let (mut due, mut over) = (0, MAX_PAYMENTS + 1);
    // The first payment that is not due any more, by halving.
    while due < over {
        let middle = due.midpoint(over);
        if is_due(middle) { due = middle + 1 } else { over = middle }
    }
    (1..=MAX_PAYMENTS).contains(&due).then_some(due)
}

/// When payment number `k`, counted from 0, is due. Days that a month lacks fall on its last day, as at Stripe.
fn due(start: DateTime, k: u32, steps: Steps<'_>) -> Option<DateTime> {
    let n = i64::from(k).checked_mul(steps.every.clamp(1, 1000))?;
    let span = Span::new();
    let span = match steps.interval? {
        "day" => span.try_days(n),
        "week" => span.try_weeks(n),
        "month" => span.try_months(n),
        "year" => span.try_years(n),
        _ => return None,
    };
    start.checked_add(span.ok()?).ok()
}

fn date(at: Timestamp) -> Option<DateTime> {
    let at = jiff::Timestamp::from_millisecond(at.millis()).ok()?;
    Some(TimeZone::UTC.to_datetime(at))
}

impl Enrolment {
    /// Records the end of the subscription. The end that a plan is created with says how many payments it has,
    /// and so does one that makes it longer. Moving it forward, or setting one later on, is a cancellation.
    pub(super) fn learn_length(&mut self, change: &Change, at: i64) {
        let end = &change.end;
        let length = end.payments.unwrap_or(0);
        self.first_due = self.first_due.or(end.first_due.map(Timestamp::millis));
        match self.until_end.get().copied() {
            _ if change.created => {
                self.until_end.set(length, at);
            }
            // The end of a subscription does not change how long the plan was to be.
            Some(_) if change.ended => {}
            Some(known) if known > 0 && (end.open || length > known) => {
                self.until_end.set(length, at);
            }
            Some(_) => {}
            None if end.open || end.set_later => self.until_end.fill(Some(0)),
            None => self.until_end.fill(Some(end.payments_before.unwrap_or(length))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Steps, payments_before};
    use tieline_model::Timestamp;

    fn count(start: &str, end: &str, interval: &str, every: i64) -> Option<u32> {
        let at = |day: &str| Timestamp::parse(&format!("{day}T00:00:00Z")).unwrap();
        payments_before(at(start), at(end), Steps { interval: Some(interval), every })
    }

    /// Case P3.
    #[test]
    fn payments_are_counted_by_the_calendar() {
        for (start, end, interval, every, expected) in [
            ("2026-01-01", "2026-03-03", "month", 1, Some(3)),
            ("2026-01-01", "2026-03-01", "month", 1, Some(2)),
            ("2026-01-31", "2026-02-28", "month", 1, Some(1)),
            ("2026-01-31", "2026-03-01", "month", 1, Some(2)),
            ("2026-01-31", "2026-04-01", "month", 1, Some(3)),
            ("2024-02-29", "2026-03-01", "year", 1, Some(3)),
            ("2026-01-01", "2026-01-15", "week", 1, Some(2)),
            ("2026-01-01", "2026-01-16", "week", 1, Some(3)),
            ("2026-01-01", "2026-12-31", "month", 3, Some(4)),
            ("2026-01-01", "2026-01-11", "day", 1, Some(10)),
            ("2026-01-01", "2026-01-01", "month", 1, None),
            ("2026-01-01", "2025-01-01", "month", 1, None),
            ("2026-01-01", "2999-01-01", "day", 1, None),
            ("2026-01-01", "2027-01-01", "moon", 1, None),
        ] {
            assert_eq!(count(start, end, interval, every), expected, "{start} {end} {interval}");
        }
    }
}
