//! Node, npm and the npm packages that the end-to-end tests use.

use crate::process;
use crate::workspace::Workspace;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

/// The oldest Node that the packages run on, as major and minor version.
const OLDEST: (u32, u32) = (20, 19);

/// Checks Node and npm and installs the packages of `e2e/node` if they are missing or older than the lock
/// file. Returns what is installed, for the summary.
///
/// # Errors
/// One line that says what to install.
pub(crate) fn prepare(workspace: &Workspace) -> Result<String, String> {
    let version = process::output(Command::new("node").arg("--version"))
        .ok_or_else(|| format!("Node is missing; {}", install()))?;
    if is_too_old(&version) {
        return Err(format!("Node {version} is too old; {}", install()));
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

fn install() -> String {
    let (major, minor) = OLDEST;
    format!("install Node {major}.{minor} or newer, from your system's packages or from https://nodejs.org")
}

/// Whether a version is older than [`OLDEST`], or no version at all.
fn is_too_old(version: &str) -> bool {
    numbers(version).is_none_or(|numbers| numbers < OLDEST)
}

/// The first two numbers of `v20.19.0`.
fn numbers(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.strip_prefix('v')?.split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
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
    fn node_20_19_is_new_enough_and_nothing_before_it() {
        for new in ["v20.19.0", "v20.20.2", "v22.0.0", "v100.1.0"] {
            assert!(!is_too_old(new), "{new}");
        }
        for old in ["v20.18.9", "v18.20.0", "20.19.0", "v20", "vNext", ""] {
            assert!(is_too_old(old), "{old}");
        }
        assert!(install().contains("20.19"));
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
