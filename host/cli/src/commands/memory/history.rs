//! `cofferdam memory history`: what was edited, consolidated and taken back.

use cofferdam_gate::MemoryChange;
use cofferdam_memory::Topic;
use serde_json::json;

use crate::{
    commands::{CommandResult, Context},
    output::{self, Format},
    session::Session,
};

#[derive(clap::Args)]
pub(super) struct History {
    /// Only what changed this topic
    topic: Option<Topic>,
}

impl History {
    pub(super) fn run(self, context: &Context) -> CommandResult {
        let session = Session::open(&context.confine()?, &context.workspace)?;
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
