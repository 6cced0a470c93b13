//! Running other programs.

use std::process::{Command, Stdio};

/// Runs a program to its end, with this program's input and output.
///
/// # Errors
/// That it could not be started, or how it ended; the program itself has reported what went wrong.
pub(crate) fn run(command: &mut Command) -> Result<(), String> {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{} ended with {status}", shown(command))),
        Err(error) => Err(format!("cannot run {}: {error}", shown(command))),
    }
}

/// What a program prints on standard output, trimmed; none if it is missing or fails.
pub(crate) fn output(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The command as one would type it, without the path to its program.
pub(crate) fn shown(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let name = program.file_name().unwrap_or(command.get_program());
    let words = std::iter::once(name).chain(command.get_args());
    let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    format!("`{}`", words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_names_the_command_and_its_end() {
        assert_eq!(run(&mut Command::new("/bin/true")), Ok(()));
        let error = run(Command::new("/bin/sh").args(["-c", "exit 3"])).unwrap_err();
        assert!(error.contains("`sh -c exit 3`") && error.contains('3'), "{error}");
        let error = run(&mut Command::new("no-such-program")).unwrap_err();
        assert!(error.contains("cannot run `no-such-program`"), "{error}");
    }

    #[test]
    fn output_is_trimmed_and_absent_after_a_failure() {
        assert_eq!(output(Command::new("/bin/echo").arg("v20.1.0")).as_deref(), Some("v20.1.0"));
        assert_eq!(output(&mut Command::new("/bin/false")), None);
    }
}
