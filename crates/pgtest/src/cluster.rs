//! A throw-away cluster: one server, in a directory of its own.

use crate::account::{self, Account};
use crate::binaries::server_binaries;
use crate::tls::Tls;
use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileExt, MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Creates the cluster, runs its server and cleans up; see the comments in it.
const GUARD: &str = include_str!("guard.sh");

/// How long creating a cluster and starting its server may take: a second or two on an idle machine.
const START_LIMIT: Duration = Duration::from_secs(120);

/// Where the directories are created. `TMPDIR` may be a place that the server's account can't enter, and a
/// socket's path must be shorter than some of them are.
const PARENT: &str = "/tmp";

/// A PostgreSQL server for tests. It is stopped and its data removed when this is dropped, and also when
/// this process ends without dropping it, for example by Ctrl-C or SIGKILL.
///
/// The server listens on a Unix socket in a directory that other users can't enter. One that was started
/// [with TLS](Cluster::start_with_tls) listens on the loopback address as well. It runs with PostgreSQL's own settings, so with fsync on, but for 200 connections instead of 100. The
/// encoding is UTF-8 and the locale `C`.
#[derive(Debug)]
pub struct Cluster {
    directory: PathBuf,
    /// The shell that runs [`GUARD`]; the server is its child. Closing its standard input stops both.
    guard: Child,
    /// The port of 127.0.0.1, if it listens there.
    port: Option<u16>,
}

const MISSING: &str = "PostgreSQL's server is missing; install it: sudo apt-get install postgresql";

impl Cluster {
    /// Creates a cluster, starts its server and waits until it accepts connections.
    ///
    /// As root the server runs under the account `postgres` or, without one, `nobody`, because PostgreSQL
    /// refuses to run as root.
    ///
    /// # Errors
    /// One sentence for a person: PostgreSQL is not installed and how to install it, or what PostgreSQL itself
    /// reported. Nothing is left behind.
    pub fn start() -> Result<Self, String> {
        Self::start_with(&server_binaries().ok_or(MISSING)?, None)
    }

    /// The same with a server that also listens on a port of 127.0.0.1, where it accepts only TLS and asks for
    /// passwords. The certificate and its key are in PEM.
    ///
    /// # Errors
    /// As [`Cluster::start`].
    pub fn start_with_tls(certificate: &str, key: &str) -> Result<Self, String> {
        let binaries = server_binaries().ok_or(MISSING)?;
        Self::start_with(&binaries, Some(&Tls { certificate, key }))
    }

    fn start_with(binaries: &Path, tls: Option<&Tls<'_>>) -> Result<Self, String> {
        let directory = make_directory()
            .map_err(|error| format!("cannot make a directory for PostgreSQL in {PARENT}: {error}"))?;
        Self::start_in(&directory, binaries, tls).map_err(|error| {
            // If the guard has run, it has removed the directory already.
            let _gone_already = fs::remove_dir_all(&directory);
            format!("PostgreSQL did not start in {}: {error}", directory.display())
        })
    }

    fn start_in(directory: &Path, binaries: &Path, tls: Option<&Tls<'_>>) -> Result<Self, String> {
        let account = hand_over(directory)?;
        let network = match tls {
            Some(tls) => Some(tls.put_into(directory, account)?),
            None => None,
        };
        let log = File::options()
            .read(true)
            .append(true)
            .create_new(true)
            .open(directory.join("log"))
            .map_err(|error| format!("cannot write its log: {error}"))?;
        let arguments = network.as_ref().map_or(&[][..], |network| &network.arguments);
        let guard = guard(directory, binaries, account, &log)
            .and_then(|mut command| command.args(arguments).spawn())
            .map_err(|error| format!("cannot run sh: {error}"))?;
        let port = network.map(|network| network.port);
        let mut cluster = Self { directory: directory.to_owned(), guard, port };
        cluster.wait_until_ready(&log)?;
        Ok(cluster)
    }

    /// A URL to connect with as the superuser `postgres`, to the database `postgres`. Another database's URL
    /// is the same up to the last slash.
    #[must_use]
    pub fn url(&self) -> String {
        let port = self.port.map(|port| format!(":{port}")).unwrap_or_default();
        format!("postgres://postgres@{}{port}/postgres", percent_encoded(&self.directory))
    }

    /// The port of 127.0.0.1 that it listens on; none for a server without TLS.
    #[must_use]
    pub const fn port(&self) -> Option<u16> {
        self.port
    }

    /// The directory that the server's Unix socket is in; clients take it as the host.
    #[must_use]
    pub fn socket_directory(&self) -> &Path {
        &self.directory
    }

