//! Secrets and keys in the bytes of a file.

use std::sync::LazyLock;

use regex::bytes::{Regex, RegexSet};

use super::{Code, Finding, entropy};

/// One kind of secret. The first group of the expression is the secret itself.
struct Kind {
    code: Code,
    /// What it is called in a sentence.
    name: &'static str,
    expression: &'static str,
    /// Rules out what only looks like it.
    accepts: fn(&[u8]) -> bool,
}

const KINDS: [Kind; 14] = [
    // The header alone stands in many programs that read keys: what follows it must look like one.
    Kind {
        code: Code::PrivateKey,
        name: "a private key",
        expression: r#"(-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----)(?:\\[rn]|[\s"',+A-Za-z0-9/=:.()-]){64}"#,
        accepts: |_| true,
    },
    Kind {
        code: Code::AwsAccessKey,
        name: "an AWS access key id",
        expression: r"\b((?:AKIA|ASIA)[A-Z2-7]{16})\b",
        // The keys of Amazon's own documentation.
        accepts: |key| !key.ends_with(b"EXAMPLE"),
    },
    Kind {
        code: Code::GithubToken,
        name: "a GitHub token",
        expression: r"\b(gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{50,255})\b",
        accepts: is_mixed,
    },
    Kind { code: Code::RegistryToken, name: "an npm token", expression: r"\b(npm_[A-Za-z0-9]{36})\b", accepts: is_mixed },
    Kind { code: Code::RegistryToken, name: "a PyPI token", expression: r"\b(pypi-AgE[A-Za-z0-9_-]{50,500})", accepts: is_mixed },
    Kind { code: Code::RegistryToken, name: "a crates.io token", expression: r"\b(cio[A-Za-z0-9]{32})\b", accepts: is_mixed },
    Kind { code: Code::SlackToken, name: "a Slack token", expression: r"\b(xox[abeoprs]-[A-Za-z0-9-]{20,250})", accepts: has_digit },
    Kind { code: Code::GoogleApiKey, name: "a Google API key", expression: r"\b(AIza[A-Za-z0-9_-]{35})\b", accepts: is_mixed },
    Kind { code: Code::AnthropicKey, name: "an Anthropic key", expression: r"\b(sk-ant-[A-Za-z0-9_-]{24,250})", accepts: is_mixed },
    Kind {
        code: Code::OpenaiKey,
        name: "an OpenAI key",
        expression: r"\b(sk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{32,250})",
        accepts: |key| !key.starts_with(b"sk-ant-") && is_mixed(key),
    },
    Kind { code: Code::StripeKey, name: "a Stripe live key", expression: r"\b([sr]k_live_[A-Za-z0-9]{20,250})\b", accepts: is_mixed },
    Kind {
        code: Code::Jwt,
        name: "a JSON Web Token",
        expression: r"\b(eyJ[A-Za-z0-9_-]{10,4000}\.eyJ[A-Za-z0-9_-]{10,8000}\.[A-Za-z0-9_-]{20,2000})",
        accepts: is_mixed,
    },
    Kind {
        code: Code::RegistryCredentials,
        name: "registry credentials",
        expression: r"(?m)^[^\S\n]*(?://[^\s=]{1,250}:)?(?:_authToken|_auth|_password)[^\S\n]*=[^\S\n]*([^\s]{8,500})",
        // A reference to an environment variable is how it should be done.
        accepts: |value| !value.starts_with(b"$"),
    },
    Kind {
        code: Code::HighEntropyValue,
        name: "a value that looks random",
        expression: r#"(?i)(?:secret|token|passwd|password|api_?-?key|access_?-?key|private_?-?key|credential)[A-Za-z0-9_.-]{0,40}["']?[ \t]{0,8}(?::|=|=>)[ \t]{0,8}["'`]([A-Za-z0-9+/=_.~-]{20,250})["'`]"#,
        accepts: entropy::looks_random,
    },
];

// Compiled once: a set that finds which kinds are there in one pass, and the expressions that then say where. Bytes, not
// characters: a secret is ASCII wherever it stands.
static SET: LazyLock<Option<(RegexSet, Vec<Regex>)>> = LazyLock::new(|| {
    let bytes = |expression: &str| format!("(?-u){expression}");
    let set = RegexSet::new(KINDS.iter().map(|kind| bytes(kind.expression))).ok()?;
    let each = KINDS.iter().map(|kind| Regex::new(&bytes(kind.expression))).collect::<Result<Vec<_>, _>>().ok()?;
    Some((set, each))
});

fn has_digit(value: &[u8]) -> bool {
    value.iter().any(u8::is_ascii_digit)
}

/// Letters, digits, and not one character over and over: placeholders are not.
fn is_mixed(value: &[u8]) -> bool {
    let body = value.get(4..).unwrap_or_default();
    let distinct = body.iter().collect::<std::collections::BTreeSet<_>>().len();
    has_digit(body) && body.iter().any(u8::is_ascii_alphabetic) && distinct >= 8
}

/// Where in a file the bytes are: lines are counted from its start alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Start,
    End,
}

/// Findings in the bytes of one file, at most one of each code.
pub(super) fn inspect(path: &str, bytes: &[u8], part: Part, findings: &mut Vec<Finding>) {
    let Some((set, each)) = SET.as_ref() else { return };
    let present = set.matches(bytes);
    let mut hits: Vec<(Code, &str, usize, &[u8])> = Vec::new();
    for index in present.iter() {
        let (Some(kind), Some(expression)) = (KINDS.get(index), each.get(index)) else { continue };
        let groups = expression.captures_iter(bytes).filter_map(|captures| captures.get(1));
        hits.extend(
            groups.filter(|group| (kind.accepts)(group.as_bytes())).map(|group| (kind.code, kind.name, group.start(), group.as_bytes())),
        );
    }
    let known: Vec<usize> = hits.iter().filter(|hit| hit.0 != Code::HighEntropyValue).map(|hit| hit.2).collect();
    // A secret that has a name of its own is not said twice.
    hits.retain(|(code, _, start, value)| {
        *code != Code::HighEntropyValue || !known.iter().any(|at| (*start..start + value.len()).contains(at))
    });
    hits.sort_by_key(|(code, _, start, _)| (*code, *start));
    for same in hits.chunk_by(|a, b| a.0 == b.0) {
        let Some((code, name, start, value)) = same.first() else { continue };
        let place = match part {
            Part::Start => format!("in line {}", bytes.get(..*start).unwrap_or_default().iter().filter(|byte| **byte == b'\n').count() + 1),
            Part::End => "near the end".to_owned(),
        };
        let more = match same.len() {
            1 => String::new(),
            count => format!(", and {} more like it", count - 1),
        };
        findings.push(Finding::new(*code, path, format!("{name} ({}) {place}{more}", redact(*code, value))));
    }
}

/// The first four characters, never more.
fn redact(code: Code, value: &[u8]) -> String {
    if code == Code::PrivateKey {
        return "PEM".to_owned();
    }
    let start: String = value.iter().take(4).map(|byte| char::from(*byte)).collect();
    format!("`{}…`, {} characters", cofferdam_base::text::inline(&start, 4), value.len())
}

#[cfg(test)]
mod tests;
