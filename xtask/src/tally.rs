//! Counts what the test programs report while passing their output to the terminal.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

/// How long to wait for more output when the test programs have ended. A program that a test has left running
/// may hold the pipe open forever.
const REMAINDER: Duration = Duration::from_secs(2);

/// How many tests there were.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) ignored: u64,
}

impl Tally {
    /// For the summary. It counts tests that did not run, because nothing is skipped silently.
    pub(crate) fn remark(self) -> String {
        let Self { passed, failed, ignored } = self;
        let mut remark = format!("{passed} passed");
        for (count, what) in [(failed, "failed"), (ignored, "ignored and not run")] {
            if count > 0 {
                remark.push_str(&format!(", {count} {what}"));
            }
        }
        remark
    }

    /// Counts a line like `test result: ok. 3 passed; 0 failed; 1 ignored; …`.
    fn read(&mut self, line: &str) {
        let Some((_, counts)) = line.strip_prefix("test result: ").and_then(|rest| rest.split_once(". "))
        else {
            return;
        };
        for count in counts.split("; ") {
            let Some((number, what)) = count.split_once(' ') else { continue };
            let number: u64 = number.parse().unwrap_or(0);
            match what {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                "ignored" => self.ignored += number,
                _ => {}
            }
        }
    }
}

/// Runs `command`, which runs tests, passes its output on to `shown` and counts.
pub(crate) fn run(
    command: &mut Command,
    shown: impl Write + Send + 'static,
) -> Result<(ExitStatus, Tally), String> {
    let failed = |error: io::Error| format!("cannot run the tests: {error}");
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(failed)?;
    let lines = child.stdout.take().map(|output| pass_on(output, shown));
    let status = child.wait().map_err(failed)?;
    let mut tally = Tally::default();
    for line in lines.iter().flat_map(|lines| std::iter::from_fn(|| lines.recv_timeout(REMAINDER).ok())) {
        tally.read(&line);
    }
    Ok((status, tally))
}

/// Copies on a thread of its own and passes each line on.
fn pass_on(output: impl Read + Send + 'static, mut shown: impl Write + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut output = BufReader::new(output);
        let mut line = Vec::new();
        while output.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            if shown.write_all(&line).is_err()
                || sender.send(String::from_utf8_lossy(&line).into_owned()).is_err()
            {
                return;
            }
            line.clear();
        }
    });
    receiver
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_over_several_programs() {
        let script = "echo running 4 tests; echo 'test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; \
                      0 filtered out; finished in 0.01s'; echo 'test result: FAILED. 2 passed; 1 failed; 0 \
                      ignored; 0 measured; 0 filtered out; finished in 1.00s'; exit 101";
        let (status, tally) = run(Command::new("/bin/sh").args(["-c", script]), io::sink()).unwrap();
        assert_eq!(status.code(), Some(101));
        assert_eq!(tally, Tally { passed: 5, failed: 1, ignored: 1 });
        assert_eq!(tally.remark(), "5 passed, 1 failed, 1 ignored and not run");
    }

    #[test]
    fn other_lines_count_nothing() {
        let mut tally = Tally::default();
        for line in ["", "3 passed; 1 failed", "test result: odd", "test result: ok. many passed; x"] {
            tally.read(line);
        }
        assert_eq!(tally, Tally::default());
    }
}
