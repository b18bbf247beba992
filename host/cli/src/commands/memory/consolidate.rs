//! `cofferdam memory consolidate`: duplicates are merged and overgrown topics split, after a person saw what it comes to.

use cofferdam_base::text;
use cofferdam_gate::{Asked, Attendant, Consolidated, Reply};
use cofferdam_memory::{Entry, Merge, Proposal, Scope, Split};
use serde_json::{Value, json};

use crate::{
    commands::{CommandResult, Context},
    confirm::{NotConfirmed, confirmed},
    output::{self, Format},
    session::Session,
};

/// Most rounds: each is one leaf of the ledger, and what one leaf cannot tell of is left to the next.
const MAX_ROUNDS: usize = 256;
/// Longest beginning of an entry's words that is shown, in characters.
const MAX_WORDS: usize = 100;

#[derive(clap::Args)]
pub(super) struct Consolidate {
    /// Show what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// Do it without being asked, also where a rule of the policies asks
    #[arg(long, conflicts_with = "dry_run")]
    yes: bool,
}

/// How to go on where nobody confirmed a consolidation.
const LOOK: &str = "look with `cofferdam memory consolidate --dry-run`, then run it on a terminal or give --yes";

/// A person who saw what is to be done and said yes to it: their yes is also the answer where a rule asks about a part of it.
pub(super) struct Agreed {
    /// How they said it.
    pub(super) by: &'static str,
}

impl Attendant for Agreed {
    fn answer(&mut self, _: &Asked<'_>) -> Reply {
        Reply::once(self.by)
    }
}

/// A person's yes: given with the command, or asked for at the terminal. Without one, `hint` says where to look first.
pub(super) fn agreed(yes: bool, question: &str, hint: &'static str) -> Result<Agreed, NotConfirmed> {
    match (yes, yes || confirmed(question)) {
        (true, _) => Ok(Agreed { by: "--yes" }),
        (false, true) => Ok(Agreed { by: "terminal" }),
        (false, false) => Err(NotConfirmed { code: "cli.not-confirmed", what: "the memory was not changed: nobody confirmed it", hint }),
    }
}

impl Consolidate {
    pub(super) fn run(self, context: &Context) -> CommandResult {
        let session = Session::open(&context.confine()?, &context.workspace)?;
        for round in 0..MAX_ROUNDS {
            let proposal = session.gate.propose_consolidation(Scope::All)?;
            if proposal.is_empty() {
                if round == 0 {
                    output::say("nothing is to be merged or split");
                }
                return Ok(());
            }
            if self.dry_run {
                match context.format {
                    Format::Text => output::data(&as_text(&proposal))?,
                    Format::Json => output::line(&as_json(&proposal).to_string())?,
                }
                output::say("nothing was changed; what follows from this is proposed when it is done");
                return Ok(());
            }
            output::say(as_text(&proposal).trim_end());
            let mut person = agreed(self.yes, "Consolidate the memory so?", LOOK)?;
            let done = session.gate.consolidate_memory(proposal, &mut person).map_err(|refused| *refused)?;
            tell(&done, context.format)?;
        }
        Ok(())
    }
}

fn tell(done: &Consolidated, format: Format) -> CommandResult {
    let Consolidated { change, merged, moved } = done;
    match format {
        Format::Text => output::line(&format!(
            "change {change}: {} entries merged into {}, {} moved to {} new topics",
            merged.0, merged.1, moved.0, moved.1
        ))?,
        Format::Json => output::line(
            &json!({"change": change, "merged": merged.0, "into": merged.1, "moved": moved.0, "new_topics": moved.1}).to_string(),
        )?,
    }
    Ok(())
}

fn as_text(proposal: &Proposal) -> String {
    let mut shown = String::new();
    for merge in proposal.merges() {
        let into = merge.draft();
        shown.push_str(&format!("merge {} entries into one of {}\n", merge.parts().len(), into.topic()));
        merge.parts().iter().for_each(|part| shown.push_str(&format!("- {}", entry_line(part))));
        let cited: Vec<&str> = into.evidence().iter().map(|cited| cited.call.as_str()).collect();
        shown.push_str(&format!("+ {} cites {}\n", words(into.text()), cited.join(" ")));
    }
    for split in proposal.splits() {
        shown.push_str(&format!("move {} entries from {} to {}\n", split.entries().len(), split.from(), split.into_topic()));
        split.entries().iter().for_each(|entry| shown.push_str(&format!("  {}", entry_line(entry))));
    }
    shown
}

fn entry_line(entry: &Entry) -> String {
    format!("{} {} {}\n", entry.id(), entry.topic(), words(entry.text()))
}

fn words(of: &str) -> String {
    text::inline(of, MAX_WORDS)
}

fn as_json(proposal: &Proposal) -> Value {
    let ids = |entries: &[Entry]| entries.iter().map(|entry| entry.id().as_str().to_owned()).collect::<Vec<_>>();
    let merge = |merge: &Merge| {
        let cited: Vec<&str> = merge.draft().evidence().iter().map(|cited| cited.call.as_str()).collect();
        json!({"entries": ids(merge.parts()), "topic": merge.draft().topic().as_str(), "text": merge.draft().text(), "calls": cited})
    };
    let split = |split: &Split| json!({"entries": ids(split.entries()), "from": split.from().as_str(), "to": split.into_topic().as_str()});
    json!({
        "merges": proposal.merges().iter().map(merge).collect::<Vec<_>>(),
        "splits": proposal.splits().iter().map(split).collect::<Vec<_>>(),
    })
}
