//! The folder that a demo works in if none is named.

use std::fs::DirBuilder;
use std::path::PathBuf;

/// A new folder, which is removed when this is dropped.
pub(super) struct Temporary {
    pub(super) folder: PathBuf,
}

impl Temporary {
    pub(super) fn make() -> Result<Self, String> {
        let mut builder = DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        let mut n = 0;
        loop {
            n += 1;
            let name = format!("tieline-demo-{}-{n}", std::process::id());
            let folder = std::env::temp_dir().join(name);
            // An existing one belongs to another demo, or was left by a killed one.
            match builder.create(&folder) {
                Ok(()) => return Ok(Self { folder }),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(format!("cannot create {}: {error}", folder.display())),
            }
        }
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.folder) {
            tracing::warn!(folder = %self.folder.display(), %error, "cannot remove the demo's folder");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Temporary;

    #[test]
    fn each_demo_has_a_folder_of_its_own_and_leaves_none() {
        let (one, other) = (Temporary::make().unwrap(), Temporary::make().unwrap());
        assert_ne!(one.folder, other.folder);
        std::fs::write(one.folder.join("tieline.db"), "x").unwrap();
        let folder = one.folder.clone();
        drop(one);
        assert!(!folder.exists() && other.folder.exists());
    }
}
