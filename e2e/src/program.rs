//! The program under test.

use crate::place::Place;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// The program: what `TIELINE_BIN` names, else `tieline` in the folder of the build that the test is of.
///
/// # Panics
/// Where it is not there.
#[must_use]
pub fn path() -> PathBuf {
    let program = match std::env::var_os("TIELINE_BIN") {
        Some(path) => PathBuf::from(path),
        None => beside_the_test().expect("the test knows where it is"),
    };
    assert!(program.is_file(), "{} is not there; run `cargo xtask test`", program.display());
    program
}

/// Tests are in `deps` of the folder that programs are in.
fn beside_the_test() -> Option<PathBuf> {
    let test = std::env::current_exe().ok()?;
    Some(test.parent()?.parent()?.join("tieline"))
}

/// The program, to be run at a place: with nothing of this process's settings, in the place's folder, where
/// no settings file lies unless a test puts one there.
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
