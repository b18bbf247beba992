//! Where a value comes from.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    leaf::{Leaf, each_leaf},
    role::Role,
};

/// Where a value comes from, from the best to the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Derivation {
    /// The whole of it stands in the user's words; a text says nothing but what they said.
    User,
    /// The user named where it comes from: the record that it stands in, or, of a text, every source in view.
    Named,
    /// It is a whole value of a record in view.
    Selected,
    /// It is a web address that stands whole in what came from the network: to go there carries nothing out but that it was chosen.
    Linked,
    /// A piece of something in view, or nothing that is in view.
    Untrusted,
}

impl Derivation {
    /// All of them, in the order of the schema.
    pub const ALL: [Self; 5] = [Self::User, Self::Named, Self::Selected, Self::Linked, Self::Untrusted];

    /// The id of `Derivation::"..."` in rules.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Named => "named",
            Self::Selected => "selected",
            Self::Linked => "linked",
            Self::Untrusted => "untrusted",
        }
    }
}

/// The label of one argument. Of an argument with several values, the worst.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArgumentLabel {
    /// Where it comes from.
    pub derivation: Derivation,
    /// What it is for.
    pub role: Role,
}

/// The labels of a call's arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labels {
    /// By the name of the argument; one that carries nothing has no label.
    pub(super) arguments: BTreeMap<String, ArgumentLabel>,
    /// The worst of what decides where the effect goes; none without such an argument.
    pub(super) target: Option<Derivation>,
    /// The worst of what is said; none without such an argument.
    pub(super) content: Option<Derivation>,
    /// Whether anything at all in the call is the user's.
    pub(super) has_user_words: bool,
    /// The functions whose results were in view when the call was made, where not all of it is the user's.
    pub(super) sources: BTreeSet<String>,
    /// What confidential things were in view then, by name: the call may carry any of them, in whatever words.
    pub(super) secrets: BTreeSet<String>,
}

impl Labels {
    /// Labels each value of a call's arguments.
    pub(super) fn collect<'s>(
        arguments: &Value,
        content: &BTreeSet<String>,
        (sources, secrets): (impl IntoIterator<Item = &'s String>, &BTreeSet<String>),
        derive: impl Fn(Leaf<'_>, Role) -> Derivation,
    ) -> Self {
        let mut labels = BTreeMap::new();
        let mut all = Vec::new();
        for (name, value) in arguments.as_object().into_iter().flatten() {
            let mut own = Vec::new();
            let role = if content.contains(name) { Role::Content } else { Role::of(name) };
            each_leaf(value, role, 0, &mut |leaf, role| own.push((derive(leaf, role), role)));
            if let Some((derivation, role)) = own.iter().max().copied() {
                labels.insert(name.clone(), ArgumentLabel { derivation, role });
            }
            all.append(&mut own);
        }
        let worst = |wanted: Role| all.iter().filter(|(_, role)| *role == wanted).map(|(derivation, _)| *derivation).max();
        let is_users = |(derivation, _): &(Derivation, Role)| *derivation == Derivation::User;
        let (target, content) = (worst(Role::Target), worst(Role::Content));
        let (sources, secrets) =
            if all.iter().all(is_users) { Default::default() } else { (sources.into_iter().cloned().collect(), secrets.clone()) };
        let has_user_words = labels.values().any(|label| label.derivation == Derivation::User);
        Self { arguments: labels, target, content, has_user_words, sources, secrets }
    }

    /// A call that a user wrote as it is.
    #[must_use]
    pub fn of_user(arguments: &Value) -> Self {
        Self::collect(arguments, &BTreeSet::new(), ([], &BTreeSet::new()), |_, _| Derivation::User)
    }

    /// A call of which nobody knows where it comes from.
    #[must_use]
    pub fn unknown(arguments: &Value) -> Self {
        Self::collect(arguments, &BTreeSet::new(), ([], &BTreeSet::new()), |_, _| Derivation::Untrusted)
    }

    /// The same, by somebody who had confidential things in view and may have put them into it, whoever's words it is made of.
    #[must_use]
    pub fn carrying(mut self, secrets: &BTreeSet<String>) -> Self {
        self.secrets.extend(secrets.iter().cloned());
        self
    }

    /// The same without some of the confidential things, which a rule lets go.
    #[must_use]
    pub(crate) fn without(mut self, secrets: &BTreeSet<String>) -> Self {
        self.secrets.retain(|secret| !secrets.contains(secret));
        self
    }

    /// By the name of the argument.
    #[must_use]
    pub fn arguments(&self) -> &BTreeMap<String, ArgumentLabel> {
        &self.arguments
    }

    /// The worst of what decides where the effect goes; none without such an argument.
    #[must_use]
    pub fn target(&self) -> Option<Derivation> {
        self.target
    }

    /// The worst of what is said; none without such an argument.
    #[must_use]
    pub fn content(&self) -> Option<Derivation> {
        self.content
    }

    /// Whether at least one argument is the user's as a whole.
    #[must_use]
    pub fn has_user_words(&self) -> bool {
        self.has_user_words
    }

    /// The names of the confidential things that the call may carry.
    #[must_use]
    pub fn secrets(&self) -> &BTreeSet<String> {
        &self.secrets
    }

    /// The functions whose results the call may be derived from.
    #[must_use]
    pub fn sources(&self) -> &BTreeSet<String> {
        &self.sources
    }
}
