//! What a memory cites, and how that stands in a topic file.

use cofferdam_base::{CallId, Digest, WorkspacePath};
use serde::{Deserialize, Serialize};

/// What one cited call showed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallEvidence {
    /// The call.
    pub call: CallId,
    /// `tool.function`.
    pub function: String,
    /// Version of the tool.
    pub version: String,
    /// Digest of its component.
    pub component: Digest,
    /// Digest of the policies that allowed it.
    pub policy: Digest,
    /// Files that it read or left, with the digests of their contents.
    pub files: Vec<(WorkspacePath, Digest)>,
    /// Host postconditions that held.
    pub postconditions: usize,
    /// Checks of the tool's own hook that passed.
    pub hook: usize,
    /// The newest ledger leaf of the call.
    pub leaf: u64,
    /// Whether it rests on what came from the network.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub network: bool,
}

/// The line of what rests on the network.
const NETWORK: &str = "  - from the network";

impl CallEvidence {
    /// Whether only the tool itself speaks for it.
    #[must_use]
    pub fn is_self_attested(&self) -> bool {
        self.postconditions == 0
    }

    /// Its lines in a topic file.
    pub(crate) fn render(&self) -> String {
        let Self { call, function, version, component, policy, files, postconditions, hook, leaf, network } = self;
        let mut text =
            format!("- call: {call} {function} {version}, leaf {leaf}, {postconditions} postconditions, {hook} checks of its hook\n");
        text.push_str(&format!("  - tool: {component}\n  - policy: {policy}\n"));
        if *network {
            text.push_str(NETWORK);
            text.push('\n');
        }
        for (path, digest) in files {
            text.push_str(&format!("  - file: {digest} {}\n", written(path.as_str())));
        }
        text
    }

    /// Reads what [`CallEvidence::render`] wrote, from the first of some lines on. What it gives renders to other lines than
    /// those read where they are not exactly of this form: the caller compares.
    pub(crate) fn parse(lines: &mut std::iter::Peekable<std::str::Lines<'_>>) -> Option<Self> {
        let first = lines.next()?.strip_prefix("- call: ")?;
        let (name, counts) = first.split_once(", leaf ")?;
        let mut words = name.splitn(3, ' ');
        let (call, function, version) = (words.next()?, words.next()?, words.next()?);
        let (leaf, counts) = counts.split_once(", ")?;
        let (postconditions, hook) = counts.strip_suffix(" checks of its hook")?.split_once(" postconditions, ")?;
        let component = lines.next()?.strip_prefix("  - tool: ")?.parse().ok()?;
        let policy = lines.next()?.strip_prefix("  - policy: ")?.parse().ok()?;
        let network = lines.next_if(|line| *line == NETWORK).is_some();
        let mut files = Vec::new();
        while let Some(line) = lines.peek().and_then(|line| line.strip_prefix("  - file: ")) {
            let (digest, path) = line.split_once(' ')?;
            let path = if path.starts_with('"') { serde_json::from_str(path).ok()? } else { path.to_owned() };
            files.push((WorkspacePath::parse(&path).ok()?, digest.parse().ok()?));
            lines.next();
        }
        Some(Self {
            call: call.parse().ok()?,
            function: function.to_owned(),
            version: version.to_owned(),
            component,
            policy,
            files,
            postconditions: postconditions.parse().ok()?,
            hook: hook.parse().ok()?,
            leaf: leaf.parse().ok()?,
            network,
        })
    }
}

/// A path as it is; as a JSON string where it could be taken for something else.
fn written(path: &str) -> String {
    if path.starts_with('"') || path.chars().any(char::is_control) {
        // A string always has a spelling in JSON.
        serde_json::to_string(path).unwrap_or_default()
    } else {
        path.to_owned()
    }
}
