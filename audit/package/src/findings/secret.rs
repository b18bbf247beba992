//! Secrets and keys in the bytes of a file: what has the form of one (`cofferdam-secret-forms`), and what only looks random.

use std::sync::LazyLock;

use cofferdam_secret_forms::{Found, Kind};
use regex::bytes::Regex;

use super::{Code, Finding, entropy};

/// A value, the first group, that has the name of a secret beside it.
const NAMED: &str = r#"(?i-u)(?:secret|token|passwd|password|api_?-?key|access_?-?key|private_?-?key|credential)[A-Za-z0-9_.-]{0,40}["']?[ \t]{0,8}(?::|=|=>)[ \t]{0,8}["'`]([A-Za-z0-9+/=_.~-]{20,250})["'`]"#;

static NAMED_VALUE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(NAMED).ok());

/// Something in a file that should not be published.
struct Hit<'b> {
    code: Code,
    /// What it is called in a sentence.
    name: &'static str,
    start: usize,
    value: &'b [u8],
}

impl<'b> From<Found<'b>> for Hit<'b> {
    fn from(found: Found<'b>) -> Self {
        Self { code: code(found.kind), name: found.kind.name(), start: found.start, value: found.bytes }
    }
}

fn code(kind: Kind) -> Code {
    match kind {
        Kind::PrivateKey => Code::PrivateKey,
        Kind::AwsAccessKey => Code::AwsAccessKey,
        Kind::GithubToken => Code::GithubToken,
        Kind::NpmToken | Kind::PypiToken | Kind::CratesToken => Code::RegistryToken,
        Kind::SlackToken => Code::SlackToken,
        Kind::GoogleApiKey => Code::GoogleApiKey,
        Kind::AnthropicKey => Code::AnthropicKey,
        Kind::OpenaiKey => Code::OpenaiKey,
        Kind::StripeKey => Code::StripeKey,
        Kind::Jwt => Code::Jwt,
        Kind::RegistryCredentials => Code::RegistryCredentials,
    }
}

/// Values that look random and have the name of a secret, but no form of their own.
fn random_values(bytes: &[u8]) -> impl Iterator<Item = Hit<'_>> {
    let values = NAMED_VALUE.iter().flat_map(|named| named.captures_iter(bytes)).filter_map(|captures| captures.get(1));
    let random = values.filter(|value| entropy::looks_random(value.as_bytes()));
    random.map(|value| Hit {
        code: Code::HighEntropyValue,
        name: "a value that looks random",
        start: value.start(),
        value: value.as_bytes(),
    })
}

/// Where in a file the bytes are: lines are counted from its start alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Start,
    End,
}

/// Findings in the bytes of one file, at most one of each code.
pub(super) fn inspect(path: &str, bytes: &[u8], part: Part, findings: &mut Vec<Finding>) {
    let mut hits: Vec<Hit<'_>> = cofferdam_secret_forms::find(bytes).into_iter().map(Hit::from).collect();
    let known: Vec<usize> = hits.iter().map(|hit| hit.start).collect();
    // A secret that has a name of its own is not said twice.
    let says_more = |hit: &Hit<'_>| !known.iter().any(|at| (hit.start..hit.start + hit.value.len()).contains(at));
    hits.extend(random_values(bytes).filter(says_more));
    hits.sort_by_key(|hit| (hit.code, hit.start));
    for same in hits.chunk_by(|a, b| a.code == b.code) {
        let Some(Hit { code, name, start, value }) = same.first() else { continue };
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
