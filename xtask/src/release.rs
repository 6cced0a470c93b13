//! Release builds, and running their programs.

use crate::process;
use crate::workspace::Workspace;
use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

/// Builds packages with the release profile, into `target/release`.
pub(crate) fn build(workspace: &Workspace, packages: &[&str]) -> Result<(), String> {
    let mut cargo = workspace.cargo();
    cargo.args(["build", "--release"]);
    for package in packages {
        cargo.args(["--package", package]);
    }
    process::run(&mut cargo)
}

/// Builds Tieline and becomes `tieline COMMAND ARGUMENTS`, in the caller's folder.
pub(crate) fn tieline(workspace: &Workspace, command: &str, arguments: &[OsString]) -> Result<(), String> {
    build(workspace, &["tieline"])?;
    let program = workspace.program("release", "tieline");
    Err(replace_by(Command::new(&program).arg(command).args(arguments), &program))
}

/// Builds Tieline and the load generator and becomes the latter, at the repository's root, because it expects
/// Tieline in `target/release` there.
pub(crate) fn bench(workspace: &Workspace, arguments: &[OsString]) -> Result<(), String> {
    build(workspace, &["tieline", "bench"])?;
    let program = workspace.program("release", "bench");
    Err(replace_by(Command::new(&program).args(arguments).current_dir(workspace.path("")), &program))
}

/// Replaces this process, so that signals reach the program itself. Returns only if that fails.
fn replace_by(command: &mut Command, program: &Path) -> String {
    format!("cannot run {}: {}", program.display(), command.exec())
}
