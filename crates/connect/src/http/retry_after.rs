//! How long a server asks clients to wait.

use http::{HeaderMap, StatusCode};
use std::time::Duration;
use tieline_model::Timestamp;

/// The longest pause that is obeyed. A daily quota needs no more, and a mistake on the other side should not
/// park a run for years.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// The pause that an answer asks for: `Retry-After`, or else, where a limit was hit, what the rate limit
/// headers say. Other answers have those headers too, but do not ask for a pause.
pub(super) fn pause(status: StatusCode, headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let limited = status == StatusCode::TOO_MANY_REQUESTS;
    retry_after(headers, now)
        .or_else(|| limited.then(|| rate_limit(headers, now)).flatten())
        .map(|pause| pause.min(LONGEST))
}

fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = text(headers, "retry-after")?;
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(text.parse().map_or(LONGEST, Duration::from_secs));
    }
    let date = jiff::fmt::rfc2822::parse(text).ok()?;
    Some(until(Timestamp::from_millis(date.timestamp().as_millisecond()), now))
}

fn rate_limit(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    // HighLevel has two limits; the headers of the short one do not show that the daily one is used up.
    if number(headers, "x-ratelimit-daily-remaining") == Some(0)
        && let Some(millis) = number(headers, "x-ratelimit-daily-reset")
    {
        return Some(Duration::from_millis(millis));
    }
    if let Some(millis) = number(headers, "x-ratelimit-interval-milliseconds") {
        return Some(Duration::from_millis(millis));
    }
    let reset = number(headers, "x-ratelimit-reset").or_else(|| number(headers, "ratelimit-reset"))?;
    Some(reset_pause(reset, now))
}

/// A reset is a number of seconds from some servers, and a point in time in seconds or milliseconds from others.
/// The size shows which.
fn reset_pause(reset: u64, now: Timestamp) -> Duration {
    const A_TIME_IN_SECONDS: u64 = 1_000_000_000;
    const A_TIME_IN_MILLIS: u64 = 1_000_000_000_000;
    let millis = match reset {
        A_TIME_IN_MILLIS.. => reset,
        A_TIME_IN_SECONDS.. => reset.saturating_mul(1000),
        _ => return Duration::from_secs(reset),
    };
    until(Timestamp::from_millis(i64::try_from(millis).unwrap_or(i64::MAX)), now)
}

fn until(at: Timestamp, now: Timestamp) -> Duration {
    Duration::from_millis(u64::try_from(at.millis().saturating_sub(now.millis())).unwrap_or(0))
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok().map(str::trim).filter(|text| !text.is_empty())
}

fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    text(headers, name)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pause_of(status: u16, headers: &[(&'static str, &str)]) -> Option<Duration> {
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        let now = Timestamp::parse("2026-11-23T12:00:00Z").unwrap();
        pause(StatusCode::from_u16(status).unwrap(), &headers.collect(), now)
    }

    fn seconds(seconds: u64) -> Option<Duration> {
        Some(Duration::from_secs(seconds))
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        assert_eq!(pause_of(503, &[("retry-after", "7")]), seconds(7));
        assert_eq!(pause_of(429, &[("retry-after", "Mon, 23 Nov 2026 12:01:30 GMT")]), seconds(90));
        assert_eq!(pause_of(429, &[("retry-after", "Mon, 23 Nov 2026 11:00:00 GMT")]), seconds(0));
        assert_eq!(pause_of(429, &[("retry-after", "soon")]), None);
        assert_eq!(pause_of(429, &[("retry-after", "99999999999999999999999")]), seconds(86_400));
    }

    #[test]
    fn rate_limit_headers_count_where_a_limit_was_hit() {
        let interval = ("x-ratelimit-interval-milliseconds", "10000");
        assert_eq!(pause_of(429, &[interval]), seconds(10));
        assert_eq!(pause_of(500, &[interval]), None);
        assert_eq!(pause_of(429, &[interval, ("retry-after", "3")]), seconds(3));
        let day = [interval, ("x-ratelimit-daily-remaining", "0"), ("x-ratelimit-daily-reset", "3600000")];
        assert_eq!(pause_of(429, &day), seconds(3600));
    }

    #[test]
    fn a_reset_is_a_length_or_a_point_of_time() {
        assert_eq!(pause_of(429, &[("x-ratelimit-reset", "30")]), seconds(30));
        assert_eq!(pause_of(429, &[("x-ratelimit-reset", "1795435260")]), seconds(60));
        assert_eq!(pause_of(429, &[("ratelimit-reset", "1795435260000")]), seconds(60));
        assert_eq!(pause_of(429, &[("ratelimit-reset", "18446744073709551615")]), seconds(86_400));
    }
}
