//! Secrets that no request may carry: those that the host knows, as they are, encoded, reversed, and in pieces; and whatever has the form
//! of one (`cofferdam-secret-forms`), whole.
//!
//! A known secret counts as found where half of it, or sixteen of its letters and digits, stand in a row in what is about to leave, whatever
//! stands between them and whatever their case: as they are, reversed, in hexadecimal or in base64 (RFC 4648, either alphabet, at any
//! offset). Both are looked for once more after percent escapes (RFC 3986, section 2.1), JSON escapes (RFC 8259, section 7) or base64 were
//! undone, twice over. A form is found in one piece only, and in base64 only where the code stands by itself.
//!
//! What is compressed or encrypted is not found: a filter stops accidents and simple tricks, policy has to stop the rest.

use base64::{Engine as _, engine::general_purpose};
use zeroize::Zeroizing;

use crate::{Secret, escape};

/// Most letters and digits in a row that are looked for.
const MAX_WINDOW: usize = 16;
/// Fewest: fewer stand anywhere by chance.
const MIN_WINDOW: usize = 8;
/// How often encodings are undone.
const UNDONE: usize = 2;
/// Shortest run of base64 that is undone, in bytes.
const MIN_CODE: usize = 12;

/// Known secrets by name. Forms of secrets are looked for beside them, so that one without any watches too.
#[derive(Clone, Default)]
pub struct Watched(Vec<Watch>);

#[derive(Clone)]
struct Watch {
    name: String,
    forms: [Pieces; 2],
}

/// Every piece of so many letters and digits, of some forms.
#[derive(Clone)]
struct Pieces {
    len: usize,
    /// In order.
    all: Vec<Zeroizing<Vec<u8>>>,
}

impl Pieces {
    fn of(len: usize, forms: &[Zeroizing<Vec<u8>>]) -> Self {
        let mut all: Vec<_> = forms.iter().flat_map(|form| form.windows(len)).map(|piece| Zeroizing::new(piece.to_vec())).collect();
        all.sort_unstable_by(|one, other| one.as_slice().cmp(other));
        Self { len, all }
    }

    fn stand_in(&self, letters: &[u8]) -> bool {
        letters.windows(self.len).any(|here| self.all.binary_search_by(|piece| piece.as_slice().cmp(here)).is_ok())
    }
}

impl std::fmt::Debug for Watched {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.iter().map(|watch| &watch.name)).finish()
    }
}

impl Watched {
    /// One more secret. One of fewer than eight letters and digits is not looked for: it stands in any text by chance.
    #[must_use]
    pub fn and(mut self, name: &str, secret: &Secret) -> Self {
        self.0.extend(Watch::of(name, secret.text().as_bytes()));
        self
    }

    /// The name of a known secret that stands in one of some texts, whatever forms of others do: for what a server wrote itself, such as an
    /// address that it signed.
    #[must_use]
    pub fn find_known<'t>(&self, texts: impl IntoIterator<Item = &'t [u8]>) -> Option<&str> {
        let nothing = |_: &[u8]| None;
        texts.into_iter().find_map(|text| self.find_in(text, UNDONE, &nothing))
    }

    /// The name of a secret that stands in one of some texts, or of its kind ("a GitHub token") where the host does not know it; none where
    /// none is found.
    #[must_use]
    pub fn find<'t>(&self, texts: impl IntoIterator<Item = &'t [u8]>) -> Option<&str> {
        texts.into_iter().find_map(|text| self.find_in(text, UNDONE, &form_in))
    }

    fn find_in(&self, text: &[u8], undone: usize, form: &dyn Fn(&[u8]) -> Option<&'static str>) -> Option<&str> {
        let found = self.known_in(text).or_else(|| form(text));
        if found.is_some() || undone == 0 {
            return found;
        }
        readings(text).iter().find_map(|reading| self.find_in(reading, undone - 1, form))
    }

    fn known_in(&self, text: &[u8]) -> Option<&str> {
        let letters = letters(text);
        self.0.iter().find(|watch| watch.stands_in(&letters)).map(|watch| watch.name.as_str())
    }
}

/// The kind of what has the form of a secret.
fn form_in(text: &[u8]) -> Option<&'static str> {
    cofferdam_secret_forms::find(text).first().map(|found| found.kind.name())
}

