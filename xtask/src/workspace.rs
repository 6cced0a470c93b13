//! Where the repository and its build output are, and how cargo is called in it.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The checkout that this program belongs to.
#[derive(Clone, Debug)]
pub(crate) struct Workspace {
    root: PathBuf,
    target: PathBuf,
}

impl Workspace {
    /// Finds the checkout that `cargo xtask` was called in.
    pub(crate) fn find() -> Result<Self, String> {
        let package = env::var_os("CARGO_MANIFEST_DIR").ok_or("call this as `cargo xtask …`")?;
        let root = Path::new(&package).parent().ok_or("the package xtask has no parent folder")?;
        // This program is in target/debug, whatever cargo's settings name the target folder.
        let program = env::current_exe().map_err(|error| format!("cannot find this program: {error}"))?;
        let target = program.ancestors().nth(2).ok_or("this program is not in a target folder")?;
        Ok(Self { root: root.to_owned(), target: target.to_owned() })
    }

    /// A file or folder of the repository.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// A program that cargo has built: `profile` is `debug` or `release`.
    pub(crate) fn program(&self, profile: &str, name: &str) -> PathBuf {
        self.target.join(profile).join(name)
    }

    /// Cargo, the same one that runs this program, at the repository's root.
    pub(crate) fn cargo(&self) -> Command {
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.current_dir(&self.root);
        // Cargo describes this package in its environment. Build scripts that read such variables would run
        // again each time that cargo is called from here and then from a shell.
        for (name, _) in env::vars_os().filter(|(name, _)| describes_package(&name.to_string_lossy())) {
            cargo.env_remove(name);
        }
        cargo
    }
}

fn describes_package(variable: &str) -> bool {
    variable.starts_with("CARGO_PKG_") || variable.starts_with("CARGO_MANIFEST_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_is_called_at_the_root_without_a_trace_of_this_package() {
        let workspace = Workspace::find().unwrap();
        assert!(workspace.path("xtask/src/workspace.rs").is_file());
        let cargo = workspace.cargo();
        let removed = cargo.get_envs().any(|(name, value)| name == "CARGO_MANIFEST_DIR" && value.is_none());
        assert!(removed, "{cargo:?}");
    }
}
