//! `cofferdam memory revert`: a consolidation, an edit or a revert is taken back.

use cofferdam_base::{EntryId, text};
use serde_json::json;
use similar::TextDiff;

use super::consolidate::agreed;
use crate::{
    commands::{CommandResult, Context},
    output::{self, Format},
    session::Session,
};

/// Longest diff that is shown, in characters.
const MAX_SHOWN: usize = 20_000;

/// How to go on where nobody confirmed it.
const LOOK: &str = "look with `cofferdam memory history`, then run `cofferdam memory revert` on a terminal or give --yes";

#[derive(clap::Args)]
pub(super) struct Revert {
    /// A change as `memory history` lists it, or an entry: then the newest change that brought it or took it out
    #[arg(value_name = "ENTRY_OR_CHANGE")]
    id: EntryId,
    /// Do it without being asked, also where a rule of the policies asks
    #[arg(long)]
    yes: bool,
}

impl Revert {
    pub(super) fn run(self, context: &Context) -> CommandResult {
        let session = Session::open(&context.confine()?, &context.workspace)?;
        let memory = session.gate.memory()?;
        let (rewrite, undo) = memory.proposed_undo(&self.id)?;
        for (topic, before, after) in undo.texts() {
            let diff = TextDiff::from_lines(before, &after);
            let diff = diff.unified_diff().context_radius(1).header(&format!("a/{topic}.md"), &format!("b/{topic}.md")).to_string();
            output::say(text::block(&diff, MAX_SHOWN).trim_end());
        }
        let question = format!("Take change {} back?", rewrite.id());
        let mut person = agreed(self.yes, &question, LOOK)?;
        let change = session.gate.revert_memory(rewrite.id(), &mut person).map_err(|refused| *refused)?;
        match context.format {
            Format::Text => output::line(&format!("change {change}: {} is taken back", rewrite.id()))?,
            Format::Json => output::line(&json!({"change": change, "reverted": rewrite.id()}).to_string())?,
        }
        Ok(())
    }
}
