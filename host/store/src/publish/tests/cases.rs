//! The change sets that every fault is tried on.

use crate::publish::tests::scene::{Tree, tree};

/// Where a call begins and where it leads.
pub(super) struct Case {
    pub(super) name: &'static str,
    pub(super) from: Tree,
    pub(super) to: Tree,
    /// Whether a file makes way for a folder or a folder for a file.
    pub(super) turns: bool,
}

fn case(name: &'static str, from: &[&str], to: &[&str]) -> Case {
    let (from, to) = (tree(from), tree(to));
    let turns =
        from.iter().any(|(path, node)| to.get(path).is_some_and(|other| std::mem::discriminant(node) != std::mem::discriminant(other)));
    Case { name, from, to, turns }
}

pub(super) fn all() -> Vec<Case> {
    vec![
        case("one file", &["a=old", "b=same"], &["a=new text", "b=same"]),
        case("a new file", &["d"], &["d", "d/a*=new"]),
        case("only the right to execute", &["a=same"], &["a*=same"]),
        case(
            "many files",
            &["d", "d/a=1", "d/b=2", "e", "e/a=3", "e/gone=4", "top=5"],
            &["d", "d/a=one", "d/b=two", "d/more=new", "e", "e/a*=three", "top=five", "top2="],
        ),
        case("a rename", &["d", "d/a=content", "e"], &["d", "e", "e/b=content"]),
        case("nested folders", &["a=1"], &["a=1", "x", "x/y", "x/y/z", "x/y/z/f=deep", "x/g=shallow"]),
        case("a folder goes", &["d", "d/e", "d/e/a=1", "d/e/b=2", "d/c=3", "keep=4"], &["keep=4"]),
        case("a folder becomes a file", &["d", "d/e", "d/e/a=1", "d/b=2"], &["d=now a file"]),
        case("a file becomes a folder", &["d=a file", "k=1"], &["d", "d/e", "d/e/a=1", "k=1"]),
        case("two names change places", &["a", "a/x=1", "b=a file", "c=old"], &["a=a file", "b", "b/x=1", "b/y", "c=new"]),
    ]
}
