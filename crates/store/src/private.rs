//! Folders and files that only their owner may read, because they hold contacts and secrets.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::Result;
use std::path::Path;

/// Creates a folder, and its parents, with the mode 0700. An existing folder keeps its mode: its owner may
/// have opened it to others on purpose.
///
/// # Errors
/// What the system reports.
pub fn folder(path: &Path) -> Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Opens a file for writing and keeps its contents. If it does not exist, it is created with the mode 0600.
///
/// # Errors
/// What the system reports.
pub fn file(path: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[tokio::test]
    async fn nobody_else_can_read_the_database() {
        let above = std::env::temp_dir().join(format!("tieline-private-{}", std::process::id()));
        let folder = above.join("data");
        let target = crate::Target::Folder(folder.clone());
        let store = crate::Store::open(&target, crate::Options::default()).await.unwrap();
        store.read(crate::locations::List).await.unwrap();
        assert_eq!((mode(&above), mode(&folder)), (0o700, 0o700));
        for name in ["tieline.db", "tieline.db-wal", "tieline.db-shm"] {
            assert_eq!(mode(&folder.join(name)), 0o600, "{name}");
        }
        std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o750)).unwrap();
        super::folder(&folder).unwrap();
        assert_eq!(mode(&folder), 0o750, "an existing folder keeps its mode");
        drop(store);
        std::fs::remove_dir_all(above).unwrap();
    }
}
