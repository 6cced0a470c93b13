//! The commands of `cargo xtask`.

use std::ffi::OsString;

/// What `cargo xtask help` prints.
pub(crate) const HELP: &str = "\
cargo xtask COMMAND

  demo [ARGS…]   build Tieline and run `tieline demo ARGS`: sample data, payments, a workflow
  serve [ARGS…]  build Tieline and run `tieline serve ARGS`
  build          make target/release/tieline
  test           run all tests, with the set-up that they need (PostgreSQL, npm packages)
  ci             what must pass before a change is taken: format, lints, licences, documents, test
  documents      write the documents' tables anew from the definitions
  bench [ARGS…]  build Tieline and the load generator in release and run `bench ARGS`
  help           print this

`test` starts a PostgreSQL server of its own in /tmp and removes it afterwards. Set
TIELINE_TEST_POSTGRES=postgres://… to have it use yours instead.";

/// A command with its arguments.
#[derive(PartialEq, Eq, Debug)]
pub(crate) enum Task {
    Demo(Vec<OsString>),
    Serve(Vec<OsString>),
    Build,
    Test,
    Ci,
    Documents,
    Bench(Vec<OsString>),
    Help,
}

impl Task {
    /// Reads the command line, without the program's name. No command at all asks for help.
    pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, String> {
        let mut arguments = arguments.into_iter();
        let Some(command) = arguments.next() else { return Ok(Self::Help) };
        let rest: Vec<OsString> = arguments.collect();
        let command = command.to_string_lossy();
        let task = match &*command {
            "demo" => return Ok(Self::Demo(rest)),
            "serve" => return Ok(Self::Serve(rest)),
            "bench" => return Ok(Self::Bench(rest)),
            "build" => Self::Build,
            "test" => Self::Test,
            "ci" => Self::Ci,
            "documents" => Self::Documents,
            "help" | "--help" | "-h" => Self::Help,
            _ => return Err(format!("`{command}` is not a command; see `cargo xtask help`")),
        };
        match rest.first() {
            None => Ok(task),
            Some(extra) => Err(format!(
                "`{command}` takes no arguments, but `{}` was given; leave it out",
                extra.to_string_lossy()
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<Task, String> {
        Task::parse(arguments.iter().map(OsString::from))
    }

    #[test]
    fn arguments_are_handed_on_as_they_are() {
        let serve = parse(&["serve", "--data", "some dir", "--help"]);
        assert_eq!(serve, Ok(Task::Serve(["--data", "some dir", "--help"].map(OsString::from).to_vec())));
        assert_eq!(parse(&["demo"]), Ok(Task::Demo(Vec::new())));
        assert_eq!(parse(&["bench", "all"]), Ok(Task::Bench(vec!["all".into()])));
    }

    #[test]
    fn commands_without_arguments_refuse_them() {
        assert_eq!(parse(&["test"]), Ok(Task::Test));
        let refusal = parse(&["test", "--fast"]).unwrap_err();
        assert!(refusal.contains("`test`") && refusal.contains("`--fast`"), "{refusal}");
    }

    #[test]
    fn help_is_the_answer_to_nothing_and_named_for_anything_unknown() {
        assert_eq!(parse(&[]), Ok(Task::Help));
        assert_eq!(parse(&["--help"]), Ok(Task::Help));
        assert!(parse(&["tset"]).unwrap_err().contains("cargo xtask help"));
    }

    #[test]
    fn help_names_every_command() {
        for command in ["demo", "serve", "build", "test", "ci", "documents", "bench", "help"] {
            assert!(HELP.contains(&format!("\n  {command} ")), "{command} is not in the help");
        }
    }
}
