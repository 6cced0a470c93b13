//! A value that only newer news replaces, so that the order of deliveries does not matter.

use serde::{Deserialize, Serialize};

/// A value with the time of the event that it comes from, in milliseconds since 1970.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Latest<T>(Option<(T, i64)>);

impl<T> Default for Latest<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: Ord> Latest<T> {
    /// Stores `value` unless a newer one is known, and returns whether it did. Of two values of the same time
    /// the greater one stays: Stripe's times are whole seconds, and some rule must decide.
    pub(super) fn set(&mut self, value: T, at: i64) -> bool {
        let newer = self.0.as_ref().is_none_or(|(known, since)| (at, &value) > (*since, known));
        if newer {
            self.0 = Some((value, at));
        }
        newer
    }

    /// The same for a value that an event may leave out.
    pub(super) fn learn(&mut self, value: Option<T>, at: i64) {
        if let Some(value) = value {
            self.set(value, at);
        }
    }

    /// Stores `value` only if nothing is known; any other value replaces it.
    pub(super) fn fill(&mut self, value: Option<T>) {
        if self.0.is_none() {
            self.0 = value.map(|value| (value, i64::MIN));
        }
    }

    pub(super) fn get(&self) -> Option<&T> {
        self.0.as_ref().map(|(value, _)| value)
    }

    /// The time of the value; the beginning of time if there is none.
    pub(super) fn at(&self) -> i64 {
        self.0.as_ref().map_or(i64::MIN, |(_, at)| *at)
    }

    pub(super) const fn is_unset(&self) -> bool {
        self.0.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::Latest;

    #[test]
    fn older_news_never_replaces_newer() {
        let mut value = Latest::default();
        value.fill(Some("guess"));
        assert!(value.set("first", 10));
        assert!(!value.set("before", 5));
        value.fill(Some("guess"));
        assert_eq!(value.get(), Some(&"first"));
        assert!(!value.set("first", 10));
        assert!(value.set("second", 11));
    }
}
