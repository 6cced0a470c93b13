//! Node, npm and the npm packages that the end-to-end tests use.

use crate::process;
use crate::workspace::Workspace;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

/// The oldest major version of Node that the packages run on.
const OLDEST: u32 = 18;

/// Checks Node and npm and installs the packages of `e2e/node` where they are missing or older than the lock
/// file. Returns what is there, for the summary.
///
/// # Errors
/// One line that says what to install.
pub(crate) fn prepare(workspace: &Workspace) -> Result<String, String> {
    let version = process::output(Command::new("node").arg("--version"))
        .ok_or_else(|| format!("install Node {OLDEST} or newer: sudo apt-get install nodejs npm"))?;
    if major(&version).is_none_or(|major| major < OLDEST) {
        return Err(format!("Node {version} is too old; install Node {OLDEST} or newer"));
    }
    process::output(Command::new("npm").arg("--version"))
        .ok_or("npm is missing; install it: sudo apt-get install npm")?;
    let folder = workspace.path("e2e/node");
    if is_current(&folder) {
        return Ok(format!("Node {version}, packages up to date"));
    }
    let mut npm = Command::new("npm");
    npm.args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]).current_dir(&folder);
    process::run(&mut npm)?;
    Ok(format!("Node {version}, packages installed"))
}

/// The number before the first dot of `v20.1.0`.
fn major(version: &str) -> Option<u32> {
    version.strip_prefix('v')?.split('.').next()?.parse().ok()
}

/// Whether npm's own record of what it has installed is as new as the lock file.
fn is_current(folder: &Path) -> bool {
    let changed =
        |file: &str| -> Option<SystemTime> { fs::metadata(folder.join(file)).ok()?.modified().ok() };
    let installed = changed("node_modules/.package-lock.json");
    installed.is_some() && installed >= changed("package-lock.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_major_version() {
        assert_eq!(major("v20.20.2"), Some(20));
        assert_eq!(major("20"), None);
        assert_eq!(major("vNext"), None);
    }

    #[test]
    fn packages_older_than_the_lock_are_not_current() {
        let folder = std::env::temp_dir().join(format!("tieline-node-{}", std::process::id()));
        let (lock, installed) =
            (folder.join("package-lock.json"), folder.join("node_modules/.package-lock.json"));
        fs::create_dir_all(folder.join("node_modules")).unwrap();
        fs::write(&lock, "{}").unwrap();
        assert!(!is_current(&folder), "nothing is installed");
        fs::write(&installed, "{}").unwrap();
        assert!(is_current(&folder));
        fs::File::options()
            .write(true)
            .open(&installed)
            .unwrap()
            .set_modified(SystemTime::UNIX_EPOCH)
            .unwrap();
        assert!(!is_current(&folder), "the lock file is newer");
        fs::remove_dir_all(&folder).unwrap();
    }
}
