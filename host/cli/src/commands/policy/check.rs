//! `cofferdam policy check`.

use cofferdam_base::text;
use serde_json::json;

use super::Files;
use crate::{
    commands::{CommandResult, Context},
    output::{self, Format},
};

/// Loads every file, and tells what a person should know of them.
pub(super) fn run(context: &Context) -> CommandResult {
    let policies = Files::open(context)?.load()?;
    for file in policies.files() {
        match context.format {
            Format::Text => output::line(&format!("{}  {}  {}", file.digest.short(), file.set, text::inline(&file.name, 120)))?,
            Format::Json => output::line(&json!({"file": file.name, "set": file.set.to_string(), "digest": file.digest}).to_string())?,
        }
    }
    for inactive in policies.inactive_rules() {
        output::say(&format!("inactive: {}: `{}` is not installed", inactive.rule, text::inline(&inactive.absent, 80)));
    }
    for warning in policies.warnings() {
        output::say(&format!("warning: {warning}"));
    }
    output::say(&format!("every rule loads and every case comes out as it says; all together {}", policies.digest()));
    Ok(())
}
