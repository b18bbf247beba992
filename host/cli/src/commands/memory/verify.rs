//! `cofferdam memory verify`: every entry against the files, the tools, the ledger and the other entries.

use cofferdam_base::{Class, Diagnostic};
use cofferdam_memory::{Entry, Found, State};
use cofferdam_recall::{Recalled, Thing};

use super::show;
use crate::{
    commands::{CommandResult, Context},
    session::Session,
};

/// Memories that do not hold as they stand, or not all at once.
#[derive(Debug)]
struct NotFresh {
    stale: usize,
    unverifiable: usize,
    contradicted: usize,
}

impl std::fmt::Display for NotFresh {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { stale, unverifiable, contradicted } = self;
        write!(f, "{stale} entries of the memory are stale and {unverifiable} unverifiable")?;
        if *contradicted > 0 { write!(f, ", and {contradicted} that hold contradict another that holds") } else { Ok(()) }
    }
}

impl std::error::Error for NotFresh {}

impl Diagnostic for NotFresh {
    fn code(&self) -> &'static str {
        if self.stale + self.unverifiable > 0 { "memory.not-fresh" } else { "memory.contradiction" }
    }

    fn class(&self) -> Class {
        Class::NotVerified
    }

    fn hint(&self) -> Option<String> {
        Some(if self.stale + self.unverifiable > 0 {
            "look at them with `cofferdam memory search WORDS`; a run that recalls one is told".to_owned()
        } else {
            "take the wrong one out with `cofferdam memory edit TOPIC`".to_owned()
        })
    }
}

/// Checks and shows all entries.
pub(super) fn run(context: &Context) -> CommandResult {
    let session = Session::open(&context.confine()?, &context.workspace)?;
    let checked = session.recall()?.all()?;
    show::print(&checked, context.format)?;
    let count = |is: fn(&State) -> bool| checked.iter().filter(|memory| is(&memory.state)).count();
    let stale = count(|state| matches!(state, State::Stale(_)));
    let unverifiable = count(|state| matches!(state, State::Unverifiable(_)));
    let contradicted = contradicted(&checked);
    if stale + unverifiable + contradicted == 0 { Ok(()) } else { Err(NotFresh { stale, unverifiable, contradicted }.into()) }
}

/// How many entries that hold contradict another one that holds: at most one of the two can be right. A stale one that contradicts a
/// fresh one is what staleness says already.
fn contradicted(checked: &[Recalled]) -> usize {
    let holds = |memory: &&Recalled| matches!(memory.state, State::Fresh | State::Stated);
    let holding: std::collections::BTreeSet<_> = checked.iter().filter(holds).filter_map(entry).map(Entry::id).collect();
    checked.iter().filter(holds).filter(|memory| memory.contradicts.iter().any(|opposed| holding.contains(&opposed.entry))).count()
}

fn entry(memory: &Recalled) -> Option<&Entry> {
    if let Thing::Learnt(Found::Entry(entry)) = &memory.thing { Some(entry) } else { None }
}
