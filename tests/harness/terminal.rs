//! A terminal of a test's own: that of `script`, which comes with every Linux. Its person answers questions once they stand there.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses a part of it")]

use std::{
    io::{Read as _, Write as _},
    path::Path,
    process::{Child, Command, Stdio},
    thread::JoinHandle,
};

/// How every question ends.
const QUESTION: &[u8] = b"[y/N] ";

/// A line of the shell, on a terminal of its own.
pub fn command(line: &str, work: &Path, home: &Path) -> Command {
    let mut command = Command::new("script");
    command
        .args(["-qefc", line, "/dev/null"])
        .current_dir(work)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("SHELL", "/bin/sh")
        .env("COFFERDAM_HOME", home)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Types what is typed before any question, and then one answer at each; gives what was shown. The keyboard stays there until the
/// end: a closed one is a person who left.
pub fn answering(terminal: &mut Child, ahead: &str, mut answers: impl Iterator<Item = String> + Send + 'static) -> JoinHandle<String> {
    let mut keyboard = terminal.stdin.take().expect("a keyboard");
    let mut screen = terminal.stdout.take().expect("a screen");
    keyboard.write_all(ahead.as_bytes()).and_then(|()| keyboard.flush()).expect("typed");
    std::thread::spawn(move || {
        let (mut shown, mut piece, mut asked) = (Vec::new(), [0; 4096], 0);
        // What was killed shows nothing more and hears nothing.
        while let Ok(read @ 1..) = screen.read(&mut piece) {
            shown.extend_from_slice(&piece[..read]);
            let questions = shown.windows(QUESTION.len()).filter(|window| *window == QUESTION).count();
            for answer in answers.by_ref().take(questions - asked) {
                let _ = writeln!(keyboard, "{answer}").and_then(|()| keyboard.flush());
            }
            asked = questions;
        }
        String::from_utf8_lossy(&shown).into_owned()
    })
}
