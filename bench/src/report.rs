//! Runs the loads and says what came of them.

use crate::cli::Options;
use crate::load::Load;
use crate::machine::Machine;
use crate::round::{self, Comparison, Sample};
use crate::say;
use crate::stats::{Latency, Spread};
use serde_json::{Value, json};
use std::path::Path;

const REMINDER: &str = "Only ratios are comparable between runs and machines; the absolute figures are not.";

/// Measures `loads` and prints the table; writes the file that `--json` asks for.
pub(crate) fn run(options: &Options, loads: &[Load]) -> Result<(), String> {
    let measured = loads.iter().map(|load| load.measure(options)).collect::<Result<Vec<_>, _>>()?;
    let measured: Vec<Comparison> = measured.into_iter().flatten().collect();
    let machine = Machine::look(&options.data_root.clone().unwrap_or_else(std::env::temp_dir));
    for line in table(&measured) {
        say(&line)?;
    }
    say("")?;
    say(&machine.line())?;
    say(REMINDER)?;
    options.json.as_deref().map_or(Ok(()), |file| write(file, &document(options, &machine, &measured)))
}

fn write(file: &Path, document: &Value) -> Result<(), String> {
    std::fs::write(file, format!("{document:#}\n"))
        .map_err(|error| format!("cannot write {}: {error}", file.display()))
}

fn document(options: &Options, machine: &Machine, measured: &[Comparison]) -> Value {
    let side = |samples: &[Sample]| {
        (!samples.is_empty()).then(|| json!({ "rate": round::spread(samples), "turns": samples }))
    };
    let load = |load: &Comparison| {
        let ratio = load.ratio();
        json!({
            "load": load.load, "unit": load.unit, "ceiling": side(&load.ceiling), "tieline": side(&load.tieline),
            "ratio": ratio.map(|(ratio, _)| ratio), "ratioOfPairs": ratio.map(|(_, pairs)| pairs),
        })
    };
    let loads: Vec<Value> = measured.iter().map(load).collect();
    json!({
        "machine": machine, "seconds": options.seconds, "connections": options.connections,
        "contacts": options.contacts, "loads": loads, "note": REMINDER,
    })
}

fn table(measured: &[Comparison]) -> Vec<String> {
    let heading = ["load", "ceiling/s (min-max)", "Tieline/s (min-max)", "ratio (pairs)", "p50/p99 ms"];
    let mut lines = vec![row(&heading.map(str::to_owned))];
    for load in measured {
        lines.push(row(&[
            load.load.to_owned(),
            rates(&load.ceiling),
            rates(&load.tieline),
            load.ratio().map_or_else(|| "-".to_owned(), |(ratio, pairs)| ratios(ratio, pairs)),
            latencies(load, |sample| Some(sample.latency)),
        ]));
        if load.ceiling.iter().any(|sample| sample.single.is_some()) {
            let alone = latencies(load, |sample| sample.single);
            let empty = String::new;
            lines.push(row(&["  one connection".to_owned(), empty(), empty(), empty(), alone]));
        }
    }
    lines.push(String::new());
    let counted: Vec<String> = measured.iter().map(|load| format!("{}: {}", load.load, load.unit)).collect();
    lines
        .push(format!("counted are: {}; p50/p99: time to the answer, ceiling | Tieline", counted.join(", ")));
    lines
}

fn row([load, ceiling, tieline, ratio, latency]: &[String; 5]) -> String {
    format!("{load:<17} {ceiling:<27} {tieline:<27} {ratio:<21} {latency}").trim_end().to_owned()
}

fn rates(samples: &[Sample]) -> String {
    let Spread { median, min, max } = round::spread(samples);
    if samples.is_empty() {
        return "-".to_owned();
    }
    format!("{} ({}-{})", thousands(median), thousands(min), thousands(max))
}

fn ratios(ratio: f64, pairs: Spread) -> String {
    format!("{ratio:.2} ({:.2}-{:.2})", pairs.min, pairs.max)
}

fn latencies(load: &Comparison, of: fn(&Sample) -> Option<Latency>) -> String {
    let text = |samples: &[Sample]| {
        round::latency(samples, of)
            .map(|Latency { p50_ms, p99_ms }| format!("{p50_ms:.2}/{p99_ms:.2}"))
            .unwrap_or_else(|| "-".to_owned())
    };
    format!("{} | {}", text(&load.ceiling), text(&load.tieline))
}

/// A whole number with a comma between thousands.
fn thousands(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_marked() {
        let texts = [0.0, 999.4, 1000.0, 151_000.0, 1_234_567.0].map(thousands);
        assert_eq!(texts, ["0", "999", "1,000", "151,000", "1,234,567"]);
    }

    #[test]
    fn the_table_shows_both_sides_and_their_ratio() {
        let sample = |rate, ms| Sample {
            rate,
            latency: Latency { p50_ms: ms, p99_ms: 2.0 * ms },
            single: Some(Latency { p50_ms: 0.1, p99_ms: 0.2 }),
        };
        let load = Comparison {
            load: "event-run",
            unit: "finished runs",
            ceiling: vec![sample(20_000.0, 1.0)],
            tieline: vec![sample(5_000.0, 4.0)],
        };
        let table = table(&[load]);
        for text in ["20,000 (20,000-20,000)", "5,000 (", "0.25 (0.25-0.25)", "1.00/2.00 | 4.00/8.00"] {
            assert!(table[1].contains(text), "{text} not in {}", table[1]);
        }
        assert!(table[2].contains("one connection") && table[2].contains("0.10/0.20 | 0.10/0.20"));
    }
}
