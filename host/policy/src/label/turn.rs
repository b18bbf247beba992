//! Labels with one of them another: what a decision would come to then.

use super::derivation::{Derivation, Labels};

/// Labels of which one is another than in some call.
#[derive(Debug, Clone)]
pub(crate) struct Turned {
    /// How rules write the one: `context.labels.target`.
    pub(crate) name: String,
    /// What it is.
    pub(crate) is: String,
    /// What it would be.
    pub(crate) would_be: String,
    /// All of them then.
    pub(crate) labels: Labels,
}

/// How a derivation, or that there is none, is written in rules.
pub(crate) fn word(derivation: Option<Derivation>) -> &'static str {
    derivation.map_or("nothing", Derivation::as_str)
}

impl Derivation {
    /// None, and then all of them.
    pub(crate) fn or_nothing() -> impl Iterator<Item = Option<Self>> {
        std::iter::once(None).chain(Self::ALL.map(Some))
    }
}

impl Labels {
    /// Every way in which one of the labels could be another.
    pub(crate) fn turned(&self) -> Vec<Turned> {
        let mut all = Vec::new();
        let mut turn = |name: String, is: &str, would_be: &str, labels: Self| {
            all.push(Turned { name, is: is.to_owned(), would_be: would_be.to_owned(), labels });
        };
        for other in Derivation::or_nothing().filter(|other| *other != self.target) {
            turn("context.labels.target".to_owned(), word(self.target), word(other), Self { target: other, ..self.clone() });
        }
        for other in Derivation::or_nothing().filter(|other| *other != self.content) {
            turn("context.labels.content".to_owned(), word(self.content), word(other), Self { content: other, ..self.clone() });
        }
        let directed = [self.has_user_words, !self.has_user_words];
        let [is, would_be] = directed.map(|directed| if directed { "true" } else { "false" });
        turn("context.labels.directed".to_owned(), is, would_be, Self { has_user_words: !self.has_user_words, ..self.clone() });
        for source in &self.sources {
            let mut labels = self.clone();
            labels.sources.remove(source);
            turn("context.labels.sources".to_owned(), &format!("with {source}"), &format!("without {source}"), labels);
        }
        for secret in &self.secrets {
            let labels = self.clone().without(&[secret.clone()].into());
            turn("context.labels.secrets".to_owned(), &format!("with {secret}"), &format!("without {secret}"), labels);
        }
        for (argument, label) in &self.arguments {
            for other in Derivation::ALL.into_iter().filter(|other| *other != label.derivation) {
                let mut labels = self.clone();
                if let Some(label) = labels.arguments.get_mut(argument) {
                    label.derivation = other;
                }
                turn(format!("context.derived.{argument}"), label.derivation.as_str(), other.as_str(), labels);
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_label_is_every_other_once() {
        let labels = Labels::unknown(&json!({"to": "a@example.com"}));
        let turned = labels.turned();
        let of = |name: &str| turned.iter().filter(|turned| turned.name == name).map(|turned| turned.would_be.as_str()).collect::<Vec<_>>();
        assert_eq!(of("context.labels.target"), ["nothing", "user", "named", "selected", "linked"]);
        assert_eq!(of("context.labels.content"), ["user", "named", "selected", "linked", "untrusted"]);
        assert_eq!((of("context.labels.directed"), of("context.derived.to")), (vec!["true"], vec!["user", "named", "selected", "linked"]));
        assert!(turned.iter().all(|turned| turned.labels != labels));
    }
}
