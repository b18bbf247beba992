//! `cofferdam tool build`.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use cofferdam_base::{Digest, Limits, digest::Hasher};
use cofferdam_confine::Reach;
use cofferdam_sandbox::{Component, Sandbox};
use cofferdam_trust::{
    Manifest,
    manifest::{MAX_TOOL_FILE_BYTES, Provenance},
    verify::{MAX_COMPONENT_BYTES, verify_surface},
};

use crate::{
    commands::CommandResult,
    failure::{CliError, Failure},
    files::{self, Overwrite, Readers},
    output,
};

/// Largest source file that goes into the source digest.
const MAX_SOURCE_BYTES: u64 = 4 << 20;
/// The target of an ordinary toolchain.
const TARGET: &str = "wasm32-wasip2";

/// Build a tool, let it describe itself in the sandbox, and write what is to be signed
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  cofferdam tool build tools/files --out out\n  cofferdam tool build tools/files --component out/files.wasm --toolchain 'rustc 1.96.0' --out out"
)]
pub(crate) struct Build {
    /// The tool's folder, with tool.toml and Cargo.toml
    folder: PathBuf,
    /// Where NAME.wasm and NAME.manifest.json go
    #[arg(long, default_value = ".")]
    out: PathBuf,
    /// A component that was built already; without it, cargo builds one for wasm32-wasip2
    #[arg(long, requires = "toolchain")]
    component: Option<PathBuf>,
    /// What built the component, for its provenance
    #[arg(long)]
    toolchain: Option<String>,
}

impl Build {
    pub(crate) fn run(self) -> CommandResult {
        let tool_file = files::read_text(&self.folder.join("tool.toml"), MAX_TOOL_FILE_BYTES as u64)?;
        let (path, toolchain) = match (self.component, self.toolchain) {
            (Some(component), Some(toolchain)) => (component, toolchain),
            _ => (cargo_build(&self.folder)?, rustc_version()?),
        };
        let component = files::read(&path, MAX_COMPONENT_BYTES as u64)?;
        files::make_folder(&self.out)?;
        // The person's own compiler has ended; what it made runs now.
        Reach::nothing().reading("/proc/self").reading("/sys/fs/cgroup").reading(&self.folder).writing(&self.out).confine();
        let sandbox = Sandbox::new()?;
        let prepared = sandbox.prepare(Component { bytes: &component, digest: Digest::of(&component) }, None)?;
        let described = prepared.describe(&Limits::default())?;
        let builder = semver::Version::parse(env!("CARGO_PKG_VERSION")).map_err(|error| program("cofferdam", &error))?;
        let provenance = Provenance { toolchain, source_digest: source_digest(&self.folder)?, builder };
        let manifest = Manifest::assemble(&tool_file, described.as_bytes(), provenance)?;
        verify_surface(&component, manifest.capabilities())?;
        let text = serde_json::to_string_pretty(&manifest).map_err(|error| program("cofferdam", &error))?;
        let out = |suffix: &str| self.out.join(format!("{}.{suffix}", manifest.name()));
        files::write(&out("wasm"), &component, Overwrite::Yes, Readers::Everybody)?;
        files::write(&out("manifest.json"), text.as_bytes(), Overwrite::Yes, Readers::Everybody)?;
        output::line(&out("manifest.json").to_string_lossy())?;
        output::say(&format!("{} {} {}", manifest.name(), manifest.version(), Digest::of(&component)));
        Ok(())
    }
}

fn program(name: &str, why: &dyn std::fmt::Display) -> CliError {
    CliError::Program { program: name.to_owned(), why: why.to_string() }
}

/// Runs a program of the person's own toolchain, at the person's own command.
fn run(command: &mut Command) -> Result<String, CliError> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| program(&name, &error))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(program(&name, &String::from_utf8_lossy(&output.stderr)))
    }
}

fn command(name: &str) -> Command {
    #[expect(
        clippy::disallowed_methods,
        reason = "a person asked to build a tool with their own toolchain; nothing here is run for a model"
    )]
    Command::new(name)
}

fn rustc_version() -> Result<String, CliError> {
    run(command("rustc").arg("--version")).map(|text| format!("{} {TARGET}", text.trim()))
}

/// Builds with stock cargo; gives the component's path as cargo tells it.
fn cargo_build(folder: &Path) -> Result<PathBuf, Failure> {
    let mut cargo = command("cargo");
    cargo.current_dir(folder).args(["rustc", "--release", "--crate-type", "cdylib", "--target", TARGET, "--message-format", "json"]);
    let messages = run(&mut cargo)?;
    let built = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter_map(|message| {
            message
                .get("filenames")?
                .as_array()?
                .iter()
                .filter_map(|name| name.as_str())
                .find(|name| name.ends_with(".wasm"))
                .map(PathBuf::from)
        })
        .next_back();
    built.ok_or_else(|| program("cargo", &"it built no component").into())
}

/// The digest of the tool's own sources: `tool.toml`, `Cargo.toml` and `src`, by name.
fn source_digest(folder: &Path) -> Result<Digest, CliError> {
    let mut hasher = Hasher::default();
    let mut pending = vec!["tool.toml".to_owned(), "Cargo.toml".to_owned()];
    pending.extend(files::names(&folder.join("src"), ".rs")?.into_iter().map(|name| format!("src/{name}")));
    for name in pending {
        let bytes = files::read(&folder.join(&name), MAX_SOURCE_BYTES)?;
        hasher.update(Digest::of_parts(&[name.as_bytes(), &bytes]).as_bytes());
    }
    Ok(hasher.finish())
}
