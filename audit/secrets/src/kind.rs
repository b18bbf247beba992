//! The kinds of secrets that have a form, and how each is told.

/// A kind of secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A private key in PEM (RFC 7468), or one of OpenSSH or OpenPGP in the same clothes.
    PrivateKey,
    /// The id of an access key of Amazon Web Services.
    AwsAccessKey,
    /// A token of GitHub, classic or fine-grained.
    GithubToken,
    /// An access token of npm.
    NpmToken,
    /// A token of PyPI.
    PypiToken,
    /// A token of crates.io.
    CratesToken,
    /// A token of Slack.
    SlackToken,
    /// An API key of Google.
    GoogleApiKey,
    /// An API key of Anthropic.
    AnthropicKey,
    /// An API key of OpenAI.
    OpenaiKey,
    /// A live secret key, or restricted key, of Stripe.
    StripeKey,
    /// A signed JSON Web Token (RFC 7519).
    Jwt,
    /// Credentials in the configuration of a package registry (`.npmrc`).
    RegistryCredentials,
}

impl Kind {
    /// Every kind.
    pub fn all() -> impl Iterator<Item = Self> {
        FORMS.iter().map(|form| form.kind)
    }

    /// What it is called in a sentence, with its article.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::PrivateKey => "a private key",
            Self::AwsAccessKey => "an AWS access key id",
            Self::GithubToken => "a GitHub token",
            Self::NpmToken => "an npm token",
            Self::PypiToken => "a PyPI token",
            Self::CratesToken => "a crates.io token",
            Self::SlackToken => "a Slack token",
            Self::GoogleApiKey => "a Google API key",
            Self::AnthropicKey => "an Anthropic key",
            Self::OpenaiKey => "an OpenAI key",
            Self::StripeKey => "a Stripe live key",
            Self::Jwt => "a JSON Web Token",
            Self::RegistryCredentials => "registry credentials",
        }
    }
}

/// How a kind is told. The first group of the expression is the secret itself.
pub(crate) struct Form {
    pub(crate) kind: Kind,
    pub(crate) expression: &'static str,
    /// Rules out what only looks like it.
    pub(crate) accepts: fn(&[u8]) -> bool,
}

pub(crate) const FORMS: [Form; 13] = [
    // The header alone stands in many programs that read keys: what follows it must look like one.
    Form {
        kind: Kind::PrivateKey,
        expression: r#"(-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----)(?:\\[rn]|[\s"',+A-Za-z0-9/=:.()-]){64}"#,
        accepts: |_| true,
    },
    Form {
        kind: Kind::AwsAccessKey,
        expression: r"\b((?:AKIA|ASIA)[A-Z2-7]{16})\b",
        // The keys of Amazon's own documentation.
        accepts: |key| !key.ends_with(b"EXAMPLE"),
    },
    Form { kind: Kind::GithubToken, expression: r"\b(gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{50,255})\b", accepts: is_mixed },
    Form { kind: Kind::NpmToken, expression: r"\b(npm_[A-Za-z0-9]{36})\b", accepts: is_mixed },
    Form { kind: Kind::PypiToken, expression: r"\b(pypi-AgE[A-Za-z0-9_-]{50,500})", accepts: is_mixed },
    Form { kind: Kind::CratesToken, expression: r"\b(cio[A-Za-z0-9]{32})\b", accepts: is_mixed },
    Form { kind: Kind::SlackToken, expression: r"\b(xox[abeoprs]-[A-Za-z0-9-]{20,250})", accepts: has_digit },
    Form { kind: Kind::GoogleApiKey, expression: r"\b(AIza[A-Za-z0-9_-]{35})\b", accepts: is_mixed },
    Form { kind: Kind::AnthropicKey, expression: r"\b(sk-ant-[A-Za-z0-9_-]{24,250})", accepts: is_mixed },
    Form {
        kind: Kind::OpenaiKey,
        expression: r"\b(sk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{32,250})",
        accepts: |key| !key.starts_with(b"sk-ant-") && is_mixed(key),
    },
    Form { kind: Kind::StripeKey, expression: r"\b([sr]k_live_[A-Za-z0-9]{20,250})\b", accepts: is_mixed },
    Form {
        kind: Kind::Jwt,
        expression: r"\b(eyJ[A-Za-z0-9_-]{10,4000}\.eyJ[A-Za-z0-9_-]{10,8000}\.[A-Za-z0-9_-]{20,2000})",
        accepts: is_mixed,
    },
    Form {
        kind: Kind::RegistryCredentials,
        expression: r"(?m)^[^\S\n]*(?://[^\s=]{1,250}:)?(?:_authToken|_auth|_password)[^\S\n]*=[^\S\n]*([^\s]{8,500})",
        // A reference to an environment variable is how it should be done.
        accepts: |value| !value.starts_with(b"$"),
    },
];

fn has_digit(value: &[u8]) -> bool {
    value.iter().any(u8::is_ascii_digit)
}

/// Letters, digits, and not one character over and over: placeholders are not.
fn is_mixed(value: &[u8]) -> bool {
    let body = value.get(4..).unwrap_or_default();
    let distinct = body.iter().collect::<std::collections::BTreeSet<_>>().len();
    has_digit(body) && body.iter().any(u8::is_ascii_alphabetic) && distinct >= 8
}
