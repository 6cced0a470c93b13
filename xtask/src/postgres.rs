//! The PostgreSQL server that the tests run on.

use crate::process;
use crate::stage::say;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::process::Command;
use tieline_pgtest::{Cluster, server_binaries, url_from_environment};

/// The hint for people who must install it themselves.
const INSTALL: &str = "install PostgreSQL: sudo apt-get install postgresql";

/// A server for the tests. One that was started here is stopped when this is dropped.
#[derive(Debug)]
pub(crate) enum Server {
    /// The one that the environment names.
    Given(String),
    /// One started here.
    Started(Cluster),
}

impl Server {
    /// The server that the environment names, or else a new one. As root on a Debian-like system, a missing
    /// PostgreSQL is installed.
    ///
    /// # Errors
    /// One line that says what to install, or why the server did not start.
    pub(crate) fn start() -> Result<Self, String> {
        if let Some(url) = url_from_environment() {
            return Ok(Self::Given(url));
        }
        if server_binaries().is_none() {
            install()?;
        }
        Cluster::start().map(Self::Started)
    }

    /// The URL to connect with.
    pub(crate) fn url(&self) -> String {
        match self {
            Self::Given(url) => url.clone(),
            Self::Started(cluster) => cluster.url(),
        }
    }

    /// Which server this is, for the summary. The URL is left out: a given one may hold a password.
    pub(crate) fn remark(&self) -> String {
        match self {
            Self::Given(_) => format!("the server that {} names", tieline_pgtest::URL_VARIABLE),
            Self::Started(cluster) => format!("started in {}", cluster.socket_directory().display()),
        }
    }
}

fn install() -> Result<(), String> {
    let apt = process::output(Command::new("apt-get").arg("--version")).is_some();
    if !(apt && is_root()) {
        return Err(INSTALL.to_owned());
    }
    say("PostgreSQL is missing; installing Debian's package");
    apt_get(&["update", "-qq"])?;
    apt_get(&["install", "-y", "-qq", "--no-install-recommends", "postgresql"])?;
    server_binaries().map(|_| ()).ok_or_else(|| INSTALL.to_owned())
}

fn apt_get(arguments: &[&str]) -> Result<(), String> {
    process::run(Command::new("apt-get").args(arguments).env("DEBIAN_FRONTEND", "noninteractive"))
        .map_err(|error| format!("{error}; {INSTALL}"))
}

/// The process' entry in /proc belongs to its user.
fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|metadata| metadata.uid() == 0)
}
