//! What an update changes, as a person reads it: what the tool may do more, what it may do less, what its author reworded.

use cofferdam_base::{FunctionName, text};
use cofferdam_trust::{
    manifest::Function,
    update::Update,
    verify::{Candidate, TrustError, VerifiedTool},
};
use serde_json::{Value, json};
use similar::TextDiff;

/// Longest schema diff that is shown of one function, in characters.
const MAX_SCHEMA: usize = 4000;
/// Longest description that is shown, in characters; as in `tool inspect`.
const MAX_DESCRIPTION: usize = 300;

/// The difference between a locked tool and a candidate.
pub(super) struct Difference<'a> {
    locked: &'a VerifiedTool,
    candidate: &'a Candidate,
    update: Update,
}

impl<'a> Difference<'a> {
    /// Compares both.
    ///
    /// # Errors
    /// A candidate of another name.
    pub(super) fn of(locked: &'a VerifiedTool, candidate: &'a Candidate) -> Result<Self, TrustError> {
        Ok(Self { locked, candidate, update: Update::compare(locked, candidate)? })
    }

    /// Whether a person has to approve it.
    pub(super) fn widens(&self) -> bool {
        !self.update.widenings().is_empty()
    }

    fn signers(&self) -> Vec<String> {
        self.candidate.signers().iter().map(ToString::to_string).collect()
    }

    /// Functions of one of the two that the other does not have: those that come, those that go.
    fn added(&self) -> impl Iterator<Item = (&'a FunctionName, &'a Function)> {
        let before = self.locked.manifest().functions();
        self.candidate.manifest().functions().iter().filter(|(name, _)| !before.contains_key(*name))
    }

    fn removed(&self) -> impl Iterator<Item = &'a FunctionName> {
        let after = self.candidate.manifest().functions();
        self.locked.manifest().functions().keys().filter(|name| !after.contains_key(*name))
    }

    /// Functions of both, in which words or schemas changed.
    fn reworded(&self) -> impl Iterator<Item = Reworded<'a>> {
        let before = self.locked.manifest().functions();
        let both = self.candidate.manifest().functions().iter();
        let both = both.filter_map(|(name, new)| before.get(name).map(|old| Reworded { name, old, new }));
        both.filter(|reworded| !reworded.parts().is_empty())
    }

    /// For people.
    pub(super) fn text(&self) -> String {
        let (old, new) = (self.locked.manifest(), self.candidate.manifest());
        let mut shown = format!("{} {} -> {}\n", new.name(), old.version(), new.version());
        row(&mut shown, "component", &format!("{} -> {}", self.locked.component_digest(), self.candidate.component_digest()));
        row(&mut shown, "signed by", &self.signers().join(", "));
        row(&mut shown, "built with", &text::inline(&new.provenance().toolchain, 200));
        for widening in self.update.widenings() {
            row(&mut shown, "widens", &widening.to_string());
        }
        for (name, function) in self.added() {
            row(&mut shown, "adds", &format!("`{name}` ({}): {}", function.effect, text::inline(&function.description, MAX_DESCRIPTION)));
        }
        for narrowing in self.update.narrowings() {
            row(&mut shown, "narrows", &narrowing.to_string());
        }
        for reworded in self.reworded() {
            row(&mut shown, "changes", &format!("{} of `{}`", reworded.parts().join(", "), reworded.name));
            shown.push_str(&reworded.text());
        }
        if !self.widens() {
            row(&mut shown, "approval", "not needed: it widens nothing");
        }
        shown
    }

    /// For programs.
    pub(super) fn json(&self) -> Value {
        let (old, new) = (self.locked.manifest(), self.candidate.manifest());
        let changed = self.reworded().map(|reworded| json!({"function": reworded.name.as_str(), "parts": reworded.parts()}));
        json!({
            "tool": new.name(),
            "version": {"locked": old.version(), "update": new.version()},
            "component": {"locked": self.locked.component_digest(), "update": self.candidate.component_digest()},
            "signers": self.signers(),
            "widens": self.update.widenings().iter().map(ToString::to_string).collect::<Vec<_>>(),
            "narrows": self.update.narrowings().iter().map(ToString::to_string).collect::<Vec<_>>(),
            "functions": {
                "added": self.added().map(|(name, _)| name.as_str()).collect::<Vec<_>>(),
                "removed": self.removed().map(FunctionName::as_str).collect::<Vec<_>>(),
                "changed": changed.collect::<Vec<_>>(),
            },
        })
    }
}

fn row(shown: &mut String, what: &str, says: &str) {
    shown.push_str(&format!("{what:<12} {says}\n"));
}

/// A function that both have.
struct Reworded<'a> {
    name: &'a FunctionName,
    old: &'a Function,
    new: &'a Function,
}

impl Reworded<'_> {
    /// What differs in it that is neither more nor less of a right: what a model reads, what it may send, what it gets.
    fn parts(&self) -> Vec<&'static str> {
        let differs = [
            ("description", self.old.description != self.new.description),
            ("input schema", self.old.input != self.new.input),
            ("output schema", self.old.output != self.new.output),
        ];
        differs.into_iter().filter(|(_, differs)| *differs).map(|(part, _)| part).collect()
    }

    fn text(&self) -> String {
        let mut shown = String::new();
        if self.old.description != self.new.description {
            for (sign, words) in [('-', &self.old.description), ('+', &self.new.description)] {
                shown.push_str(&format!("  {sign} {}\n", text::inline(words, MAX_DESCRIPTION)));
            }
        }
        for (old, new) in [(&self.old.input, &self.new.input), (&self.old.output, &self.new.output)] {
            // Only the lines that differ: `{:#}` writes one member a line.
            let (old, new) = (format!("{:#}\n", old.value()), format!("{:#}\n", new.value()));
            let diff = TextDiff::from_lines(&old, &new).unified_diff().context_radius(1).to_string();
            for line in text::block(&diff, MAX_SCHEMA).lines() {
                shown.push_str(&format!("  {line}\n"));
            }
        }
        shown
    }
}
