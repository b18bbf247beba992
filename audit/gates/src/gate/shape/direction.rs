//! Which crate may depend on which. A dependency points to a lower layer, never sideways or back.

use super::ShapeFault;
use crate::gate::metadata::Graph;

/// The host's layers, from `base` up, as in the architecture.
const HOST: &[&[&str]] = &[
    &["cofferdam-base"],
    &["cofferdam-trust", "cofferdam-policy", "cofferdam-store", "cofferdam-ledger", "cofferdam-confine", "cofferdam-secret-forms"],
    &["cofferdam-net"],
    &["cofferdam-memory", "cofferdam-sandbox", "cofferdam-model", "cofferdam-index"],
    &["cofferdam-gate"],
    &["cofferdam-recall"],
    &["cofferdam-agent"],
    &["cofferdam-mcp"],
    &["cofferdam"],
];

/// What is not in the host's layers: each with everything of this repository that it may depend on.
const OTHERS: &[(&str, &[&str])] = &[
    ("cofferdam-package-audit", &["cofferdam-base", "cofferdam-secret-forms"]),
    ("cofferdam-audit", &["cofferdam-package-audit"]),
    ("cofferdam-tool-sdk", &["cofferdam-base"]),
    ("cofferdam-tool-files", &["cofferdam-tool-sdk"]),
    ("cofferdam-tool-edit", &["cofferdam-tool-sdk"]),
    ("cofferdam-tool-fetch", &["cofferdam-tool-sdk"]),
    (
        "cofferdam-bench",
        &[
            "cofferdam-base",
            "cofferdam-trust",
            "cofferdam-policy",
            "cofferdam-store",
            "cofferdam-sandbox",
            "cofferdam-ledger",
            "cofferdam-gate",
            "cofferdam-model",
            "cofferdam-agent",
        ],
    ),
    ("cofferdam-bench-memory", &["cofferdam-base", "cofferdam-store", "cofferdam-ledger", "cofferdam-memory", "cofferdam-index"]),
    ("cofferdam-bench-policy", &["cofferdam-base", "cofferdam-policy"]),
    ("cofferdam-tool-package", &["cofferdam-tool-sdk", "cofferdam-package-audit"]),
    (
        "cofferdam-mutants",
        &[
            "cofferdam-tool-sdk",
            "cofferdam-tool-files",
            "cofferdam-tool-edit",
            "cofferdam-tool-fetch",
            "cofferdam-tool-package",
            "cofferdam-package-audit",
        ],
    ),
];

fn layer(name: &str) -> Option<usize> {
    HOST.iter().position(|layer| layer.contains(&name))
}

fn allowed(from: &str, to: &str) -> Option<()> {
    let holds = match (layer(from), layer(to)) {
        (Some(from), Some(to)) => to < from,
        (None, _) => OTHERS.iter().any(|(name, may)| *name == from && may.contains(&to)),
        (Some(_), None) => false,
    };
    holds.then_some(())
}

/// Everything that points the wrong way, and every crate that the tables do not know.
pub(super) fn check(graph: &Graph) -> Vec<ShapeFault> {
    let known = |name: &str| layer(name).is_some() || OTHERS.iter().any(|(other, _)| *other == name);
    let unplaced = graph.ours().filter(|name| !known(name)).map(|name| ShapeFault::Unplaced { name: name.to_owned() });
    let wrong = graph.internal().filter(|(from, to)| known(from) && known(to) && allowed(from, to).is_none());
    unplaced.chain(wrong.map(|(from, to)| ShapeFault::Direction { from: from.to_owned(), to: to.to_owned() })).collect()
}
