//! Running a tool's functions natively against folders of a test, in the host's order: arguments against the schema,
//! `invoke` on a copy, outcome against the schema, postconditions, `verify`.
//!
//! Native only. Everything here panics where a test should fail.
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "tests make and compare folders of their own")]

mod http;
mod lie;
mod manifest;
mod postcondition;

use std::{collections::BTreeMap, fs, path::Path, sync::Arc};

use serde_json::Value;
use tempfile::TempDir;

use http::Exchanges;
pub use manifest::Manifest;

use crate::{
    Failure, Tool, Verdict, Verification, View, Workspace,
    http::{Answering, HttpError, Request, Response},
};

/// A workspace to call functions on. Each call gets a copy of its own.
pub struct Bench {
    before: TempDir,
    answering: Arc<Answering>,
}

impl Bench {
    /// A workspace with these files; a path that ends with `/` is an empty folder.
    #[must_use]
    pub fn new(files: &[(&str, &[u8])]) -> Self {
        let before = TempDir::new().expect("a temporary folder");
        for (path, content) in files {
            let target = before.path().join(path);
            if path.ends_with('/') {
                fs::create_dir_all(target).expect("a folder");
                continue;
            }
            fs::create_dir_all(target.parent().expect("a parent")).expect("a folder");
            fs::write(target, content).expect("a file");
        }
        Self { before, answering: Arc::new(|_| Err(HttpError::Denied)) }
    }

    /// Answers what functions ask for by HTTP. Without it every request is denied.
    #[must_use]
    pub fn answering(self, answering: impl Fn(&Request) -> Result<Response, HttpError> + Send + Sync + 'static) -> Self {
        Self { answering: Arc::new(answering), ..self }
    }

    /// The folder itself, for what [`Bench::new`] cannot make: links, files without permission.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.before.path()
    }

    /// Calls a function on a copy of the workspace.
    ///
    /// Panics if the arguments or the outcome do not match the function's schemas: the host would have refused them.
    #[must_use]
    pub fn run(&self, tool: &Tool, function: &str, arguments: Value) -> Run<'_> {
        let faults = faults(tool, function, Side::Input, &arguments);
        assert!(faults.is_empty(), "arguments of `{function}` do not match its schema: {faults:?}");
        let now = TempDir::new().expect("a temporary folder");
        copy(self.before.path(), now.path());
        let exchanges = Exchanges::default();
        let workspace = Workspace::open_ambient(now.path()).with_http(exchanges.recording(Arc::clone(&self.answering)));
        let result = tool.invoke(function, &arguments.to_string(), &workspace);
        let result = result.map(|text| serde_json::from_str(&text).expect("an outcome is JSON"));
        if let Ok(outcome) = &result {
            let faults = self::faults(tool, function, Side::Output, outcome);
            assert!(faults.is_empty(), "outcome of `{function}` does not match its schema: {faults:?}\n{outcome:#}");
        }
        Run { tool: *tool, function: function.to_owned(), arguments, result, before: self.before.path(), now, exchanges }
    }
}

/// Whether the host would let these arguments through to the function.
#[must_use]
pub fn accepts(tool: &Tool, function: &str, arguments: &Value) -> bool {
    faults(tool, function, Side::Input, arguments).is_empty()
}

enum Side {
    Input,
    Output,
}

fn faults(tool: &Tool, function: &str, side: Side, value: &Value) -> Vec<String> {
    let Some(description) = tool.descriptions().into_iter().find(|description| description.name == function) else {
        panic!("the tool has no function `{function}`");
    };
    let schema = match side {
        Side::Input => description.input,
        Side::Output => description.output,
    };
    let validator = jsonschema::draft202012::new(&schema).expect("a derived schema is a schema");
    validator.iter_errors(value).map(|error| error.to_string()).collect()
}

/// What one call did.
#[derive(Debug)]
pub struct Run<'a> {
    tool: Tool,
    pub(crate) function: String,
    pub(crate) arguments: Value,
    result: Result<Value, Failure>,
    before: &'a Path,
    now: TempDir,
    exchanges: Exchanges,
}

