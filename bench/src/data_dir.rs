//! Temporary data directories.

use std::path::{Path, PathBuf};

/// A directory that is removed with everything in it when this is dropped.
pub(crate) struct DataDir(PathBuf);

impl DataDir {
    /// Makes an empty directory for `load` below `root`, or below the system's temporary directory.
    pub(crate) fn make(root: Option<&Path>, load: &str) -> Result<Self, String> {
        let root = root.map_or_else(std::env::temp_dir, Path::to_path_buf);
        let path = root.join(format!("tieline-bench-{}-{load}", std::process::id()));
        std::fs::create_dir_all(&root)
            .and_then(|()| std::fs::create_dir(&path))
            .map_err(|error| format!("cannot make the data directory {}: {error}", path.display()))?;
        Ok(Self(path))
    }

    /// Makes an empty directory inside.
    pub(crate) fn folder(&self, name: &str) -> Result<PathBuf, String> {
        let path = self.0.join(name);
        std::fs::create_dir(&path).map_err(|error| format!("cannot make {}: {error}", path.display()))?;
        Ok(path)
    }

    /// The path of a file inside.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for DataDir {
    fn drop(&mut self) {
        // What cannot be removed lies in a temporary directory; a result is not withheld for it.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goes_with_everything_in_it() {
        let dir = DataDir::make(None, "test").unwrap();
        let folder = dir.folder("a").unwrap();
        std::fs::write(folder.join("b"), "c").unwrap();
        drop(dir);
        assert!(!folder.exists());
    }
}
