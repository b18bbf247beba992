//! Runs the built binary the way a person would, in folders of its own: no environment, no terminal, nothing of the machine's.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses a part of it")]

use std::{
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::OnceLock,
};

use serde_json::Value;
use tempfile::TempDir;

use crate::terminal;

/// A user with a workspace, both new and empty.
pub struct Person {
    root: TempDir,
}

/// What a command came to. Look at it.
#[must_use]
pub struct Came {
    pub exit: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Came {
    /// The data, which the command has to have printed without an error.
    #[track_caller]
    pub fn ok(self) -> String {
        assert_eq!(self.exit, 0, "{}", self.stderr);
        self.stdout
    }

    /// The data as JSON.
    #[track_caller]
    pub fn json(self) -> Value {
        serde_json::from_str(&self.ok()).expect("one JSON object")
    }

    /// Checks how the command ended.
    #[track_caller]
    pub fn exit_is(self, exit: i32) {
        assert_eq!(self.exit, exit, "{}", self.stderr);
    }

    /// Checks that the command was refused with this exit and this code, and that it said so in the one form of errors.
    #[track_caller]
    pub fn refused(self, exit: i32, code: &str) -> String {
        assert_eq!(self.exit, exit, "stdout {} stderr {}", self.stdout, self.stderr);
        assert!(self.stderr.contains(&format!("error[{code}]: ")), "{}", self.stderr);
        assert!(!self.stderr.contains("panicked"), "{}", self.stderr);
        self.stderr
    }
}

impl Person {
    /// A new person. The compiled tools come from a cache that one person filled for all tests of this binary, with the key
    /// that belongs to it: compiling them anew each time would take most of the test run.
    pub fn new() -> Self {
        static FILLED: OnceLock<Person> = OnceLock::new();
        let person = Self::without_cache();
        let filled = FILLED.get_or_init(|| {
            let first = Self::without_cache();
            // It looks at every tool, so it compiles every tool.
            let _ = first.run(&["doctor"]).ok();
            first
        });
        for file in ["config/cache.key", "cache/code"] {
            copy_private(&filled.home(file), &person.home(file));
        }
        person
    }

    /// A new person whose first command compiles the tools.
    pub fn without_cache() -> Self {
        let root = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(root.path().join("work")).expect("a folder");
        Self { root }
    }

    /// The workspace.
    pub fn work(&self) -> PathBuf {
        self.root.path().join("work")
    }

    /// A file or folder of the user's own: `config`, `data`, `cache` are in it.
    pub fn home(&self, path: &str) -> PathBuf {
        self.root.path().join("home").join(path)
    }

    /// Writes a file of the workspace, and the folders above it.
    pub fn put(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.work().join(path);
        std::fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("a folder");
        std::fs::write(path, content).expect("a file");
    }

    /// Reads a file of the workspace; none where there is none.
    pub fn get(&self, path: &str) -> Option<String> {
        std::fs::read_to_string(self.work().join(path)).ok()
    }

    /// Every file of the workspace with its content, sorted: to compare before and after.
    pub fn tree(&self) -> Vec<(String, Vec<u8>)> {
        let mut files = Vec::new();
        walk(&self.work(), &self.work(), &mut files);
        files.sort();
        files
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cofferdam"));
        command
            .args(arguments)
            .current_dir(self.work())
            .env_clear()
            .env("COFFERDAM_HOME", self.root.path().join("home"))
            .stdin(Stdio::null());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Came {
        came(self.command(arguments).output().expect("the binary runs"))
    }

    /// Runs a command at a terminal of its own, where somebody gives these answers, a line each; what it says is in `stdout`.
    pub fn at_terminal(&self, arguments: &[&str], answers: &str) -> Came {
        self.at_terminal_after(arguments, "", answers)
    }

    /// The same, where something was typed before any question.
    pub fn at_terminal_after(&self, arguments: &[&str], ahead: &str, answers: &str) -> Came {
        let quoted: Vec<String> = arguments.iter().map(|word| format!("'{word}'")).collect();
        let line = format!("'{}' {}", env!("CARGO_BIN_EXE_cofferdam"), quoted.join(" "));
        let mut child = terminal::command(&line, &self.work(), &self.home("")).spawn().expect("`script` runs");
        let answers: Vec<String> = answers.lines().map(str::to_owned).collect();
        let shown = terminal::answering(&mut child, ahead, answers.into_iter());
        let came = came(child.wait_with_output().expect("it ends"));
        Came { stdout: shown.join().expect("a screen"), ..came }
    }

    pub fn call(&self, function: &str, arguments: &Value) -> Came {
        self.run(&["call", function, &arguments.to_string()])
    }

    /// The one file in a folder of the user's whose name ends so.
    pub fn find(&self, folder: &Path, suffix: &str) -> PathBuf {
        let mut found = Vec::new();
        let mut files = Vec::new();
        walk(folder, folder, &mut files);
        found.extend(files.into_iter().map(|(name, _)| folder.join(name)).filter(|path| path.to_string_lossy().ends_with(suffix)));
        assert!(!found.is_empty(), "no file {suffix} in {}", folder.display());
        found.remove(0)
    }
}

/// The folders that a demo leaves: a package whose lock has a third-party tool, a run, a memory, a ledger.
pub struct AfterDemo {
    person: Person,
}

impl AfterDemo {
    pub fn new() -> Self {
        let person = Person::new();
        person.run(&["demo", "--keep", &person.home("demo").to_string_lossy()]).ok();
        Self { person }
    }

    /// Runs a command as the demo's user in the demo's package.
    pub fn run(&self, arguments: &[&str]) -> Came {
        let mut command = self.person.command(arguments);
        command.env("COFFERDAM_HOME", self.person.home("demo/home")).current_dir(self.package(""));
        came(command.output().expect("the binary runs"))
    }

    /// A file of the package.
    pub fn package(&self, path: &str) -> PathBuf {
        self.person.home("demo/package").join(path)
    }

    /// The one file in a folder of the demo's user whose name ends so.
    pub fn find(&self, folder: &str, suffix: &str) -> PathBuf {
        self.person.find(&self.home(folder), suffix)
    }

    /// A folder of the demo's user.
    pub fn home(&self, folder: &str) -> PathBuf {
        self.person.home("demo/home").join(folder)
    }
}

pub fn came(output: Output) -> Came {
    Came {
        exit: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Copies a file or a folder of files, readable by their owner only.
fn copy_private(from: &Path, to: &Path) {
    use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
    let make = |folder: &Path| std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).expect("a folder");
    make(to.parent().expect("not the root"));
    if from.is_dir() {
        make(to);
        for entry in std::fs::read_dir(from).expect("a folder") {
            let entry = entry.expect("an entry");
            copy_private(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        std::fs::copy(from, to).expect("a file");
        std::fs::set_permissions(to, std::fs::Permissions::from_mode(0o600)).expect("its owner");
    }
}

fn walk(root: &Path, folder: &Path, files: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            walk(root, &path, files);
        } else {
            let name = path.strip_prefix(root).expect("below the root").to_string_lossy().into_owned();
            files.push((name, std::fs::read(&path).expect("a file")));
        }
    }
}
