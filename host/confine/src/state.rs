//! How far the kernel holds a process to its reach. Said, never assumed.

use std::fmt;

/// One thing that the kernel refuses a confined process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Restriction {
    /// Reading, listing, writing, making, removing and renaming what is out of reach.
    Files,
    /// Starting any program.
    Programs,
    /// Cutting a file short that is out of reach.
    Truncation,
    /// Listening on TCP ports, and connecting to those out of reach.
    Tcp,
    /// Commands to devices that are opened later.
    Devices,
    /// Abstract Unix sockets of other programs.
    AbstractSockets,
    /// Signals to other programs.
    Signals,
    /// More rights by starting a program that has them.
    Privileges,
    /// All of this for threads that were there before.
    EarlierThreads,
}

impl Restriction {
    /// Every restriction that this program asks for.
    pub const ALL: [Self; 9] = [
        Self::Files,
        Self::Programs,
        Self::Truncation,
        Self::Tcp,
        Self::Devices,
        Self::AbstractSockets,
        Self::Signals,
        Self::Privileges,
        Self::EarlierThreads,
    ];
}

impl fmt::Display for Restriction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Files => "files",
            Self::Programs => "programs",
            Self::Truncation => "truncation",
            Self::Tcp => "TCP ports",
            Self::Devices => "devices",
            Self::AbstractSockets => "abstract sockets",
            Self::Signals => "signals",
            Self::Privileges => "privileges",
            Self::EarlierThreads => "every thread",
        })
    }
}

/// Why nothing is enforced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// The operating system is not Linux.
    OtherSystem,
    /// The kernel was built without Landlock, or something hides it.
    NotBuilt,
    /// The kernel has Landlock and was started without it.
    SwitchedOff,
    /// A kernel before 5.19, which could only refuse every rename between two folders: publishing needs them.
    TooOld,
    /// The kernel did not take what it was asked for.
    Refused(String),
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherSystem => f.write_str("only Linux has Landlock"),
            Self::NotBuilt => f.write_str("this kernel has no Landlock"),
            Self::SwitchedOff => f.write_str("Landlock is switched off in this kernel; boot it with `landlock` in `lsm=`"),
            Self::TooOld => f.write_str("the Landlock of this kernel is too old; Linux 5.19 is needed"),
            Self::Refused(why) => write!(f, "the kernel refused: {why}"),
        }
    }
}

/// How far a process is confined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// By every restriction.
    Enforced,
    /// By all but these.
    Partly(Vec<Restriction>),
    /// By none.
    Absent(Why),
}

impl State {
    /// All but the missing ones.
    #[cfg(any(target_os = "linux", test))]
    pub(crate) fn without(missing: Vec<Restriction>) -> Self {
        if missing.is_empty() { Self::Enforced } else { Self::Partly(missing) }
    }

    /// Whether the kernel is said to hold the process to a restriction.
    #[must_use]
    pub fn claims(&self, restriction: Restriction) -> bool {
        match self {
            Self::Enforced => true,
            Self::Partly(missing) => !missing.contains(&restriction),
            Self::Absent(_) => false,
        }
    }

    /// One word, for programs that read it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Enforced => "enforced",
            Self::Partly(_) => "partly",
            Self::Absent(_) => "absent",
        }
    }
}

/// Names in a row.
fn list<'a>(restrictions: impl Iterator<Item = &'a Restriction>) -> String {
    restrictions.map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let held = Restriction::ALL.iter().filter(|restriction| self.claims(**restriction));
        match self {
            Self::Enforced => write!(f, "enforced by the kernel: {}", list(held)),
            Self::Partly(missing) => write!(f, "partly enforced by the kernel: {}; not: {}", list(held), list(missing.iter())),
            Self::Absent(why) => write!(f, "not enforced: {why}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_missing_and_claims_nothing_of_it() {
        let state = State::without(vec![Restriction::Tcp]);
        assert!(!state.claims(Restriction::Tcp) && state.claims(Restriction::Files));
        assert!(state.to_string().ends_with("; not: TCP ports"), "{state}");
        assert_eq!(State::without(Vec::new()), State::Enforced);
    }

    #[test]
    fn a_process_that_is_not_confined_claims_nothing() {
        for why in [Why::OtherSystem, Why::NotBuilt, Why::SwitchedOff, Why::TooOld, Why::Refused("EINVAL".to_owned())] {
            let state = State::Absent(why);
            assert!(!Restriction::ALL.iter().any(|restriction| state.claims(*restriction)));
            assert!(state.to_string().starts_with("not enforced: "), "{state}");
        }
    }
}
