//! Scripts that use third-party packages: HighLevel's client and Stripe's.

use crate::child::finish;
use std::path::Path;
use std::process::Command;

/// Runs `e2e/node/{script}` with settings and an input, and returns what it printed.
///
/// # Panics
/// If Node or the packages are missing, or the script fails; the message holds its output.
#[must_use]
pub fn run(script: &str, settings: &[(&str, &str)], input: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("node");
    let node = Command::new("node").arg("--version").output();
    assert!(node.is_ok(), "Node is missing; install it: sudo apt-get install nodejs npm");
    assert!(
        folder.join("node_modules/stripe").is_dir(),
        "the npm packages are missing; install them: npm ci --prefix e2e/node"
    );
    let mut command = Command::new("node");
    command.arg(folder.join(script)).envs(settings.iter().copied());
    let (code, stdout, stderr) = finish(command, input);
    assert_eq!(code, Some(0), "{script} failed:\n{stdout}\n{stderr}");
    stdout
}
