//! `cargo xtask ci`: what must pass before a change is merged.

use crate::process::{self, run};
use crate::stage::{Stages, say};
use crate::test;
use crate::workspace::Workspace;
use std::process::Stdio;

/// Runs the checks, the quick ones first, and stops at the first that fails.
pub(crate) fn run_all(workspace: &Workspace, stages: &mut Stages) -> Result<(), String> {
    let cargo = |arguments: &[&str]| run(workspace.cargo().args(arguments)).map(|()| String::new());
    stages.stage("format", || cargo(&["fmt", "--all", "--check"]))?;
    stages.stage("lints", || {
        cargo(&["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"])
    })?;
    stages.stage("dependencies", || dependencies(workspace))?;
    stages.stage("documents", || documents(workspace))?;
    test::run(workspace, stages)
}

fn documents(workspace: &Workspace) -> Result<String, String> {
    let mut cargo = workspace.cargo();
    cargo.args(["doc", "--no-deps", "--workspace", "--quiet"]).env("RUSTDOCFLAGS", "-D warnings");
    run(&mut cargo).map(|()| String::new())
}

/// Licences, sources, duplicates and known vulnerabilities, by the rules in `deny.toml`.
fn dependencies(workspace: &Workspace) -> Result<String, String> {
    if process::output(workspace.cargo().args(["deny", "--version"])).is_none() {
        run(workspace.cargo().args(["install", "cargo-deny", "--locked"]))?;
    }
    let check =
        |what: &[&str]| run(workspace.cargo().args(["deny", "--log-level", "error", "check"]).args(what));
    if can_fetch_advisories(workspace) {
        return check(&[]).map(|()| "advisories, bans, licences, sources".to_owned());
    }
    let remark = "advisories were NOT checked: their database could not be fetched from the network";
    say(remark);
    check(&["bans", "licenses", "sources"]).map(|()| remark.to_owned())
}

fn can_fetch_advisories(workspace: &Workspace) -> bool {
    let mut fetch = workspace.cargo();
    fetch.args(["deny", "fetch", "db"]).stdout(Stdio::null()).stderr(Stdio::null());
    run(&mut fetch).is_ok()
}
