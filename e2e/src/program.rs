//! The program under test.

use crate::place::Place;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// The program: what `TIELINE_BIN` names, else `tieline` in the test's build folder.
///
/// # Panics
/// If it does not exist.
#[must_use]
pub fn path() -> PathBuf {
    let program = match std::env::var_os("TIELINE_BIN") {
        Some(path) => PathBuf::from(path),
        None => beside_the_test().expect("the test knows where it is"),
    };
    assert!(program.is_file(), "{} does not exist; run `cargo xtask test`", program.display());
    program
}

/// Tests are in `deps` inside the programs' folder.
fn beside_the_test() -> Option<PathBuf> {
    let test = std::env::current_exe().ok()?;
    Some(test.parent()?.parent()?.join("tieline"))
}

/// The program, to be run at a place: without this process's settings, in the place's folder, which has no
/// settings file unless the test writes one.
#[must_use]
pub fn command(place: &Place) -> Command {
    let mut command = Command::new(path());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("TIELINE_") {
            command.env_remove(name);
        }
    }
    command.current_dir(place.folder()).stdin(Stdio::null());
    command
}