    fn wait_until_ready(&mut self, log: &File) -> Result<(), String> {
        let started = Instant::now();
        while !self.is_ready() {
            match self.guard.try_wait() {
                Ok(None) if started.elapsed() < START_LIMIT => thread::sleep(Duration::from_millis(20)),
                Ok(None) => return Err(format!("it took more than {} s", START_LIMIT.as_secs())),
                Ok(Some(_)) => return Err(end_of_log(log)),
                Err(error) => return Err(format!("cannot wait for sh: {error}")),
            }
        }
        Ok(())
    }

    /// PostgreSQL writes its state into the last line of this file for other programs.
    fn is_ready(&self) -> bool {
        fs::read_to_string(self.directory.join("data/postmaster.pid"))
            .is_ok_and(|text| text.lines().nth(7).is_some_and(|state| state.trim() == "ready"))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        // If waiting fails, it has ended already, which is the goal.
        let _ended = self.guard.wait();
    }
}

/// A new directory that only its owner may enter.
fn make_directory() -> io::Result<PathBuf> {
    (0..1000)
        .map(|n| Path::new(PARENT).join(format!("tieline-pg-{}-{n}", std::process::id())))
        .find_map(|path| match DirBuilder::new().mode(0o700).create(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => None,
            made => Some(made.map(|()| path)),
        })
        .unwrap_or_else(|| Err(io::ErrorKind::AlreadyExists.into()))
}

/// Gives the directory to the account that the server runs under, if that is not our own.
fn hand_over(directory: &Path) -> Result<Option<Account>, String> {
    let failed = |error: io::Error| format!("cannot hand the directory to PostgreSQL's account: {error}");
    if fs::metadata(directory).map_err(failed)?.uid() != 0 {
        return Ok(None);
    }
    let account = account::in_place_of_root()?;
    chown(directory, Some(account.uid), Some(account.gid)).map_err(failed)?;
    Ok(Some(account))
}

/// The command that runs [`GUARD`], in a process group of its own, so that Ctrl-C does not stop it.
fn guard(directory: &Path, binaries: &Path, account: Option<Account>, log: &File) -> io::Result<Command> {
    let mut command = Command::new("sh");
    command.args(["-c", GUARD, "tieline-pg"]).arg(binaries).arg(directory);
    command.stdin(Stdio::piped()).stdout(log.try_clone()?).stderr(log.try_clone()?);
    command.current_dir(directory).process_group(0);
    // A client's settings must not reach a server that must be the same for everyone.
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PG")) {
        command.env_remove(name);
    }
    if let Some(account) = account {
        command.gid(account.gid).uid(account.uid);
    }
    Ok(command)
}

/// The end of the log. It is read through the open file, because the guard has removed its name.
fn end_of_log(log: &File) -> String {
    let length = log.metadata().map_or(0, |metadata| metadata.len());
    let mut text = vec![0; 4096];
    let read = log.read_at(&mut text, length.saturating_sub(4096)).unwrap_or(0);
    let text = String::from_utf8_lossy(&text[..read]);
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let end = lines[lines.len().saturating_sub(4)..].join("; ");
    if end.is_empty() { "it ended without a message".to_owned() } else { end }
}

/// A path as the host of a URL: everything but letters, digits and `-_.` is encoded.
fn percent_encoded(path: &Path) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let encode = |byte: &u8| {
        if plain(*byte) { char::from(*byte).to_string() } else { format!("%{byte:02X}") }
    };
    path.as_os_str().as_encoded_bytes().iter().map(encode).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_failed_start_says_why_and_leaves_nothing() {
        let binaries = Path::new(PARENT).join(format!("tieline-no-pg-{}", std::process::id()));
        fs::create_dir(&binaries).unwrap();
        let initdb = binaries.join("initdb");
        fs::write(&initdb, "#!/bin/sh\necho no space left; exit 1\n").unwrap();
        fs::set_permissions(&initdb, fs::Permissions::from_mode(0o755)).unwrap();

        let error = Cluster::start_with(&binaries, None).unwrap_err();
        fs::remove_dir_all(&binaries).unwrap();
        assert!(error.ends_with("no space left"), "{error}");
        let directory = error.split(' ').find_map(|word| word.strip_suffix(':')).unwrap();
        assert!(directory.starts_with("/tmp/tieline-pg-") && !Path::new(directory).exists(), "{error}");
    }

    #[test]
    fn a_path_becomes_a_host() {
        assert_eq!(percent_encoded(Path::new("/tmp/tieline-pg-1-0")), "%2Ftmp%2Ftieline-pg-1-0");
        assert_eq!(percent_encoded(Path::new("/a b/ü@")), "%2Fa%20b%2F%C3%BC%40");
    }
}
