//! Every kind of finding, with its severity and what to do about it.

use serde::{Deserialize, Serialize};

/// How bad a finding is, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Do not publish.
    High,
    /// Look at it before publishing.
    Medium,
    /// Probably not meant to be published.
    Low,
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal, $severity:ident, $hint:literal;)*) => {
        /// What was found. Codes are append-only.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(rename_all = "kebab-case")]
        pub enum Code {
            $($(#[doc = $doc])+ $name,)*
        }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Its name, as serialized.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// How bad it is.
            #[must_use]
            pub fn severity(self) -> Severity {
                match self { $(Self::$name => Severity::$severity,)* }
            }

            /// What to do about it.
            #[must_use]
            pub fn hint(self) -> &'static str {
                match self { $(Self::$name => $hint,)* }
            }
        }
    };
}

codes! {
    /// A source map that carries the sources themselves.
    SourceMapWithSources = "source-map-with-sources", High,
        "leave maps out of the package, or build them without `sourcesContent`";
    /// A source map inside a script or style sheet that carries the sources themselves.
    InlineSourceMapWithSources = "inline-source-map-with-sources", High,
        "build without inline source maps";
    /// A private key.
    PrivateKey = "private-key", High,
        "take the key out of the package and replace it: whoever has the package has the key";
    /// A file that usually holds keys: `id_rsa`, a key store.
    KeyFile = "key-file", High,
        "take the file out of the package; replace the key if it was ever published";
    /// An Amazon Web Services access key id.
    AwsAccessKey = "aws-access-key", High,
        "take it out and revoke the key";
    /// A GitHub token.
    GithubToken = "github-token", High,
        "take it out and revoke the token";
    /// A token of a package registry: npm, PyPI, crates.io.
    RegistryToken = "registry-token", High,
        "take it out and revoke the token: it may publish in your name";
    /// A Slack token.
    SlackToken = "slack-token", High,
        "take it out and revoke the token";
    /// A Google API key.
    GoogleApiKey = "google-api-key", High,
        "take it out and revoke the key";
    /// An OpenAI key.
    OpenaiKey = "openai-key", High,
        "take it out and revoke the key";
    /// An Anthropic key.
    AnthropicKey = "anthropic-key", High,
        "take it out and revoke the key";
    /// A Stripe live key.
    StripeKey = "stripe-key", High,
        "take it out and revoke the key";
    /// Credentials for a registry in an `.npmrc` or a file like it.
    RegistryCredentials = "registry-credentials", High,
        "take the file out of the package and revoke the token";
    /// A file of environment settings, which usually holds secrets.
    EnvFile = "env-file", High,
        "leave `.env` files out of the package";
    /// The folder of a version control system.
    VcsFolder = "vcs-folder", High,
        "leave the folder out: it holds the history, deleted secrets included";
    /// A file that the manifest names is not in the package.
    MissingEntry = "missing-entry", High,
        "build before packing, or correct the manifest";
    /// A source map, without sources in it.
    SourceMap = "source-map", Medium,
        "leave maps out of the package unless you mean to publish them";
    /// A script or style sheet that names a map that is in the package.
    SourceMapReference = "source-map-reference", Medium,
        "leave the map out of the package, and the reference out of the build";
    /// A source map inside a script or style sheet, without sources in it.
    InlineSourceMap = "inline-source-map", Medium,
        "build without inline source maps";
    /// A JSON Web Token.
    Jwt = "jwt", Medium,
        "take it out; if it is still valid, revoke it";
    /// Debug symbols: names, types and paths of the sources.
    DebugSymbols = "debug-symbols", Medium,
        "strip the binary, or publish the symbols elsewhere";
    /// A file that was too large to be looked into.
    NotScanned = "not-scanned", Medium,
        "look at the file yourself, or leave it out";
    /// A value that looks random, assigned to a name that sounds secret.
    HighEntropyValue = "high-entropy-value", Low,
        "check whether the value is a secret";
    /// What an editor or an operating system left.
    EditorFile = "editor-file", Low,
        "leave the file out of the package";
    /// Snapshots and databases of tests.
    TestData = "test-data", Low,
        "leave test data out of the package";
    /// A file that is much larger than files in packages usually are.
    LargeFile = "large-file", Low,
        "check that the file is meant to be published";
    /// Configuration of a build service.
    CiConfig = "ci-config", Low,
        "leave the configuration of build services out of the package";
    /// A file of which only the start and the end were looked at.
    PartlyScanned = "partly-scanned", Low,
        "look at the rest of the file yourself, or leave it out";
    /// A script that the packager runs first and that may change the list.
    LifecycleScript = "lifecycle-script", Low,
        "run the script, then inspect again: the list is that of the files as they are now";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_serialized_by_its_name() {
        for code in Code::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
        }
    }
}
