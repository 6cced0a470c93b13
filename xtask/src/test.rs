//! `cargo xtask test`: all tests, and the set-up for them.

use crate::node;
use crate::postgres::Server;
use crate::process;
use crate::stage::Stages;
use crate::tally;
use crate::workspace::Workspace;

/// Prepares what the tests need, builds and runs them all.
pub(crate) fn run(workspace: &Workspace, stages: &mut Stages) -> Result<(), String> {
    stages.stage("npm packages", || node::prepare(workspace))?;
    let mut server = None;
    stages.stage("PostgreSQL", || {
        let started = Server::start()?;
        let remark = started.remark();
        server = Some(started);
        Ok(remark)
    })?;
    stages.stage("build", || build(workspace))?;
    // The server lives until its last user is done.
    let url = server.as_ref().map(Server::url).unwrap_or_default();
    stages.stage("tests", || test(workspace, &url))
}

/// Builds the program that the end-to-end tests drive, and all tests.
fn build(workspace: &Workspace) -> Result<String, String> {
    process::run(workspace.cargo().args(["build", "--package", "tieline"]))?;
    process::run(workspace.cargo().args(["test", "--workspace", "--no-run", "--quiet"]))?;
    Ok(String::new())
}

fn test(workspace: &Workspace, postgres_url: &str) -> Result<String, String> {
    let mut cargo = workspace.cargo();
    cargo.args(["test", "--workspace", "--no-fail-fast", "--quiet"]);
    cargo.env(tieline_pgtest::URL_VARIABLE, postgres_url);
    cargo.env("TIELINE_BIN", workspace.program("debug", "tieline"));
    let (status, tally) = tally::run(&mut cargo, std::io::stdout())?;
    if status.success() { Ok(tally.remark()) } else { Err(format!("{}; {status}", tally.remark())) }
}
