//! What the figures were measured on.

use std::path::Path;

/// The machine, as far as it matters to the figures.
#[derive(Clone, Debug, serde::Serialize)]
pub(crate) struct Machine {
    cores: usize,
    kernel: String,
    /// Device and file system that the data directories lie on, such as `/dev/vda (ext4)`.
    disk: String,
}

impl Machine {
    /// Looks at the machine, and at the disk below `data`.
    pub(crate) fn look(data: &Path) -> Self {
        let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
        let kernel = read("/proc/sys/kernel/osrelease").trim().to_owned();
        let data = data.canonicalize().unwrap_or_else(|_| data.to_owned());
        Self {
            cores: std::thread::available_parallelism().map_or(1, Into::into),
            kernel: if kernel.is_empty() { "unknown".to_owned() } else { kernel },
            disk: disk(&read("/proc/self/mounts"), &data),
        }
    }

    /// One line that says it all.
    pub(crate) fn line(&self) -> String {
        let Self { cores, kernel, disk } = self;
        format!("{cores} cores, kernel {kernel}, data on {disk}; load generator on the same machine")
    }
}

/// The mount that `path` lies on: the one with the longest matching path, the later one of two alike.
fn disk(mounts: &str, path: &Path) -> String {
    mounts
        .lines()
        .filter_map(|line| {
            let mut words = line.split(' ');
            Some((words.next()?, Path::new(words.next()?), words.next()?))
        })
        .filter(|(_, mount, _)| path.starts_with(mount))
        .max_by_key(|(_, mount, _)| mount.as_os_str().len())
        .map_or_else(
            || "an unknown disk".to_owned(),
            |(device, _, kind)| match kind {
                "tmpfs" | "ramfs" => format!("{kind}, IN MEMORY: nothing here was durable"),
                _ => format!("{device} ({kind})"),
            },
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str = "/dev/vda / ext4 rw 0 0\ntmpfs /tmp tmpfs rw 0 0\n/dev/vdb /tmpdata xfs rw 0 0\n";

    #[test]
    fn the_nearest_mount_counts() {
        assert_eq!(disk(MOUNTS, Path::new("/var/x")), "/dev/vda (ext4)");
        assert_eq!(disk(MOUNTS, Path::new("/tmpdata/x")), "/dev/vdb (xfs)");
        assert_eq!(disk("", Path::new("/x")), "an unknown disk");
    }

    #[test]
    fn a_disk_in_memory_is_called_out() {
        assert!(disk(MOUNTS, Path::new("/tmp/x")).contains("IN MEMORY"));
    }
}
