//! Headings, durations and the summary at the end.

use std::io::{self, Write};
use std::time::{Duration, Instant};

/// Prints a line for the person at the terminal. It goes to standard error, where cargo's own lines go, so
/// that both stay in order.
#[expect(clippy::print_stderr, reason = "the one place where this program speaks")]
pub(crate) fn say(line: &str) {
    eprintln!("{line}");
}

/// Prints a command's result on standard output, for a pager or a file.
pub(crate) fn answer(text: &str) -> Result<(), String> {
    writeln!(io::stdout(), "{text}").map_err(|error| format!("cannot print: {error}"))
}

/// The stages that have run so far.
#[derive(Debug, Default)]
pub(crate) struct Stages {
    done: Vec<Done>,
}

#[derive(Debug)]
struct Done {
    name: String,
    took: Duration,
    /// What it reports beyond having passed, or why it failed.
    result: Result<String, String>,
}

impl Stages {
    /// Runs `work` and prints a summary of its stages, even if one of them failed.
    pub(crate) fn run(work: impl FnOnce(&mut Self) -> Result<(), String>) -> Result<(), String> {
        let mut stages = Self::default();
        let result = work(&mut stages);
        say(&format!("\n{}", stages.summary()));
        result
    }

    /// Runs one stage under a heading. What it returns is shown beside it in the summary.
    pub(crate) fn stage(
        &mut self,
        name: &str,
        work: impl FnOnce() -> Result<String, String>,
    ) -> Result<(), String> {
        say(&format!("\n== {name}"));
        let start = Instant::now();
        let result = work();
        let took = start.elapsed();
        say(&format!("== {name}: {}, {}", verdict(result.is_ok()), seconds(took)));
        self.done.push(Done { name: name.to_owned(), took, result: result.clone() });
        result.map(|_| ()).map_err(|error| format!("{name}: {error}"))
    }

    fn summary(&self) -> String {
        let width = self.done.iter().map(|done| done.name.chars().count()).max().unwrap_or(0);
        let lines = self.done.iter().map(|done| {
            let (Ok(remark) | Err(remark)) = &done.result;
            let (verdict, took) = (verdict(done.result.is_ok()), seconds(done.took));
            format!("{verdict:<6}  {:<width$}  {took:>8}  {remark}", done.name).trim_end().to_owned()
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}

fn verdict(passed: bool) -> &'static str {
    if passed { "passed" } else { "FAILED" }
}

fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_names_each_stage_and_why_one_failed() {
        let mut stages = Stages::default();
        assert_eq!(stages.stage("format", || Ok(String::new())), Ok(()));
        assert_eq!(stages.stage("tests", || Err("2 failed".into())), Err("tests: 2 failed".into()));
        let summary = stages.summary();
        let lines: Vec<&str> = summary.lines().collect();
        assert!(lines[0].starts_with("passed  format") && lines[0].ends_with('s'), "{summary}");
        assert!(lines[1].starts_with("FAILED  tests ") && lines[1].ends_with("2 failed"), "{summary}");
    }
}
