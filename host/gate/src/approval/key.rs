//! When two questions are the same: the one place that says so.

use std::fmt;

use cofferdam_base::{Digest, canonical};
use cofferdam_policy::Question;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ask::Shown;

/// Separates the digest from every other one.
const DOMAIN: &[u8] = b"cofferdam question v1";

/// The digest of all that a question asks: the policies in force and the rules that ask, who wants it, the access and the path, the
/// function, its tool's component and signed statement, the arguments, and what is staged. Nothing of it is a name or a text that a tool or a model could
/// choose without making it another question.
///
/// Left out is what makes no other effect: the identifier of the call, the run, the time, and the labels of the arguments. A rule
/// that asks because of a label is among the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct QuestionKey(Digest);

impl QuestionKey {
    pub(crate) fn of(question: &Question, shown: &Shown<'_>) -> Self {
        let subject = question.subject();
        let mut rules: Vec<String> = question.reasons().iter().map(|rule| format!("{}#{}", rule.file(), rule.id())).collect();
        rules.sort_unstable();
        let list = |texts: &[String]| Digest::of_parts(&texts.iter().map(|text| text.as_bytes()).collect::<Vec<_>>());
        // Absent is another thing than every digest: no text of 64 digits is empty.
        let hex = |digest: Option<Digest>| digest.map(|digest| digest.hex()).unwrap_or_default();
        Self(Digest::of_parts(&[
            DOMAIN,
            question.policies().as_bytes(),
            list(&rules).as_bytes(),
            list(question.outside()).as_bytes(),
            subject.action.as_bytes(),
            subject.resource.as_bytes(),
            shown.origin.as_str().as_bytes(),
            shown.function.as_bytes(),
            hex(shown.component).as_bytes(),
            hex(shown.statement).as_bytes(),
            &spelt(shown.arguments),
            hex(shown.staged.map(|staged| staged.changes().digest())).as_bytes(),
        ]))
    }

    /// The digest itself.
    #[must_use]
    pub fn digest(&self) -> &Digest {
        &self.0
    }

    /// The first digits, by which people name what is kept under it.
    #[must_use]
    pub fn id(&self) -> String {
        self.0.short()
    }
}

impl fmt::Display for QuestionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// Arguments as they are compared. Fractions and names beyond ASCII have no canonical spelling: there, another order of members is
/// another question.
fn spelt(arguments: &Value) -> Vec<u8> {
    canonical::to_vec(arguments).unwrap_or_else(|_| arguments.to_string().into_bytes())
}

#[cfg(test)]
mod tests {
    use cofferdam_base::{RunId, Timestamp};
    use cofferdam_policy::{
        Act, Decision, Environment, GrantOwner, Integrity, Origin, Policies, PolicyRequest, PolicySource, RuleSet, RunAct,
    };
    use serde_json::json;

    use super::*;
    use crate::approval::Offers;

    /// What a rule asks about a topic, in a run of some number.
    fn question(rules: &str, topic: &str, run: u8) -> Question {
        let text = format!("@id(\"all\") permit (principal, action, resource);\n{rules}");
        let set = RuleSet::Grants(GrantOwner::User);
        let source = PolicySource { name: "mine.cedar".to_owned(), text, cases: None, set };
        let policies = Policies::load(&[source], &Environment { tools: vec![], model_hosts: vec![] }).unwrap();
        let run = RunId::new(Timestamp(u64::from(run)), [run; 10]);
        let act = Act::ByRun { run: &run, act: RunAct::MemoryCommit { topic } };
        let request = PolicyRequest { origin: Origin::Model, integrity: Integrity::Trusted, act };
        let Decision::Ask(question) = policies.decide(&request) else { panic!("no rule asks") };
        question
    }

    const ASK: &str = "@id(\"ask\") @ask(\"sure?\") forbid (principal, action, resource);\n";

    fn key(question: &Question, function: &str, component: Option<&[u8]>, arguments: &Value, origin: Origin) -> QuestionKey {
        stated(question, function, (component, None), arguments, origin)
    }

    fn stated(
        question: &Question,
        function: &str,
        (component, statement): (Option<&[u8]>, Option<&[u8]>),
        arguments: &Value,
        origin: Origin,
    ) -> QuestionKey {
        let (component, statement, signers) = (component.map(Digest::of), statement.map(Digest::of), ["ed25519:00".to_owned()]);
        let shown = Shown {
            function,
            origin,
            signers: &signers,
            component,
            statement,
            arguments,
            labels: None,
            staged: None,
            offers: Offers::Lasting,
        };
        QuestionKey::of(question, &shown)
    }

    #[test]
    fn another_argument_component_function_path_asker_rule_or_policy_is_another_question() {
        let asked = question(ASK, "a", 1);
        let arguments = json!({"path": ".env"});
        let more = format!("{ASK}@id(\"more\") @ask(\"really?\") forbid (principal, action, resource);\n");
        let model = Origin::Model;
        let all = [
            key(&asked, "files.read", Some(b"one"), &arguments, model),
            key(&asked, "files.read", Some(b"two"), &arguments, model),
            key(&asked, "files.read", None, &arguments, model),
            stated(&asked, "files.read", (Some(b"one"), Some(b"says more")), &arguments, model),
            key(&asked, "files.list", Some(b"one"), &arguments, model),
            key(&asked, "files.read", Some(b"one"), &arguments, Origin::User),
            key(&asked, "files.read", Some(b"one"), &json!({"path": ".env", "more": true}), model),
            key(&question(ASK, "b", 1), "files.read", Some(b"one"), &arguments, model),
            key(&question(&more, "a", 1), "files.read", Some(b"one"), &arguments, model),
            key(&question(&format!("{ASK}// other words\n"), "a", 1), "files.read", Some(b"one"), &arguments, model),
        ];
        let keys: std::collections::BTreeSet<QuestionKey> = all.iter().copied().collect();
        assert_eq!(keys.len(), all.len());
    }

    #[test]
    fn the_same_question_of_another_call_and_another_run_is_the_same() {
        let arguments = json!({"path": ".env"});
        let asked = |run| key(&question(ASK, "a", run), "files.read", Some(b"one"), &arguments, Origin::Model);
        assert_eq!(asked(1), asked(2));
    }

    #[test]
    fn the_same_arguments_are_spelt_the_same_and_others_are_not() {
        let value = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        assert_eq!(spelt(&value(r#"{"b": 1, "a": "x"}"#)), spelt(&value(r#" {"a":"x","b":1}"#)));
        let all = [json!({"a": 1}), json!({"a": "1"}), json!({"a": 1.5}), json!({"a": [1]}), json!({"a": 1, "b": null}), json!({"ä": 1})];
        let spellings: std::collections::BTreeSet<Vec<u8>> = all.iter().map(spelt).collect();
        assert_eq!(spellings.len(), all.len());
    }
}