/// How one path differs after a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// A file is new or has another content.
    Written,
    /// A file is gone.
    Deleted,
    /// A folder is new.
    FolderMade,
    /// A folder is gone.
    FolderRemoved,
}

impl Run<'_> {
    /// The outcome. Panics if the call failed.
    #[must_use]
    pub fn outcome(&self) -> &Value {
        match &self.result {
            Ok(outcome) => outcome,
            Err(failure) => panic!("`{}` failed: {} ({})", self.function, failure, failure.code()),
        }
    }

    /// The failure. Panics if the call succeeded.
    #[must_use]
    pub fn failure(&self) -> &Failure {
        match &self.result {
            Ok(outcome) => panic!("`{}` succeeded: {outcome}", self.function),
            Err(failure) => failure,
        }
    }

    /// What the tool's `verify` says about the outcome.
    pub fn verdict(&self) -> Verdict {
        self.verdict_on(self.outcome())
    }

    /// What the tool's `verify` says about other words on the same world.
    pub fn verdict_on(&self, outcome: &Value) -> Verdict {
        let world = Verification { now: self.now(), before: self.before(), http: self.exchanges.replaying() };
        self.tool.verify(&self.function, &self.arguments.to_string(), &outcome.to_string(), &world)
    }

    /// The requests that the call sent, in their order.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.exchanges.requests()
    }

    /// The workspace after the call.
    #[must_use]
    pub fn now(&self) -> View {
        View::open_ambient(self.now.path())
    }

    /// The workspace before the call.
    #[must_use]
    pub fn before(&self) -> View {
        View::open_ambient(self.before)
    }

    /// The content of a file after the call; `None` if there is no such file.
    #[must_use]
    pub fn content(&self, path: &str) -> Option<Vec<u8>> {
        fs::read(self.now.path().join(path)).ok()
    }

    /// Everything that differs from the state before, by path.
    #[must_use]
    pub fn changes(&self) -> BTreeMap<String, Change> {
        let (before, now) = (tree(self.before), tree(self.now.path()));
        let mut changes = BTreeMap::new();
        for (path, content) in &now {
            match (before.get(path), content) {
                (Some(old), new) if old == new => {}
                (_, Some(_)) => drop(changes.insert(path.clone(), Change::Written)),
                (_, None) => drop(changes.insert(path.clone(), Change::FolderMade)),
            }
        }
        for (path, content) in before.iter().filter(|(path, _)| !now.contains_key(*path)) {
            changes.insert(path.clone(), if content.is_some() { Change::Deleted } else { Change::FolderRemoved });
        }
        changes
    }
}

/// Every path below `root`, with the content of files.
fn tree(root: &Path) -> BTreeMap<String, Option<Vec<u8>>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder of the test").map(|entry| entry.expect("an entry")) {
            let path = entry.path();
            let name = path.strip_prefix(root).expect("below the root").to_str().expect("a UTF-8 name").to_owned();
            let kind = entry.file_type().expect("a kind");
            if kind.is_dir() {
                found.insert(name, None);
                folders.push(path);
            } else if kind.is_symlink() {
                found.insert(name, Some(fs::read_link(path).expect("a link").into_os_string().into_encoded_bytes()));
            } else {
                // What cannot be read cannot have been copied either.
                found.insert(name, Some(fs::read(path).unwrap_or_default()));
            }
        }
    }
    found
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("a folder of the test").map(|entry| entry.expect("an entry")) {
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type().expect("a kind");
        if kind.is_dir() {
            fs::create_dir(&target).expect("a folder");
            copy(&source, &target);
        } else if kind.is_symlink() {
            #[cfg(unix)]
            std::os::unix::fs::symlink(fs::read_link(source).expect("a link"), target).expect("a link");
        } else {
            fs::copy(&source, &target).expect("a copy");
        }
    }
}
