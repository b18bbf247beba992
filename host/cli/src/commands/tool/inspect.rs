//! `cofferdam tool inspect`.

use cofferdam_base::text;
use cofferdam_trust::{manifest::Manifest, verify::verify_surface};
use serde_json::json;

use crate::{
    commands::{CommandResult, Context},
    failure::CliError,
    files,
    output::{self, Format},
    session::{User, read_lock},
};

/// Show what a locked tool is signed to do: functions, effects, postconditions, capabilities, limits, imports
#[derive(clap::Args)]
#[command(after_help = "Example:\n  cofferdam tool inspect edit")]
pub(crate) struct Inspect {
    /// The tool's name
    tool: String,
}

impl Inspect {
    pub(crate) fn run(self, context: &Context) -> CommandResult {
        let user = User::open(&context.confine()?)?;
        let (lock, _) = read_lock(&files::real_path(&context.workspace)?)?;
        let entry = lock.entries().find(|entry| entry.name().as_str() == self.tool).ok_or_else(|| CliError::Argument {
            name: "tool",
            value: self.tool.clone(),
            why: "no tool of this name is locked here".to_owned(),
        })?;
        let tool = user.verify(entry)?;
        let surface = verify_surface(tool.component(), tool.manifest().capabilities())?;
        match context.format {
            Format::Json => {
                let shown = json!({"component": tool.component_digest(), "statement": tool.statement_digest(), "manifest": tool.manifest(), "imports": surface.imports()});
                output::line(&shown.to_string())?;
            }
            Format::Text => {
                output::data(&describe(tool.manifest()))?;
                output::line(&format!("component    {} ({} bytes)", tool.component_digest(), tool.component().len()))?;
                output::line(&format!("imports      {}", surface.imports().join(", ")))?;
            }
        }
        Ok(())
    }
}

/// A manifest for people: what `tool add` shows before it asks, too.
pub(super) fn describe(manifest: &Manifest) -> String {
    let mut shown = format!("{} {}: {}\n", manifest.name(), manifest.version(), text::inline(manifest.description(), 300));
    for (name, function) in manifest.functions() {
        shown.push_str(&format!("  {}.{name} ({}): {}\n", manifest.name(), function.effect, text::inline(&function.description, 300)));
        for path in &function.paths {
            shown.push_str(&format!("    {}s the path in `{}`\n", path.access, text::inline(&path.argument, 80)));
        }
        for argument in &function.content {
            shown.push_str(&format!("    `{}` is what is said, not where it goes\n", text::inline(argument, 80)));
        }
        shown.push_str(&format!("    {} host postconditions\n", function.postconditions.len()));
    }
    shown.push_str(&format!("filesystem   {}\n", manifest.capabilities().filesystem.as_str()));
    shown.push_str(&format!("built with   {}\n", text::inline(&manifest.provenance().toolchain, 200)));
    shown.push_str(&format!("sources      {}\n", manifest.provenance().source_digest));
    shown
}
