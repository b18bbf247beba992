//! Landlock: the reach as a ruleset of the kernel.

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible as _, LandlockStatus, NetPort, RestrictionStatus, Ruleset,
    RulesetAttr as _, RulesetCreatedAttr as _, RulesetError, RulesetStatus, Scope, make_bitflags, path_beneath_rules,
};

use crate::{Reach, Restriction, Why};

/// The newest rights that are asked for. Later ones (UDP among them) are not, before they were tried on a kernel that has them:
/// what is asked for is refused unless it is granted.
const NEWEST: ABI = ABI::V6;

/// Reads, and asks for nothing to be started.
fn reading() -> BitFlags<AccessFs> {
    make_bitflags!(AccessFs::{ReadFile | ReadDir})
}

/// What publishing and the product's own files need. No links, pipes, sockets or devices are made, nothing is started.
fn writing() -> BitFlags<AccessFs> {
    reading() | make_bitflags!(AccessFs::{WriteFile | Truncate | MakeReg | MakeDir | RemoveFile | RemoveDir | Refer})
}

/// Confines this thread; gives what the kernel does not have.
pub(crate) fn enforce(reach: &Reach) -> Result<Vec<Restriction>, Why> {
    let RestrictionStatus { ruleset, no_new_privs, landlock, .. } = restrict(reach).map_err(|error| Why::Refused(error.to_string()))?;
    let abi = match (&ruleset, landlock) {
        (RulesetStatus::FullyEnforced | RulesetStatus::PartiallyEnforced, LandlockStatus::Available { effective_abi, .. }) => effective_abi,
        (_, LandlockStatus::NotEnabled) => return Err(Why::SwitchedOff),
        (_, LandlockStatus::NotImplemented) => return Err(Why::NotBuilt),
        (RulesetStatus::NotEnforced, LandlockStatus::Available { .. }) => return Err(Why::TooOld),
    };
    let is_missing = |restriction: &Restriction| match since(*restriction) {
        Some(needed) => abi < needed,
        None => *restriction == Restriction::Privileges && !no_new_privs,
    };
    let mut missing: Vec<Restriction> = Restriction::ALL.into_iter().filter(is_missing).collect();
    if ruleset == RulesetStatus::PartiallyEnforced && missing.is_empty() {
        // Something was left out, and not for the version's sake: then the widest is not claimed.
        missing.push(Restriction::Files);
    }
    Ok(missing)
}

/// The first version that has a restriction; none for what Landlock has no part in.
fn since(restriction: Restriction) -> Option<ABI> {
    match restriction {
        // The first version had these, and no way to allow renames between folders.
        Restriction::Files | Restriction::Programs => Some(ABI::V2),
        Restriction::Truncation => Some(ABI::V3),
        Restriction::Tcp => Some(ABI::V4),
        Restriction::Devices => Some(ABI::V5),
        Restriction::AbstractSockets | Restriction::Signals => Some(ABI::V6),
        Restriction::Privileges | Restriction::EarlierThreads => None,
    }
}

fn restrict(reach: &Reach) -> Result<RestrictionStatus, RulesetError> {
    Ruleset::default()
        // A kernel that cannot allow renames between folders must not enforce anything.
        .set_compatibility(CompatLevel::SoftRequirement)
        .handle_access(AccessFs::Refer)?
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(NEWEST))?
        .handle_access(AccessNet::from_all(NEWEST))?
        .scope(Scope::from_all(NEWEST))?
        .create()?
        .add_rules(path_beneath_rules(&reach.read, reading()))?
        .add_rules(path_beneath_rules(&reach.write, writing()))?
        .add_rules(reach.connect.iter().map(|port| Ok::<_, RulesetError>(NetPort::new(*port, AccessNet::ConnectTcp))))?
        .restrict_self()
}
