//! Typed statements: the lines of an entry's words that a program can compare.
//!
//! One form, a line of its own: `SUBJECT: ATTRIBUTE = VALUE`, for example `package.json: version = 4.7.1`. White space stands after
//! the colon and around the sign. The last colon before the sign ends the subject, so that a subject can be a path or an address.
//! A mark of a list (`- ` or `* `) may stand in front. `SUBJECT: ATTRIBUTE += VALUE` names one value of several: it is no typed
//! statement, since two of them say nothing against each other. Any other line is prose.
//!
//! **What counts as the same.** All parts: quotes around them, the amount of white space, case. A subject: `./` in front. An
//! attribute: `_`, `-` and a space. A value: a full stop, comma or semicolon at its end, and how a decimal number is written
//! (`1.0` and `1`, `+5` and `5`, `1_000` and `1000`), also before a unit (`5 MB` and `5MB`). A number that begins with a needless
//! zero is text (`0644` is no `644`), and so is a version: where the attribute has the word `version`, `1.10` is no `1.1`, and
//! `v1.10` is `1.10`.
//!
//! **What does not.** Units are not converted (`1 s` is another text than `1000 ms`), and Unicode is compared by code points: `é`
//! as one and as two code points differ, as do letters that look alike.

/// Longest subject, attribute and value in bytes: what is longer is prose.
const MAX_SUBJECT: usize = 200;
const MAX_ATTRIBUTE: usize = 60;
const MAX_VALUE: usize = 400;
/// Most words of an attribute: more are a sentence.
const MAX_ATTRIBUTE_WORDS: usize = 3;

/// What a statement is about, in its normal form: two with the same one speak of the same thing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Matter {
    subject: String,
    attribute: String,
}

impl Matter {
    /// The subject, in its normal form.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The attribute, in its normal form.
    #[must_use]
    pub fn attribute(&self) -> &str {
        &self.attribute
    }
}

/// A typed statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    matter: Matter,
    written: String,
    value: String,
}

impl Statement {
    /// What it is about.
    #[must_use]
    pub fn matter(&self) -> &Matter {
        &self.matter
    }

    /// Its value as it was written.
    #[must_use]
    pub fn written(&self) -> &str {
        &self.written
    }

    /// Its value in the normal form: two statements of one matter say the same where this is the same.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }
}

/// The typed statements of a text, in their order.
#[must_use]
pub fn parse_statements(text: &str) -> Vec<Statement> {
    text.lines().filter_map(parse_line).collect()
}

fn parse_line(line: &str) -> Option<Statement> {
    let line = line.trim();
    let line = line.strip_prefix("- ").or_else(|| line.strip_prefix("* ")).unwrap_or(line);
    let (left, written) = line.split_once('=').and_then(|(left, right)| {
        // White space on both sides: `a=b`, `==`, `!=` and `+=` are other signs.
        (left.ends_with(char::is_whitespace) && right.starts_with(char::is_whitespace)).then(|| (left.trim(), right.trim()))
    })?;
    let (subject, attribute) = left.rmatch_indices(':').find_map(|(at, _)| {
        let (subject, attribute) = (left.get(..at)?, left.get(at + 1..)?);
        attribute.starts_with(char::is_whitespace).then(|| (subject.trim(), attribute.trim()))
    })?;
    if subject.len() > MAX_SUBJECT || attribute.len() > MAX_ATTRIBUTE || written.len() > MAX_VALUE {
        return None;
    }
    let subject = folded(subject);
    let subject = subject.strip_prefix("./").unwrap_or(&subject).to_owned();
    let attribute = folded(&folded(attribute).replace(['_', '-'], " "));
    if subject.is_empty() || attribute.is_empty() || attribute.split(' ').count() > MAX_ATTRIBUTE_WORDS {
        return None;
    }
    let value = normal_value(&attribute, written);
    if value.is_empty() {
        return None;
    }
    Some(Statement { matter: Matter { subject, attribute }, written: written.to_owned(), value })
}

/// Without quotes around it, with single spaces, in lower case.
fn folded(text: &str) -> String {
    let words: Vec<String> = unquoted(text).split_whitespace().map(str::to_lowercase).collect();
    words.join(" ")
}

/// A text without the quotes that surround it.
fn unquoted(text: &str) -> &str {
    let text = text.trim();
    let inside = ['`', '"', '\''].into_iter().find_map(|quote| text.strip_prefix(quote)?.strip_suffix(quote));
    inside.map_or(text, unquoted)
}

/// A value without quotes around it and without what ends a sentence, however they follow each other.
fn bare(value: &str) -> &str {
    let bare = unquoted(value.trim_end_matches(['.', ',', ';', ' ', '\t']));
    if bare.len() == value.len() { bare } else { self::bare(bare) }
}

