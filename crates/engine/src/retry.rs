//! How long to wait before an action is tried again.

use std::time::Duration;

const FIRST: Duration = Duration::from_secs(2);
const LONGEST: Duration = Duration::from_secs(3600);

/// How often a step waits for a busy other side: some day and a half where that names no time to come back at.
pub(crate) const PATIENCE: u32 = 48;

/// The pause after the try number `attempt` has failed: 2 s, 4 s, 8 s and so on up to an hour, of which a
/// random half is left out so that runs that failed together don't come back together. What the other side
/// asked for is the least.
pub(crate) fn pause(attempt: u32, random: u64, retry_after: Option<Duration>) -> Duration {
    let factor = 2_u32.saturating_pow(attempt.saturating_sub(1));
    let full = FIRST.saturating_mul(factor).min(LONGEST);
    let half = full / 2;
    let millis = u64::try_from(half.as_millis()).unwrap_or(u64::MAX);
    let jittered = half + Duration::from_millis(random % (millis + 1));
    jittered.max(retry_after.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_an_hour() {
        assert_eq!(pause(1, 0, None), Duration::from_secs(1));
        assert_eq!(pause(1, 1000, None), Duration::from_secs(2));
        assert_eq!(pause(3, 0, None), Duration::from_secs(4));
        for attempt in [12, 100, u32::MAX] {
            assert!((1800..=3600).contains(&pause(attempt, u64::MAX, None).as_secs()));
        }
    }

    #[test]
    fn what_the_other_side_asks_for_is_the_least() {
        let asked = Duration::from_secs(60);
        assert_eq!(pause(1, 0, Some(asked)), asked);
        assert!(pause(10, 0, Some(asked)) > asked);
    }
}
