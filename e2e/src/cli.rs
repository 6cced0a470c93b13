//! The command line.

use crate::child::finish;
use crate::place::Place;
use crate::program;
use serde_json::Value;

/// The command line, on a place's data.
#[derive(Clone, Copy, Debug)]
pub struct Cli<'a>(pub &'a Place);

/// What a command did.
#[derive(Debug)]
pub struct Outcome {
    /// Its exit code; none if a signal ended it.
    pub code: Option<i32>,
    /// What it printed on standard output.
    pub stdout: String,
    /// What it printed on standard error.
    pub stderr: String,
}

impl Cli<'_> {
    /// Runs a command on the place's data.
    #[must_use]
    pub fn run(&self, arguments: &[&str]) -> Outcome {
        let flags = self.0.flags();
        let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
        self.run_bare(&[&flags, arguments].concat(), &[])
    }

    /// Runs a command in the place's folder, with these variables and without a flag that names the data.
    #[must_use]
    pub fn run_bare(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Outcome {
        let mut command = program::command(self.0);
        command.args(arguments).envs(variables.iter().copied());
        let (code, stdout, stderr) = finish(command, "");
        Outcome { code, stdout, stderr }
    }

    /// Runs a command that must succeed, and returns what it printed.
    ///
    /// # Panics
    /// If it fails.
    pub fn ok(&self, arguments: &[&str]) -> String {
        let outcome = self.run(arguments);
        assert_eq!(outcome.code, Some(0), "tieline {} failed: {}", arguments.join(" "), outcome.stderr);
        outcome.stdout
    }

    /// Runs a command with `--json` and reads its object.
    ///
    /// # Panics
    /// If it fails or prints something else than one JSON object on one line.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let printed = self.ok(&[arguments, &["--json"]].concat());
        let object = serde_json::from_str(&printed).ok().filter(Value::is_object);
        let fits = object.filter(|_| printed.lines().count() == 1);
        fits.unwrap_or_else(|| panic!("tieline {} --json printed {printed:?}", arguments.join(" ")))
    }
}