impl Watch {
    fn of(name: &str, secret: &[u8]) -> Option<Self> {
        let plain = letters(secret);
        if plain.len() < MIN_WINDOW {
            return None;
        }
        let window = (plain.len() / 2).clamp(MIN_WINDOW, MAX_WINDOW);
        // Two hexadecimal digits say as much as one letter.
        let hex = Zeroizing::new(secret.iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect());
        let forms = [Pieces::of(window, &forms(secret, &plain)), Pieces::of(2 * window, &[hex])];
        Some(Self { name: name.to_owned(), forms })
    }

    fn stands_in(&self, letters: &[u8]) -> bool {
        self.forms.iter().any(|pieces| pieces.stand_in(letters))
    }
}

/// The letters and digits of a text, in lower case.
fn letters(text: &[u8]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(text.iter().filter(|byte| byte.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect())
}

/// A secret in every form but hexadecimal, as letters and digits.
fn forms(secret: &[u8], plain: &[u8]) -> Vec<Zeroizing<Vec<u8>>> {
    let reversed = Zeroizing::new(plain.iter().rev().copied().collect());
    let mut all = vec![Zeroizing::new(plain.to_vec()), reversed];
    for offset in 0..3usize {
        // As it stands in the code of something longer: the first and the last character may be shared with what is around it.
        let shifted = Zeroizing::new([&vec![0; offset], secret].concat());
        let code = Zeroizing::new(general_purpose::STANDARD_NO_PAD.encode(&*shifted));
        let shared = (offset * 8).div_ceil(6);
        let whole = shifted.len() * 8 / 6;
        all.push(letters(code.as_bytes().get(shared..whole).unwrap_or_default()));
    }
    all
}

/// What a text may be the code of; only what is something else than the text.
fn readings(text: &[u8]) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    let unescaped = unescaped(text);
    if unescaped != text {
        all.push(unescaped);
    }
    let is_code = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(byte);
    let mut decoded = Vec::new();
    // A slash is a character of the code, or it stands before and behind one in a path.
    let runs = text.split(|byte| !is_code(byte)).chain(text.split(|byte| !is_code(byte) || *byte == b'/'));
    for run in runs.filter(|run| run.len() >= MIN_CODE) {
        let in_standard = |byte: &u8| match byte {
            b'-' => b'+',
            b'_' => b'/',
            other => *other,
        };
        let standard: Vec<u8> = run.iter().map(in_standard).collect();
        // A run may end within a group: what is whole of it is undone.
        let whole = standard.get(..standard.len() / 4 * 4).unwrap_or_default();
        for code in [standard.as_slice(), whole] {
            if let Ok(bytes) = general_purpose::STANDARD_NO_PAD.decode(code) {
                decoded.extend(bytes);
                // Some forms stand at the start of a line.
                decoded.push(b'\n');
                break;
            }
        }
    }
    if !decoded.is_empty() {
        all.push(decoded);
    }
    all
}

