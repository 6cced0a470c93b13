//! Child processes, which are always waited for.

use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

/// How long a command or a script may take.
const LIMIT: Duration = Duration::from_secs(60);

/// Runs a command to its end and returns its exit code, standard output and standard error.
pub(crate) fn finish(mut command: Command, input: &str) -> (Option<i32>, String, String) {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the command can be run");
    let mut stdin = child.stdin.take().expect("standard input is piped");
    let input = input.to_owned();
    std::thread::spawn(move || std::io::Write::write_all(&mut stdin, input.as_bytes()));
    let (stdout, stderr) = (read(child.stdout.take()), read(child.stderr.take()));
    let start = Instant::now();
    let status = loop {
        match child.try_wait().expect("the child can be asked") {
            Some(status) => break status,
            None if start.elapsed() > LIMIT => {
                end(&mut child);
                panic!("{command:?} did not end within {} s", LIMIT.as_secs());
            }
            None => std::thread::sleep(Duration::from_millis(5)),
        }
    };
    let text = |of: Receiver<String>| of.recv_timeout(LIMIT).unwrap_or_default();
    (status.code(), text(stdout), text(stderr))
}

/// Kills a child and reaps it. Both calls fail only if it has ended already.
pub(crate) fn end(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}

fn read(from: Option<impl std::io::Read + Send + 'static>) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut from) = from {
            // What was read before an error is still shown.
            let _ = from.read_to_end(&mut bytes);
        }
        sender.send(String::from_utf8_lossy(&bytes).into_owned())
    });
    receiver
}
