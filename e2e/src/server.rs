//! A running server.

use crate::child::end;
use crate::place::Place;
use crate::program;
use crate::wait::PATIENCE;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::time::Instant;

/// What the server writes before its address when it is ready.
const READY: &str = "listening on http://";

static COUNT: AtomicU32 = AtomicU32::new(1);

/// A running server. It is killed when this is dropped; a test that fails shows the end of its log.
#[derive(Debug)]
pub struct Server {
    /// The address that it listens on.
    pub address: SocketAddr,
    child: Child,
    lines: Receiver<String>,
    log: PathBuf,
}

impl Server {
    /// Starts `tieline serve` on a free port.
    ///
    /// # Panics
    /// If it does not start.
    #[must_use]
    pub fn start(place: &Place) -> Self {
        Self::start_with(place, &[])
    }

    /// The same with further flags.
    ///
    /// # Panics
    /// If it does not start.
    #[must_use]
    pub fn start_with(place: &Place, flags: &[&str]) -> Self {
        let mut command = program::command(place);
        command.arg("serve").args(place.flags()).args(["--listen", "127.0.0.1:0"]).args(flags);
        Self::run(place, command)
    }

    /// Starts `tieline demo` on a free port.
    ///
    /// # Panics
    /// If it does not start.
    #[must_use]
    pub fn demo(place: &Place) -> Self {
        let mut command = program::command(place);
        command.arg("demo").args(place.flags()).args(["--listen", "127.0.0.1:0"]);
        Self::run(place, command)
    }

    /// Starts a command that serves, with the settings of the caller, and waits until it answers.
    ///
    /// # Panics
    /// If it does not start.
    #[must_use]
    pub fn run(place: &Place, command: Command) -> Self {
        let mut server = Self::spawn(place, command);
        let line = server.line(|line| line.starts_with(READY));
        server.address = line.trim_start_matches(READY).parse().expect("the server prints its address");
        server
    }

    /// Starts such a command without waiting for it: it may not answer yet, and its address is not known.
    ///
    /// # Panics
    /// If the program cannot be run.
    #[must_use]
    pub fn spawn(place: &Place, mut command: Command) -> Self {
        let log = place.folder().join(format!("server-{}.log", COUNT.fetch_add(1, Ordering::Relaxed)));
        let errors = File::create(&log).expect("a log can be written");
        command.stdout(Stdio::piped()).stderr(errors);
        let mut child = command.spawn().expect("the program can be run");
        let lines = lines(&mut child);
        // From here on the child ends with this value, even if it does not start.
        Self { address: SocketAddr::from(([0, 0, 0, 0], 0)), child, lines, log }
    }

    /// The next matching line on standard output.
    ///
    /// # Panics
    /// If none comes.
    pub fn line(&self, fits: impl Fn(&str) -> bool) -> String {
        let start = Instant::now();
        while let Ok(line) = self.lines.recv_timeout(PATIENCE.saturating_sub(start.elapsed())) {
            if fits(&line) {
                return line;
            }
        }
        panic!("the server did not print the expected line")
    }

    /// Kills it, as a power cut would.
    pub fn kill(&mut self) {
        end(&mut self.child);
    }

    /// Asks it to stop.
    ///
    /// # Panics
    /// If the signal cannot be sent.
    pub fn ask_to_stop(&self) {
        // The standard library can only kill. The child has not been waited for, so the id is still its own.
        let sent = Command::new("sh").args(["-c", &format!("kill -TERM {}", self.child.id())]).status();
        assert!(sent.expect("sh can be run").success(), "the signal could not be sent");
    }

    /// Waits until it has ended on its own.
    ///
    /// # Panics
    /// If it keeps running.
    pub fn ended(&mut self) -> ExitStatus {
        crate::until("the server ends", || self.child.try_wait().expect("the child can be asked"))
    }

    /// Asks it to stop and waits until it has.
    ///
    /// # Panics
    /// If it does not stop, or stops with a failure.
    pub fn terminate(mut self) {
        self.ask_to_stop();
        let status = self.ended();
        assert!(status.success(), "after SIGTERM the server ended with {status}");
    }

    /// What it wrote on standard error.
    #[must_use]
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.log).unwrap_or_default()).into_owned()
    }
}

/// The lines of standard output. A thread keeps reading them, so that the pipe never fills.
fn lines(child: &mut Child) -> Receiver<String> {
    let (sender, lines) = mpsc::channel();
    let stdout = child.stdout.take().expect("standard output is piped");
    std::thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            // If this fails, nobody reads any more.
            let _ = sender.send(line);
        }
    });
    lines
}

impl Drop for Server {
    fn drop(&mut self) {
        end(&mut self.child);
        if std::thread::panicking() {
            let log = self.log();
            let lines: Vec<&str> = log.lines().collect();
            let last = &lines[lines.len().saturating_sub(12)..];
            println!("the end of the log {}:\n{}", self.log.display(), last.join("\n"));
        }
    }
}
