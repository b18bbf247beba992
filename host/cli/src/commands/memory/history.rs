//! `cofferdam memory history`: what was edited, consolidated and taken back; and the former texts removed.

use cofferdam_gate::MemoryChange;
use cofferdam_memory::Topic;
use serde_json::json;

use super::consolidate::agreed;
use crate::{
    commands::{CommandResult, Context},
    output::{self, Format},
    session::Session,
};

/// How to go on where nobody confirmed that the former texts go.
const LOOK: &str = "look with `cofferdam memory history`, then run `cofferdam memory history --forget` on a terminal or give --yes";

#[derive(clap::Args)]
pub(super) struct History {
    /// Only what changed this topic
    topic: Option<Topic>,
    /// Remove the former texts that are kept, for good: what was taken out of the memory on purpose is then nowhere in it
    #[arg(long)]
    forget: bool,
    /// Forget without being asked
    #[arg(long, requires = "forget")]
    yes: bool,
}

impl History {
    pub(super) fn run(self, context: &Context) -> CommandResult {
        let session = Session::open(&context.confine()?, &context.workspace)?;
        if self.forget {
            agreed(self.yes, "Remove the former texts, so that nothing of this can be taken back?", LOOK)?;
            let gone = session.gate.forget_memory_history(self.topic.as_ref())?;
            // Words that are gone go from the index too.
            session.recall()?.clear()?;
            match context.format {
                Format::Text => output::line(&format!("the former texts of {gone} changes are removed"))?,
                Format::Json => output::line(&json!({"forgotten": gone}).to_string())?,
            }
            return Ok(());
        }
        for MemoryChange { rewrite, time } in session.gate.memory_history(self.topic.as_ref())? {
            let topics: Vec<&str> = rewrite.topics().map(Topic::as_str).collect();
            let (added, removed) = (rewrite.added(), rewrite.removed());
            let act = rewrite.act().name();
            match context.format {
                Format::Text => {
                    let time = time.map_or_else(|| "not in the ledger".to_owned(), |time| time.to_string());
                    output::line(&format!(
                        "{}  {time}  {act}  {}  +{} -{} entries",
                        rewrite.id(),
                        topics.join(" "),
                        added.len(),
                        removed.len()
                    ))?;
                }
                Format::Json => output::line(
                    &json!({
                        "change": rewrite.id(),
                        "act": act,
                        "time": time,
                        "leaf": rewrite.leaf(),
                        "recorded": time.is_some(),
                        "topics": topics,
                        "added": added,
                        "removed": removed,
                    })
                    .to_string(),
                )?,
            }
        }
        Ok(())
    }
}
