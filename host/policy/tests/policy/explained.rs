//! What `policy explain` shows.

use crate::environment::*;
use cofferdam_base::WorkspacePath;
use cofferdam_policy::*;
use serde_json::json;

fn explain_call(policies: &Policies, action: &str, arguments: serde_json::Value) -> Explanation {
    let (tool, function) = action.split_once('.').unwrap();
    by_tool(
        tool,
        ToolAct::Call { function: &function.parse().unwrap(), arguments: &arguments, labels: &label::Labels::unknown(&arguments) },
        |request| policies.explain(&request),
    )
}

#[test]
fn names_every_matching_rule_and_what_would_have_to_change() {
    let policies = default_and(&[project(
        "\n@id(\"no-mail\") @reason(\"not from here\")\nforbid (principal, action == Action::\"example.send\", resource);",
    )]);
    let text = explain_call(&policies, "example.send", json!({ "to": "a", "share": 0.5 })).to_string();
    for part in [
        "`example.send` on `example` is forbidden by `no-mail` (project.cedar:2): not from here\n",
        "  forbidden by `no-mail` (project.cedar:2): not from here\n",
        "  asked about by `confirm-irrevocable-calls` (careful.cedar:",
        "  permitted by `call-functions` (default.cedar:",
        "  to allow it: rule `no-mail` (project.cedar:2) must not match\n",
        "  to allow it: `arguments.share` must be of a type that rules can see\n",
    ] {
        assert!(text.contains(part), "{part:?} is missing in\n{text}");
    }
}

#[test]
fn says_what_is_missing_where_no_rule_decides() {
    let policies = default_and(&[]);
    let host = Host::parse("example.com").unwrap();
    let net = by_tool("files", request("GET", &host, "/x"), |request| policies.explain(&request)).to_string();
    assert!(net.contains("`net:request` on `GET example.com/x` is permitted by no rule"), "{net}");
    assert!(net.contains("to allow it: a `permit` for `net:request`"), "{net}");
    let path = WorkspacePath::parse(".git/config").unwrap();
    let control =
        by_tool("edit", ToolAct::Path { access: PathAccess::Write, path: &path }, |request| policies.explain(&request)).to_string();
    assert!(control.contains("nothing can grant it"), "{control}");
    assert!(explain_call(&policies, "web.fetch", json!({})).to_string().contains("the tool must be installed"));
    assert!(explain_call(&policies, "files.read", json!({})).to_string().contains("the request itself must be another"));
}

#[test]
fn an_allowed_request_needs_no_change() {
    let explanation = explain_call(&default_and(&[]), "files.read", json!({ "path": "a" }));
    assert!(explanation.change.is_empty());
    assert!(explanation.to_string().starts_with("`files.read` on `files` is allowed\n  permitted by `call-functions`"));
}

#[test]
fn the_label_that_decides_a_rule_is_named() {
    let policies = load(&builtin(Profile::Developer));
    let explain = |said: &str, arguments: serde_json::Value| {
        let labels = label::View::of(said).label(&arguments, &std::collections::BTreeSet::new());
        let function = "send".parse().unwrap();
        by_tool("example", ToolAct::Call { function: &function, arguments: &arguments, labels: &labels }, |request| {
            policies.explain(&request)
        })
    };
    let asked = explain("tell ann@example.com", json!({ "to": "eve@example.net", "subject": "tell ann", "share": 0.5 }));
    let [LabelReason { rule, is_match: true, turns }] = asked.by_label.as_slice() else { panic!("{:?}", asked.by_label) };
    assert_eq!(
        (rule.id(), turns[0].label.as_str(), turns[0].is.as_str()),
        ("confirm-what-nobody-named", "context.labels.target", "untrusted")
    );
    assert_eq!(turns[0].other, ["nothing", "user", "named", "selected"]);
    assert!(asked.to_string().contains("\n    `to` is untrusted (target)\n"), "{asked}");

    // Two labels together: neither alone makes it match no more.
    let both = explain("", json!({ "to": "eve@example.net", "subject": "x" }));
    assert!(both.to_string().contains("`confirm-what-nobody-named` (developer.cedar:5) matches: no single label decides it"), "{both}");

    let own = explain("tell ann@example.com", json!({ "to": "ann@example.com" }));
    assert!(matches!(own.by_label.as_slice(), [LabelReason { is_match: false, turns, .. }] if turns.len() == 3), "{:?}", own.by_label);
    // A path has no labels, and a rule that looks at none is not told of.
    assert_eq!(explain_call(&default_and(&[]), "files.read", json!({ "path": "a" })).by_label, []);
}
