//! What a path alone gives away.

use super::{Code, Finding};

/// A file that is larger is worth a look: nearly all published files are far smaller.
pub(super) const LARGE_FILE_BYTES: u64 = 5 << 20;

/// Findings from the path and size of one file of the package.
pub(super) fn inspect(path: &str, size: Option<u64>, findings: &mut Vec<Finding>) {
    let lower = path.to_lowercase();
    let parts: Vec<&str> = lower.split('/').collect();
    let (name, folders) = parts.split_last().map_or((lower.as_str(), &[] as &[&str]), |(name, folders)| (*name, folders));
    let mut add = |code, detail: String| findings.push(Finding::new(code, path, detail));
    if let Some(folder) = folders.iter().find(|folder| matches!(**folder, ".git" | ".svn" | ".hg" | "cvs" | ".bzr" | ".jj")) {
        add(Code::VcsFolder, format!("a file of the version control folder `{folder}` would be published"));
    }
    if is_env(name) {
        add(Code::EnvFile, "a file of environment settings would be published".to_owned());
    }
    if is_key_file(name) {
        add(Code::KeyFile, "a file whose name says that it holds keys would be published".to_owned());
    }
    if folders.iter().any(|folder| folder.ends_with(".dsym")) || name.ends_with(".dwp") || name.ends_with(".debug") {
        add(Code::DebugSymbols, "a file of debug symbols would be published".to_owned());
    }
    if is_editor_file(name) || folders.iter().any(|folder| matches!(*folder, ".idea" | ".vscode" | ".vs" | ".fleet" | "__macosx")) {
        add(Code::EditorFile, "a file that an editor or an operating system left would be published".to_owned());
    }
    if folders.contains(&"__snapshots__") || has_end(name, &[".snap", ".sqlite", ".sqlite3", ".db", ".mdb"]) {
        add(Code::TestData, "a snapshot or database would be published".to_owned());
    }
    if is_ci(&parts, name) {
        add(Code::CiConfig, "a file that configures a build service would be published".to_owned());
    }
    if let Some(size) = size.filter(|size| *size > LARGE_FILE_BYTES) {
        add(Code::LargeFile, format!("the file has {size} bytes"));
    }
}

fn has_end(name: &str, ends: &[&str]) -> bool {
    ends.iter().any(|end| name.ends_with(end))
}

/// `.env`, `.env.production`, `prod.env`; templates are no settings.
fn is_env(name: &str) -> bool {
    let named = name == ".env" || name.starts_with(".env.") || name == ".envrc" || (name.ends_with(".env") && name.len() > 4);
    named && !has_end(name, &[".example", ".sample", ".template", ".dist", ".d.ts"])
}

fn is_key_file(name: &str) -> bool {
    let private = ["id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", ".netrc", "_netrc", ".pypirc", ".pgpass", ".git-credentials", ".htpasswd"];
    private.contains(&name) || has_end(name, &[".p12", ".pfx", ".keystore", ".jks", ".ppk", ".kdbx", ".mobileprovision", ".p8"])
}

fn is_editor_file(name: &str) -> bool {
    let left = [".ds_store", "thumbs.db", "desktop.ini", ".project", ".classpath"];
    left.contains(&name) || name.starts_with("._") || has_end(name, &[".swp", ".swo", "~", ".orig", ".rej", ".bak", ".sublime-workspace"])
}

fn is_ci(parts: &[&str], name: &str) -> bool {
    let root = parts.first().copied().unwrap_or_default();
    let service = [".travis.yml", ".gitlab-ci.yml", "appveyor.yml", ".appveyor.yml", "azure-pipelines.yml", "jenkinsfile", ".drone.yml"];
    let folder = parts.len() > 1 && matches!(root, ".circleci" | ".buildkite" | ".woodpecker");
    folder || matches!(parts, [".github", "workflows" | "actions", ..]) || service.contains(&name) || name == "bitbucket-pipelines.yml"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(path: &str) -> Vec<Code> {
        let mut findings = Vec::new();
        inspect(path, Some(1), &mut findings);
        findings.iter().map(|finding| finding.code).collect()
    }

    #[test]
    fn names_what_a_path_gives_away() {
        for (path, code) in [
            (".env", Code::EnvFile),
            ("config/.env.production", Code::EnvFile),
            ("prod.ENV", Code::EnvFile),
            ("a/.git/config", Code::VcsFolder),
            ("keys/id_rsa", Code::KeyFile),
            ("release.keystore", Code::KeyFile),
            ("a.p12", Code::KeyFile),
            ("App.dSYM/Contents/Info.plist", Code::DebugSymbols),
            ("x.debug", Code::DebugSymbols),
            (".DS_Store", Code::EditorFile),
            (".idea/workspace.xml", Code::EditorFile),
            ("a.js.swp", Code::EditorFile),
            ("src/__snapshots__/a.js", Code::TestData),
            ("dev.sqlite", Code::TestData),
            (".github/workflows/ci.yml", Code::CiConfig),
            (".gitlab-ci.yml", Code::CiConfig),
        ] {
            assert_eq!(codes(path), [code], "{path}");
        }
    }

    #[test]
    fn says_nothing_about_ordinary_paths() {
        for path in
            ["index.js", "src/lib.rs", ".env.example", "env.js", "lib/git/index.js", "id_rsa.pub", ".github/FUNDING.yml", "README.md"]
        {
            assert_eq!(codes(path), [], "{path}");
        }
    }

    #[test]
    fn a_file_is_large_only_above_the_threshold() {
        let mut findings = Vec::new();
        inspect("a", Some(LARGE_FILE_BYTES), &mut findings);
        assert_eq!(findings, []);
        inspect("a", Some(LARGE_FILE_BYTES + 1), &mut findings);
        assert_eq!(findings.first().map(|finding| finding.code), Some(Code::LargeFile));
    }
}
