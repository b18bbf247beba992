//! Makes components of WebAssembly text, and workspaces to let them loose in.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, LazyLock, Mutex},
};

use cofferdam_base::{Digest, Limits, Timestamp, WorkspacePath};
use cofferdam_sandbox::{Component, GuestCall, HttpClient, Invocation, Prepared, Sandbox, Stopped};
use cofferdam_store::{PathAccess, PathDecision, PathGuard, Stage, Workspace};
use wasi_preview1_component_adapter_provider::{WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// The text of a guest.
macro_rules! guest {
    ($name:literal) => {
        include_str!(concat!("../../../../tests/guests/", $name, ".wat"))
    };
}
pub(crate) use guest;

/// A world with all that a tool has, and resources of its own.
const EXTRA_WORLD: &str = "
    package test:extra;
    interface things { resource thing; }
    world hostile { export cofferdam:tool/handler@0.1.0; export things; }
    world web {
        import wasi:http/types@0.2.12;
        import wasi:http/outgoing-handler@0.2.12;
        export cofferdam:tool/handler@0.1.0;
    }
";

/// What of WASI the guests' own worlds need; the adapter brings the rest.
const WASI: [(&str, &str); 3] = [
    ("io.wit", include_str!("../../wit/deps/io.wit")),
    ("clocks.wit", include_str!("../../wit/deps/clocks.wit")),
    ("http.wit", include_str!("../../wit/deps/http.wit")),
];

/// One sandbox for all tests, as there is one for a process.
pub(crate) static SANDBOX: LazyLock<Sandbox> = LazyLock::new(|| Sandbox::new().unwrap());

/// The component of a guest that is written as the fields of a core module.
pub(crate) fn component(fields: &str) -> Vec<u8> {
    build(fields, "cofferdam:tool/tool@0.1.0")
}

/// The same, with resources of its own.
pub(crate) fn component_with_resources(fields: &str) -> Vec<u8> {
    build(fields, "test:extra/hostile")
}

/// The same, with `wasi:http`.
pub(crate) fn component_with_http(fields: &str) -> Vec<u8> {
    build(fields, "test:extra/web")
}

fn build(fields: &str, world: &str) -> Vec<u8> {
    let text = format!("(module {fields} {})", guest!("handler"));
    let mut module = wat::parse_str(&text).unwrap();
    let mut resolve = Resolve::default();
    for (name, text) in WASI {
        resolve.push_str(name, text).unwrap();
    }
    let tool = resolve.push_str("tool.wit", include_str!("../../../../tools/wit/tool.wit")).unwrap();
    let extra = resolve.push_str("extra.wit", EXTRA_WORLD).unwrap();
    let world = resolve.select_world(&[tool, extra], Some(world)).unwrap();
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    ComponentEncoder::default()
        .module(&module)
        .unwrap()
        .adapter(WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER)
        .unwrap()
        .validate(true)
        .encode()
        .unwrap()
}

/// The default limits, with time enough on the busiest machine: only tests about time may depend on it.
pub(crate) fn limits() -> Limits {
    Limits { wall_ms: 3_600_000, ..Limits::default() }
}

/// A component, compiled and linked; each is compiled once.
pub(crate) fn prepared(bytes: &[u8]) -> Prepared {
    static KNOWN: Mutex<BTreeMap<Digest, Prepared>> = Mutex::new(BTreeMap::new());
    let digest = Digest::of(bytes);
    let compile = || SANDBOX.prepare(Component { bytes, digest }, None).unwrap();
    KNOWN.lock().unwrap().entry(digest).or_insert_with(compile).clone()
}

/// Refuses every access to paths below `secret`.
struct NoSecrets;

impl PathGuard for NoSecrets {
    fn decide(&self, _: PathAccess, path: &WorkspacePath) -> PathDecision {
        let secret = WorkspacePath::parse("secret").unwrap();
        if path.is_within(&secret) { PathDecision::Refused } else { PathDecision::Allowed }
    }
}

/// A workspace in a folder of its own, beside a file that no guest may ever see.
pub(crate) struct Place {
    folder: tempfile::TempDir,
    workspace: Arc<Workspace>,
}

impl Place {
    /// `file` (12 bytes), `planted`, `folder/inner`, `secret/key`, the links `inside` (to `file`), `outside` (to the file beside the workspace)
    /// and `up` (to the folder above).
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("workspace");
        for name in ["folder", "secret"] {
            std::fs::create_dir_all(root.join(name)).unwrap();
        }
        for (name, content) in [("file", "what is here"), ("planted", "old"), ("folder/inner", "inner"), ("secret/key", "key")] {
            std::fs::write(root.join(name), content).unwrap();
        }
        std::fs::write(folder.path().join("beside"), "nobody may see this").unwrap();
        for (link, target) in [("inside", "file"), ("outside", "../beside"), ("up", "..")] {
            std::os::unix::fs::symlink(target, root.join(link)).unwrap();
        }
        let workspace = Workspace::open_ambient(&root).unwrap();
        Self { folder, workspace }
    }

    /// The workspace's folder.
    pub(crate) fn root(&self) -> std::path::PathBuf {
        self.folder.path().join("workspace")
    }

    /// What is beside the workspace.
    pub(crate) fn beside(&self) -> std::path::PathBuf {
        self.folder.path().join("beside")
    }

    pub(crate) fn stage(&self, limits: &Limits) -> Stage {
        self.guarded_stage(Arc::new(NoSecrets), limits)
    }

    pub(crate) fn guarded_stage(&self, guard: Arc<dyn PathGuard>, limits: &Limits) -> Stage {
        Stage::new(Arc::clone(&self.workspace), guard, limits)
    }
}

pub(crate) fn content(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

pub(crate) fn call<'a>(function: &'a str, arguments: &'a str) -> GuestCall<'a> {
    GuestCall { function, arguments, time: Timestamp(1_700_000_000_000), seed: [7; 32] }
}

/// Lets a guest loose in a fresh workspace, without a way out.
pub(crate) fn invoke(guest: &Prepared, function: &str, arguments: &str, limits: &Limits) -> Result<Invocation, Stopped> {
    invoke_with_http(guest, function, arguments, None, limits)
}

/// The same, with a way out.
pub(crate) fn invoke_with_http(
    guest: &Prepared,
    function: &str,
    arguments: &str,
    http: Option<Arc<dyn HttpClient>>,
    limits: &Limits,
) -> Result<Invocation, Stopped> {
    guest.invoke(&call(function, arguments), Place::new().stage(limits), http, limits)
}

/// The code of the error that ended a guest.
pub(crate) fn code(result: Result<Invocation, Stopped>) -> &'static str {
    match result {
        Ok(invocation) => panic!("the guest came to its end: {:?}", invocation.result),
        Err(stopped) => cofferdam_base::Diagnostic::code(&stopped),
    }
}
