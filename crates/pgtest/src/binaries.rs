//! Where PostgreSQL's server programs are.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// Where Debian and its relatives keep the server programs, one folder per major version, outside `PATH`.
const DEBIAN: &str = "/usr/lib/postgresql";

/// The folder that holds `initdb` and `postgres`: one of `PATH`, else the newest one from Debian's
/// packages. None if PostgreSQL's server is not installed.
#[must_use]
pub fn server_binaries() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).find_map(|folder| complete(&folder)).or_else(|| newest(Path::new(DEBIAN)))
}

/// The folder that the programs themselves are in, if `folder` has both or links to both.
fn complete(folder: &Path) -> Option<PathBuf> {
    let real = fs::canonicalize(folder.join("initdb")).ok()?.parent()?.to_owned();
    (real.join("initdb").is_file() && real.join("postgres").is_file()).then_some(real)
}

fn newest(versions: &Path) -> Option<PathBuf> {
    let folders = fs::read_dir(versions).ok()?.flatten();
    let mut found: Vec<(u32, PathBuf)> = folders
        .filter_map(|folder| {
            let version = folder.file_name().to_str()?.parse().ok()?;
            Some((version, complete(&folder.path().join("bin"))?))
        })
        .collect();
    found.sort();
    found.pop().map(|(_, folder)| folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_newest_version_that_is_complete() {
        let versions = env::temp_dir().join(format!("tieline-pg-versions-{}", std::process::id()));
        for (version, programs) in
            [("9", &["initdb", "postgres"][..]), ("15", &["initdb", "postgres"]), ("17", &["initdb"])]
        {
            let bin = versions.join(version).join("bin");
            fs::create_dir_all(&bin).unwrap();
            for program in programs {
                fs::write(bin.join(program), "").unwrap();
            }
        }
        let found = newest(&versions).unwrap();
        assert!(found.ends_with("15/bin"), "{}", found.display());
        fs::remove_dir_all(&versions).unwrap();
    }

    #[test]
    fn no_folder_means_not_installed() {
        assert_eq!(newest(Path::new("/nowhere/at/all")), None);
    }
}
