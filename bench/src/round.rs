//! Rounds: the ceiling and the product take turns, so that what disturbs the machine disturbs both.

use crate::complain;
use crate::interrupt;
use crate::stats::{Latency, Spread};
use serde::Serialize;
use std::time::Duration;

/// What one side did in one turn.
#[derive(Clone, Copy, Serialize)]
pub(crate) struct Sample {
    /// Things done per second.
    pub(crate) rate: f64,
    /// On all connections.
    pub(crate) latency: Latency,
    /// On one connection, where that was measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) single: Option<Latency>,
}

/// Loads one side for a time.
pub(crate) type Turn<'a> = &'a mut dyn FnMut(Duration) -> Result<Sample, String>;

/// All turns of a load. Without the product, its samples are missing.
pub(crate) struct Comparison {
    pub(crate) load: &'static str,
    /// What is counted.
    pub(crate) unit: &'static str,
    pub(crate) ceiling: Vec<Sample>,
    pub(crate) tieline: Vec<Sample>,
}

impl Comparison {
    /// Loads the ceiling and the product in turn, after a turn of each that is not counted.
    pub(crate) fn measure(
        (load, unit): (&'static str, &'static str),
        rounds: u64,
        time: Duration,
        ceiling: Turn<'_>,
        mut product: Option<Turn<'_>>,
    ) -> Result<Self, String> {
        let warm_up = time.min(Duration::from_secs(1));
        ceiling(warm_up)?;
        product.as_mut().map(|turn| turn(warm_up)).transpose()?;
        let mut comparison = Self { load, unit, ceiling: Vec::new(), tieline: Vec::new() };
        for round in 1..=rounds {
            interrupt::check()?;
            comparison.ceiling.push(ceiling(time)?);
            comparison.tieline.extend(product.as_mut().map(|turn| turn(time)).transpose()?);
            comparison.tell(round, rounds);
        }
        Ok(comparison)
    }

    /// Says on the standard error what the round gave.
    fn tell(&self, round: u64, rounds: u64) {
        let rate = |samples: &[Sample]| samples.last().map(|sample| format!("{:.0}/s", sample.rate));
        let (ceiling, tieline) = (rate(&self.ceiling), rate(&self.tieline));
        let sides = [("ceiling", ceiling), ("Tieline", tieline)];
        let sides: Vec<_> =
            sides.into_iter().filter_map(|(name, rate)| Some(format!("{name} {}", rate?))).collect();
        complain(&format!("{} {round}/{rounds}: {}", self.load, sides.join(", ")));
    }

    /// The product's median as a part of the ceiling's, and the parts pair by pair; nothing without the
    /// product.
    pub(crate) fn ratio(&self) -> Option<(f64, Spread)> {
        let pairs: Vec<f64> = self
            .ceiling
            .iter()
            .zip(&self.tieline)
            .map(|(ceiling, tieline)| tieline.rate / ceiling.rate)
            .collect();
        let median = spread(&self.tieline).median / spread(&self.ceiling).median;
        (!pairs.is_empty()).then(|| (median, Spread::of(&pairs)))
    }
}

/// Of the rates.
pub(crate) fn spread(samples: &[Sample]) -> Spread {
    Spread::of(&samples.iter().map(|sample| sample.rate).collect::<Vec<_>>())
}

/// The median of the turns' percentiles.
pub(crate) fn latency(samples: &[Sample], of: impl Fn(&Sample) -> Option<Latency>) -> Option<Latency> {
    let all: Vec<Latency> = samples.iter().filter_map(of).collect();
    let median = |figure: fn(&Latency) -> f64| Spread::of(&all.iter().map(figure).collect::<Vec<_>>()).median;
    (!all.is_empty()).then(|| Latency { p50_ms: median(|l| l.p50_ms), p99_ms: median(|l| l.p99_ms) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(rate: f64) -> Sample {
        Sample { rate, latency: Latency { p50_ms: rate, p99_ms: 2.0 * rate }, single: None }
    }

    #[test]
    fn the_sides_take_turns_and_the_first_turn_of_each_is_not_counted() {
        let turns = std::cell::RefCell::new(Vec::new());
        let turn = |name: &'static str, rate: f64| {
            let turns = &turns;
            move |_: Duration| {
                turns.borrow_mut().push(name);
                Ok(sample(rate))
            }
        };
        let (mut ceiling, mut product) = (turn("c", 200.0), turn("t", 50.0));
        let time = Duration::from_secs(3);
        let measured = Comparison::measure(("x", "y"), 2, time, &mut ceiling, Some(&mut product)).unwrap();
        assert_eq!(turns.borrow().join(""), "ctctct");
        let (ratio, pairs) = measured.ratio().unwrap();
        assert_eq!((ratio, pairs.min, measured.tieline.len()), (0.25, 0.25, 2));
    }

    #[test]
    fn without_the_product_there_is_no_ratio() {
        let mut ceiling = |_| Ok(sample(1.0));
        let time = Duration::from_secs(1);
        let measured = Comparison::measure(("x", "y"), 1, time, &mut ceiling, None).unwrap();
        assert!(measured.ratio().is_none() && measured.tieline.is_empty());
    }

    #[test]
    fn latencies_are_medians_over_the_turns() {
        let samples = [sample(1.0), sample(9.0), sample(2.0)];
        let expected = Latency { p50_ms: 2.0, p99_ms: 4.0 };
        assert_eq!(latency(&samples, |sample| Some(sample.latency)), Some(expected));
        assert_eq!(latency(&samples, |sample| sample.single), None);
    }
}