fn normal_value(attribute: &str, written: &str) -> String {
    let value = folded(bare(written));
    if attribute.split(' ').any(|word| word == "version") {
        let number = value.strip_prefix('v').filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        return number.unwrap_or(&value).to_owned();
    }
    let unit = value.find(|c: char| !(c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | '_'))).unwrap_or(value.len());
    let (number, unit) = value.split_at_checked(unit).unwrap_or((&value, ""));
    let is_unit = unit.trim_start().chars().all(|c| c.is_alphabetic() || matches!(c, '%' | '°'));
    match normal_number(number) {
        Some(number) if is_unit => format!("{number}{}", unit.trim_start()),
        Some(_) | None => value,
    }
}

/// A decimal number without what does not change it; none where the text is not one.
fn normal_number(text: &str) -> Option<String> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |part: &str| {
        let digit_at = |edge: Option<char>| edge.is_some_and(|c| c.is_ascii_digit());
        digit_at(part.chars().next()) && digit_at(part.chars().next_back()) && part.chars().all(|c| c.is_ascii_digit() || c == '_')
    };
    if !plain(whole) || !plain(fraction) || (whole.len() > 1 && whole.starts_with('0')) {
        return None;
    }
    let (whole, fraction) = (whole.replace('_', ""), fraction.replace('_', ""));
    let fraction = fraction.trim_end_matches('0');
    Some(match (whole.as_str(), fraction) {
        ("0", "") => "0".to_owned(),
        (whole, "") => format!("{sign}{whole}"),
        (whole, fraction) => format!("{sign}{whole}.{fraction}"),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn one(line: &str) -> Statement {
        let mut found = parse_statements(line);
        assert_eq!(found.len(), 1, "{line}");
        found.remove(0)
    }

    #[test]
    fn reads_the_one_form_and_nothing_else() {
        let read = one("  - `./Package.json`:  Release_Version = \"v4.7.1\".");
        assert_eq!((read.matter().subject(), read.matter().attribute(), read.value()), ("package.json", "release version", "4.7.1"));
        assert_eq!(read.written(), "\"v4.7.1\".");
        let read = one("http://localhost:80/a: port = 80");
        assert_eq!((read.matter().subject(), read.matter().attribute()), ("http://localhost:80/a", "port"));
        for prose in [
            "",
            "a = b",
            "a: b=c",
            "a: b == c",
            "a: b += c",
            "a: b != c",
            "a:b = c",
            ": b = c",
            "a: = c",
            "a: b = ",
            "a: b = .",
            "note: the port that it uses = 4",
            &format!("{}: b = c", "x".repeat(201)),
        ] {
            assert!(parse_statements(prose).is_empty(), "{prose}");
        }
    }

    #[test]
    fn the_same_value_written_differently_is_the_same_and_another_is_not() {
        let value = |attribute: &str, written: &str| one(&format!("a: {attribute} = {written}")).value().to_owned();
        for (one, other) in
            [("1.0", "1"), ("+5", "5"), ("1_000", "1000"), ("5 MB", "5mb"), ("-0.0", "0"), ("'True'", "true"), ("50 %", "50%")]
        {
            assert_eq!(value("size", one), value("size", other), "{one} {other}");
        }
        for (one, other) in
            [("0644", "644"), ("1.10", "1.01"), ("5 MB", "5 GB"), ("-5", "5"), ("1.", "1.5"), ("a", "b"), ("_1", "1"), ("1-2", "12")]
        {
            assert_ne!(value("size", one), value("size", other), "{one} {other}");
        }
        assert_ne!(value("version", "1.10"), value("version", "1.1"));
        assert_eq!(value("minimum version", "v1.10"), value("minimum-version", "1.10"));
    }

    proptest! {
        #[test]
        fn reading_never_fails_and_a_normal_form_is_its_own(line in "\\PC{0,80}", attribute in "(size|version)", value in "[-+._0-9a-zA-Z'\"`%;, äÄ]{0,12}") {
            for read in parse_statements(&line).into_iter().chain(parse_statements(&format!("a: {attribute} = {value}"))) {
                prop_assert!(!read.value().is_empty());
                prop_assert_eq!(normal_value(read.matter().attribute(), read.value()), read.value());
            }
        }

        #[test]
        fn spelling_does_not_change_what_is_said(subject in "[a-z]{1,8}(/[a-z]{1,8})?", attribute in "[a-z]{1,8}( [a-z]{1,8})?", whole in 0..100_000u32, fraction in 1..1000u32, unit in "(|ms|mb|%)") {
            let plain = one(&format!("{subject}: {attribute} = {whole}.{fraction}{unit}"));
            let other = one(&format!("*  \"{}\" :  `{}`   =  '+{whole}.{fraction}00   {}';", subject.to_uppercase(), attribute.replace(' ', "-"), unit.to_uppercase()));
            prop_assert_eq!(plain.matter(), other.matter());
            if !attribute.split(' ').any(|word| word == "version") {
                prop_assert_eq!(plain.value(), other.value());
            }
        }

        #[test]
        fn different_numbers_stay_different(one_number in 0..10_000u32, other in 0..10_000u32, unit in "(| ms)") {
            prop_assume!(one_number != other);
            let (one, other) = (one(&format!("a: b = {one_number}{unit}")), one(&format!("a: b = {other}{unit}")));
            prop_assert_ne!(one.value(), other.value());
        }
    }
}
