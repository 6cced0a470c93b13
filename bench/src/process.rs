//! Servers under load, each a child process.

use crate::interrupt;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// What a server writes, before its address, when it can answer.
pub(crate) const READY: &str = "listening on http://";

/// How long a server may take until it can answer, and until it has ended after SIGTERM.
const PATIENCE: Duration = Duration::from_secs(30);

/// A child process that answers HTTP. Dropping it ends it: SIGTERM first, then by force.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    child: Running,
    name: String,
    log: PathBuf,
}

struct Running(Child);

impl Server {
    /// Starts `command` and waits until it says where it listens. Its standard error goes to the file `log`.
    pub(crate) fn start(name: &str, mut command: Command, log: PathBuf) -> Result<Self, String> {
        let failed = |error: std::io::Error| format!("cannot start {name}: {error}");
        let errors = File::create(&log).map_err(failed)?;
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(errors);
        let mut child = Running(command.spawn().map_err(failed)?);
        let Some(stdout) = child.0.stdout.take() else {
            return Err(format!("{name} was started without an output to read"));
        };
        let address = first_address(stdout)
            .ok_or_else(|| format!("{name} never wrote `{READY}HOST:PORT`.{}", tail(&log)))?;
        Ok(Self { address, child, name: name.to_owned(), log })
    }

    /// Puts the server's name before an error, and the end of its log behind it. An end that was asked for
    /// is not the server's doing and stays as it is.
    pub(crate) fn explain(&self, error: &str) -> String {
        if interrupt::asked() {
            return error.to_owned();
        }
        format!("{} (process {}): {error}{}", self.name, self.child.0.id(), tail(&self.log))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // The standard library can only kill; the shell's own `kill` sends the gentle signal without unsafe
        // code of ours. The child has not been waited for, so its id is still its own.
        let terminate = format!("kill -TERM {}", self.0.id());
        let _ = Command::new("sh").args(["-c", &terminate]).stderr(Stdio::null()).status();
        let start = Instant::now();
        while start.elapsed() < PATIENCE && matches!(self.0.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_millis(5));
        }
        // Nothing is left to do where these fail: the process has ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The address from the server's output, whose rest is read on and thrown away so that the pipe never fills.
fn first_address(stdout: ChildStdout) -> Option<SocketAddr> {
    let (found, address) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            if let Some(address) = address_in(&line) {
                // Whoever asked has stopped waiting where this fails.
                let _ = found.send(address);
            }
        }
    });
    address.recv_timeout(PATIENCE).ok()
}

fn address_in(line: &str) -> Option<SocketAddr> {
    line.trim().strip_prefix(READY)?.trim_end_matches('/').parse().ok()
}

/// The last lines of a log, on lines of their own.
fn tail(log: &Path) -> String {
    let text = std::fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    let last = lines.iter().skip(lines.len().saturating_sub(8));
    last.flat_map(|line| ["\n  | ", line]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data_dir::DataDir;

    fn start(script: &str, dir: &DataDir) -> Result<Server, String> {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        Server::start("the server", command, dir.file("log"))
    }

    #[test]
    fn is_ended_when_dropped() {
        let dir = DataDir::make(None, "process-drop").unwrap();
        let server = start("echo hello; echo listening on http://127.0.0.1:81; exec sleep 60", &dir).unwrap();
        assert_eq!(server.address, "127.0.0.1:81".parse().unwrap());
        let process = PathBuf::from(format!("/proc/{}", server.child.0.id()));
        assert!(process.exists());
        drop(server);
        assert!(!process.exists());
    }

    #[test]
    fn one_that_ends_at_once_is_told_with_its_last_words() {
        let dir = DataDir::make(None, "process-fail").unwrap();
        let Err(message) = start("echo no licence >&2; exit 1", &dir) else { panic!("it started") };
        assert!(message.contains("never wrote") && message.contains("no licence"), "{message}");
    }
}
