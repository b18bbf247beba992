//! Trees written as text: the format is described in `fixtures/record.py`.

use cofferdam_base::WorkspacePath;
use cofferdam_package_audit::MemoryTree;

/// A path of a test.
pub(crate) fn path(text: &str) -> WorkspacePath {
    text.parse().unwrap()
}

/// The tree of a text. A repository has an index of everything, as after `git add -A` and a commit.
pub(crate) fn tree(text: &str) -> MemoryTree {
    let mut tree = MemoryTree::default();
    let mut tracked = Vec::new();
    let mut repository = false;
    for part in text.split("== ").skip(1) {
        let (name, content) = part.split_once('\n').unwrap();
        if name == ".git" {
            repository = true;
        } else if let Some((link, target)) = name.split_once(" -> ") {
            tree = tree.with_link(path(link), target);
        } else if name.ends_with('/') {
            tree = tree.with_folder(path(name));
        } else {
            tracked.push(name.to_owned());
            tree = tree.with_file(path(name), content);
        }
    }
    if repository {
        // What ignore files leave out is not added; the fixtures name such files by `private`, `local` and `a.log`.
        tracked.retain(|name| !["private/", "local", "a.log"].iter().any(|out| name.contains(out)));
        tracked.sort();
        tree = tree
            .with_file(path(".git/HEAD"), "ref: refs/heads/main\n")
            .with_file(path(".git/refs/heads/main"), "0")
            .with_folder(path(".git/objects"))
            .with_file(path(".git/index"), index(&tracked));
    }
    tree
}

/// A git index, version 2.
fn index(paths: &[String]) -> Vec<u8> {
    let mut bytes = b"DIRC\0\0\0\x02".to_vec();
    bytes.extend(u32::try_from(paths.len()).unwrap().to_be_bytes());
    for path in paths {
        let start = bytes.len();
        bytes.extend([0; 24]);
        bytes.extend(0o100_644_u32.to_be_bytes());
        bytes.extend([0; 32]);
        bytes.extend(u16::try_from(path.len()).unwrap().to_be_bytes());
        bytes.extend(path.as_bytes());
        let length = bytes.len() - start;
        bytes.extend(vec![0; 8 - length % 8]);
    }
    bytes.extend([0; 20]);
    bytes
}
