//! Files that programs run or obey without anybody asking: the attribute `executed` of a path.
//!
//! A tool that may write one of them could have commands run outside of the sandbox, so the default policy asks. Files that
//! start with a dot, and everything in folders that do, count unless they are known to be passive: most of them configure a
//! program (CI, hooks, editors, agents), and a list of all such programs would always be behind.

/// Files that start with a dot and that make no program run anything.
const PASSIVE: &[&str] = &[
    ".gitignore",
    ".gitkeep",
    ".keep",
    ".ignore",
    ".dockerignore",
    ".npmignore",
    ".eslintignore",
    ".prettierignore",
    ".editorconfig",
    ".mailmap",
    ".nojekyll",
    ".env.example",
    ".env.sample",
    ".env.template",
    ".python-version",
    ".clang-format",
];

/// Files that build tools, package managers, CI services and containers execute, by folded name.
const NAMES: &[&str] = &[
    "makefile",
    "gnumakefile",
    "cmakelists.txt",
    "meson.build",
    "build.bazel",
    "module.bazel",
    "workspace.bazel",
    "build.rs",
    "rust-toolchain",
    "rust-toolchain.toml",
    "cargo.toml",
    "setup.py",
    "setup.cfg",
    "pyproject.toml",
    "conftest.py",
    "noxfile.py",
    "tox.ini",
    "sitecustomize.py",
    "usercustomize.py",
    "package.json",
    "deno.json",
    "composer.json",
    "binding.gyp",
    "gemfile",
    "rakefile",
    "podfile",
    "fastfile",
    "build.xml",
    "pom.xml",
    "gradlew",
    "mvnw",
    "mix.exs",
    "dune",
    "justfile",
    "taskfile.yml",
    "taskfile.yaml",
    "lefthook.yml",
    "lefthook.yaml",
    "procfile",
    "jenkinsfile",
    "azure-pipelines.yml",
    "azure-pipelines.yaml",
    "bitbucket-pipelines.yml",
    "appveyor.yml",
    "cloudbuild.yaml",
    "cloudbuild.yml",
    "buildspec.yml",
    "dockerfile",
    "containerfile",
    "vagrantfile",
    "earthfile",
    "tiltfile",
    "compose.yml",
    "compose.yaml",
    "docker-compose.yml",
    "docker-compose.yaml",
    "flake.nix",
    "default.nix",
    "shell.nix",
    "netlify.toml",
    // With `objects` and `refs` beside it, git takes the folder for a repository and obeys its `config`.
    "head",
];

/// Extensions of files that a shell, a build tool or a desktop executes, folded.
const EXTENSIONS: &[&str] = &[
    "sh", "bash", "zsh", "fish", "csh", "ksh", "command", "ps1", "psm1", "psd1", "bat", "cmd", "vbs", "wsf", "exe", "com", "scr", "msi",
    "lnk", "desktop", "service", "mk", "cmake", "bzl", "gradle", "gemspec",
];

/// Extensions of settings that are programs: `vite.config.ts`.
const SCRIPTS: &[&str] = &["js", "mjs", "cjs", "ts", "mts", "cts"];

/// Names that are followed by something of the author's choice: `Dockerfile.dev`, `build.gradle.kts`.
const PREFIXES: &[&str] =
    &["dockerfile.", "containerfile.", "jenkinsfile.", "docker-compose.", "build.gradle.", "settings.gradle.", "gulpfile."];

/// Whether programs run or obey the file; `folded` are its components, folded, from the root down.
pub(crate) fn is_executed(folded: &[String]) -> bool {
    let Some((name, folders)) = folded.split_last() else { return false };
    let dotted = name.starts_with('.') && !PASSIVE.contains(&name.as_str());
    dotted
        || folders.iter().any(|folder| folder.starts_with('.'))
        || NAMES.contains(&name.as_str())
        || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        || (name.contains(".config.") && extension(name).is_some_and(|extension| SCRIPTS.contains(&extension)))
        || extension(name).is_some_and(|extension| EXTENSIONS.contains(&extension))
}

/// What follows the last dot, unless nothing stands before it.
pub(crate) fn extension(name: &str) -> Option<&str> {
    name.rsplit_once('.').filter(|(stem, extension)| !stem.is_empty() && !extension.is_empty()).map(|(_, extension)| extension)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fold::fold_path;
    use cofferdam_base::WorkspacePath;

    fn executed(path: &str) -> bool {
        is_executed(&fold_path(&WorkspacePath::parse(path).unwrap()))
    }

    #[test]
    fn ci_files_hooks_and_build_scripts_are_executed() {
        for path in [
            ".github/workflows/ci.yml",
            ".GitHub/Workflows/CI.yml",
            ".gitlab-ci.yml",
            ".ci/run",
            ".husky/pre-commit",
            ".pre-commit-config.yaml",
            ".gitmodules",
            ".vscode/tasks.json",
            ".envrc",
            "a/.cargo/config.toml",
            "Makefile",
            "sub/MAKEFILE",
            "build.rs",
            "setup.py",
            "package.json",
            "Cargo.toml",
            "x.sh",
            "x.PS1",
            "vite.config.ts",
            "Dockerfile.dev",
            "build.gradle.kts",
            "bare/HEAD",
            "x.sh\u{200b}",
        ] {
            assert!(executed(path), "{path}");
        }
    }

    #[test]
    fn sources_and_passive_files_are_not() {
        for path in [
            ".",
            "src/lib.rs",
            "README.md",
            ".gitignore",
            ".editorconfig",
            "docs/build.md",
            "src/head.rs",
            "a.config",
            "build",
            "app.config.json",
            "sh",
            "Cargo.lock",
        ] {
            assert!(!executed(path), "{path}");
        }
    }

    #[test]
    fn an_extension_needs_a_stem() {
        assert_eq!(extension("a.tar.gz"), Some("gz"));
        for name in [".env", "a", "a.", ""] {
            assert_eq!(extension(name), None, "{name}");
        }
    }
}