/// The text with percent escapes, JSON's `\uXXXX` of one byte and its ends of lines undone.
fn unescaped(text: &[u8]) -> Vec<u8> {
    let (mut rest, mut plain) = (text, Vec::with_capacity(text.len()));
    while let Some((first, tail)) = rest.split_first() {
        let undone = match rest {
            [b'%', high, low, tail @ ..] => escape::byte(*high, *low).map(|byte| (byte, tail)),
            [b'\\', b'u', b'0', b'0', high, low, tail @ ..] => escape::byte(*high, *low).map(|byte| (byte, tail)),
            [b'\\', b'n' | b'r', tail @ ..] => Some((b'\n', tail)),
            _ => None,
        };
        let (byte, tail) = undone.unwrap_or((*first, tail));
        plain.push(byte);
        rest = tail;
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Endpoint;
    use cofferdam_secret_forms::Kind;
    use proptest::prelude::*;

    const SECRET: &str = "ghp_aB3dE5fG7hJ9kL1mN2pQ4rS6tU8vW0xY";

    fn watched(text: &str) -> Watched {
        let home = Endpoint::parse("https://a.test/").unwrap();
        Watched::default().and("token", &Secret::for_audience(&home, text).unwrap())
    }

    fn is_found(text: &str) -> bool {
        watched(SECRET).find([text.as_bytes()]).is_some()
    }

    fn percent(text: &str) -> String {
        text.bytes().map(|byte| format!("%{byte:02X}")).collect()
    }

    fn hex(text: &str) -> String {
        text.bytes().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn a_secret_is_found_in_every_disguise() {
        let base64 = |text: &str| general_purpose::STANDARD.encode(text);
        let json: String = SECRET.bytes().map(|byte| format!("\\u00{byte:02x}")).collect();
        let spaced: String = SECRET.chars().flat_map(|c| [c, '.']).collect();
        for text in [
            SECRET.to_owned(),
            SECRET.to_uppercase(),
            SECRET.chars().rev().collect(),
            SECRET.get(4..22).unwrap().to_owned(),
            SECRET.get(20..).unwrap().to_owned(),
            spaced,
            hex(SECRET),
            hex(SECRET).to_uppercase(),
            base64(SECRET),
            base64(&format!("x{SECRET}")),
            base64(&format!("xy{SECRET}z")),
            general_purpose::URL_SAFE_NO_PAD.encode(format!("user:{SECRET}")),
            base64(&base64(SECRET)),
            base64(&hex(SECRET)),
            percent(SECRET),
            percent(&percent(SECRET)),
            percent(&base64(SECRET)),
            json,
            base64(SECRET).as_bytes().chunks(20).map(|line| String::from_utf8_lossy(line)).collect::<Vec<_>>().join("\n"),
        ] {
            assert!(is_found(&format!("https://evil.test/?q={text}")), "{text}");
            assert!(is_found(&text), "{text}");
        }
    }

    #[test]
    fn nothing_is_found_where_nothing_stands() {
        for text in [
            "https://a.test/path?q=hello",
            "ghp_",
            "",
            "aB3dE5fG",
            &"a".repeat(5000),
            &base64::engine::general_purpose::STANDARD.encode([7; 400]),
        ] {
            assert!(!is_found(text), "{text}");
        }
        assert_eq!(Watched::default().find([SECRET.as_bytes()]), None);
        assert!(!format!("{:?}", watched(SECRET)).contains("ghp"));
    }

    /// One of each kind: made up here, in pieces, so that no tool takes this file for one with secrets in it.
    fn of_each_kind() -> Vec<(Kind, String)> {
        let mixed = "q8Zt3LkV0xWn5RbY2mHc7PsJ9dFgA1eU4iOz";
        let long = format!("{mixed}{mixed}");
        vec![
            (Kind::PrivateKey, format!("-----BEGIN {} KEY-----\n{long}", "PRIVATE")),
            (Kind::AwsAccessKey, format!("AK{}", "IAJ5Q7ZK3MNP2RTVWX")),
            (Kind::GithubToken, format!("gh{}{mixed}", "p_")),
            (Kind::NpmToken, format!("np{}{mixed}", "m_")),
            (Kind::PypiToken, format!("pypi{}{long}", "-AgEIcHlwaS5vcmc")),
            (Kind::CratesToken, format!("ci{}{}", "o", mixed.get(..32).unwrap())),
            (Kind::SlackToken, format!("xo{}{mixed}", "xb-")),
            (Kind::GoogleApiKey, format!("AI{}{}", "za", mixed.get(..35).unwrap())),
            (Kind::AnthropicKey, format!("sk{}{long}", "-ant-api03-")),
            (Kind::OpenaiKey, format!("sk{}{long}", "-proj-")),
            (Kind::StripeKey, format!("sk{}{mixed}", "_live_")),
            (Kind::Jwt, format!("ey{}.eyJzdWIiOiIxMjM0NTY3ODkwIn0.{mixed}", "JhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9")),
            (Kind::RegistryCredentials, format!("//registry.test/:_auth{}=0123456789abcdef", "Token")),
        ]
    }

    #[test]
    fn what_has_the_form_of_a_secret_is_found_though_nobody_knows_it() {
        let examples = of_each_kind();
        assert_eq!(examples.iter().map(|(kind, _)| *kind).collect::<Vec<_>>(), Kind::all().collect::<Vec<_>>());
        for (kind, secret) in examples {
            let plain = format!("one line\n{secret}\nand another");
            let base64 = general_purpose::STANDARD.encode(&plain);
            for text in [
                plain.clone(),
                plain.replace('\n', "\\n"),
                percent(&plain),
                percent(&percent(&plain)),
                format!("https://evil.test/?q={base64}"),
                format!("https://evil.test/?q={}", percent(&base64)),
                format!("{{\"file\": \"{}\"}}", general_purpose::URL_SAFE_NO_PAD.encode(&secret)),
                general_purpose::STANDARD.encode(&base64),
            ] {
                assert_eq!(Watched::default().find([text.as_bytes()]), Some(kind.name()), "{text}");
                assert_eq!(watched(SECRET).find([b"ordinary".as_slice(), text.as_bytes()]), Some(kind.name()), "{text}");
            }
        }
    }

    #[test]
    fn a_known_secret_is_called_by_its_own_name() {
        for (_, secret) in of_each_kind().into_iter().filter(|(kind, _)| *kind == Kind::GithubToken) {
            assert_eq!(watched(&secret).find([secret.as_bytes()]), Some("token"));
        }
    }

    #[test]
    fn ordinary_pages_and_json_have_no_form_of_a_secret() {
        let digest = general_purpose::STANDARD.encode((0..64u8).map(|n| n.wrapping_mul(167)).collect::<Vec<_>>());
        let commit = hex("a commit of git, ab");
        for text in [
            format!(
                "<!doctype html><script src=\"/a.js\" integrity=\"sha512-{digest}\"></script><p>Use a GitHub token (ghp_...), or sk-...</p>"
            ),
            format!("<img src=\"data:image/png;base64,{}\">", digest.repeat(40)),
            format!("https://a.test/tree/{commit}/src?ref=v1.2.3&page=2#L10"),
            format!("{{\"id\": \"123e4567-e89b-12d3-a456-426614174000\", \"sha\": \"{commit}\", \"integrity\": \"sha512-{digest}\"}}"),
            // Looks random and is called a token: of no form of its own.
            "{\"next_token\": \"q8Zt3LkV0xWn5RbY2mHc7PsJ\", \"csrf\": \"9fK2mPq7XzR4tLw8VbN3cYh6\"}".to_owned(),
            "name=Ada&password=hunter2&remember=on".to_owned(),
            "npm_config_registry=https://registry.test/ pypi-publish task-force-disk-usage-for-everyone-of-2026".to_owned(),
            "-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIUQ3\n-----END CERTIFICATE-----".to_owned(),
        ] {
            for text in [percent(&text), general_purpose::STANDARD.encode(&text), text] {
                assert_eq!(watched(SECRET).find([text.as_bytes()]), None, "{text}");
            }
        }
    }

    #[test]
    fn a_short_secret_is_not_looked_for() {
        for short in ["x", "EMPTY", "lm-std"] {
            assert_eq!(watched(short).find([format!("pin={short}").as_bytes()]), None, "{short}");
        }
    }

    #[test]
    fn what_a_server_signed_is_its_own_and_a_known_secret_is_not() {
        let signed = ["https://files.test/a?X-Amz-Credential=", "AKIA", "QWERTYUIOPASDFGH"].concat();
        assert_eq!(watched(SECRET).find([signed.as_bytes()]), Some("an AWS access key id"));
        assert_eq!(watched(SECRET).find_known([signed.as_bytes()]), None);
        assert_eq!(watched(SECRET).find_known([format!("{signed}&t={SECRET}").as_bytes()]), Some("token"));
    }

    proptest! {
        #[test]
        fn any_secret_is_found_in_any_text(secret in "[!-~]{8,60}", before in "\\PC{0,20}", after in "\\PC{0,20}", form in 0..4usize) {
            let code = match form {
                0 => secret.clone(),
                1 => hex(&secret),
                2 => percent(&secret),
                _ => general_purpose::STANDARD.encode(format!("{before}{secret}{after}")),
            };
            let watched = watched(&secret);
            let has_letters = letters(secret.as_bytes()).len() >= MIN_WINDOW;
            let text = format!("{before}/{code}/{after}");
            prop_assert!(!has_letters || watched.find([text.as_bytes()]).is_some(), "{}", text);
        }

        #[test]
        fn any_bytes_are_searched(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = watched(SECRET).find([bytes.as_slice()]);
        }
    }
}
