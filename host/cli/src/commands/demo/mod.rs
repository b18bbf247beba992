//! `cofferdam demo`: the whole pipeline on a package folder that would leak its sources.
//!
//! Every gate is the real one. What is scripted is who asks for the calls and what a person answers; both are labelled so.

mod props;
mod show;

use std::path::{Path, PathBuf};

use cofferdam_base::{CallId, Class, Clock as _, Diagnostic, Digest, Entropy as _};
use cofferdam_gate::{CallInput, Completed, Mode, Refused};
use cofferdam_policy::{Integrity, Origin};

use self::show::{Row, Says, Scripted, Table};
use crate::{
    commands::{CommandResult, Context},
    embedded,
    failure::Failure,
    files,
    home::Home,
    output,
    session::{Session, User, read_lock},
    system::{SystemClock, SystemEntropy},
};

/// Watch a whole task go through every gate, on a package that would leak its sources
#[derive(clap::Args)]
#[command(after_help = "Example:\n  cofferdam demo")]
pub(crate) struct Demo {
    /// Where the demo's folders go; without it, a new one in the folder for temporary files
    #[arg(long, value_name = "FOLDER")]
    keep: Option<PathBuf>,
}

/// Something did not come out as the demo says it does.
#[derive(Debug)]
struct Unexpected {
    step: &'static str,
    found: String,
}

impl std::fmt::Display for Unexpected {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the demo's step `{}` came out differently: {}", self.step, cofferdam_base::text::inline(&self.found, 500))
    }
}

impl std::error::Error for Unexpected {}

impl Diagnostic for Unexpected {
    fn code(&self) -> &'static str {
        "demo.unexpected"
    }

    fn class(&self) -> Class {
        Class::Bug
    }

    fn hint(&self) -> Option<String> {
        Some("this is a bug; report it with what `cofferdam doctor` says".to_owned())
    }
}

impl Demo {
    pub(crate) fn run(self, _: &Context) -> CommandResult {
        let root = match self.keep {
            Some(folder) => folder,
            None => fresh_folder()?,
        };
        files::make_folder(&root)?;
        let root = files::real_path(&root)?;
        let package = root.join("package");
        props::lay_out(&package)?;
        let home = Home { config: root.join("home/config"), data: root.join("home/data"), cache: root.join("home/cache") };
        props::add_careless_tool(&User::open_at(home.clone())?, &package)?;
        output::say(&format!("A package folder, {}: its build left a source map with the sources inside.", package.display()));
        output::say("The calls and the answers of the person are scripted; every gate is the real one.\n");
        let mut play = Play { session: Session::open_for(User::open_at(home.clone())?, &package)?, package, table: Table::default() };
        play.find_the_leak()?;
        play.refuse_what_must_not_be()?;
        play.fix_the_leak()?;
        play.refuse_a_tampered_tool()?;
        play.close(&root)
    }
}

fn fresh_folder() -> Result<PathBuf, Failure> {
    let mut random = [0; 10];
    SystemEntropy.fill(&mut random)?;
    #[expect(clippy::disallowed_methods, reason = "the demo works in a folder of its own, outside everything of the user's")]
    let temporary = std::env::temp_dir();
    Ok(temporary.join(format!("cofferdam-demo-{}", CallId::new(SystemClock.now(), random))))
}

/// The demo while it runs.
struct Play {
    session: Session,
    package: PathBuf,
    table: Table,
}

impl Play {
    fn call(&self, title: &str, function: &str, arguments: &serde_json::Value, says: Says) -> Result<Completed, Box<Refused>> {
        output::say(&format!("▶ {title}\n  {function} {arguments}"));
        let input = CallInput {
            function: function.to_owned(),
            arguments: arguments.to_string(),
            origin: Origin::Automation,
            integrity: Integrity::Trusted,
        };
        let mut person = Scripted::new(says);
        let result = self.session.gate.call(&input, Mode::Publish, &mut person);
        output::say(&person.timeline());
        result
    }

    /// A call that has to go through.
    fn done(&self, step: &'static str, function: &str, arguments: &serde_json::Value) -> Result<Completed, Failure> {
        match self.call(step, function, arguments, Says::Yes) {
            Ok(completed) => {
                output::say(&format!("  {}\n", crate::commands::call::summary(&completed)));
                Ok(completed)
            }
            Err(refused) => Err(Unexpected { step, found: refused.to_string() }.into()),
        }
    }

    /// A call that has to be refused with a code, and that leaves the folder byte for byte as it was.
    fn refused(&mut self, step: &'static str, function: &str, arguments: &serde_json::Value, code: &str) -> CommandResult {
        let before = props::digest(&self.package)?;
        match self.call(step, function, arguments, Says::No) {
            Err(refused) if refused.code() == code => {
                output::say(&format!("  refused[{code}]: {refused}"));
                if props::digest(&self.package)? != before {
                    return Err(Unexpected { step, found: "the folder changed".to_owned() }.into());
                }
                output::say("  the folder is byte for byte as before\n");
                self.table.push(Row::new(step, &format!("refused ({code})"), "nothing changed"));
                Ok(())
            }
            Err(refused) => Err(Unexpected { step, found: refused.to_string() }.into()),
            Ok(_) => Err(Unexpected { step, found: "it went through".to_owned() }.into()),
        }
    }

    /// The findings of `package.inspect`, by code and path.
    fn inspect(&self, step: &'static str) -> Result<Vec<(String, String)>, Failure> {
        let completed = self.done(step, "package.inspect", &serde_json::json!({}))?;
        let report: serde_json::Value =
            serde_json::from_str(&completed.output).map_err(|error| Unexpected { step, found: error.to_string() })?;
        let text =
            |finding: &serde_json::Value, member: &str| finding.get(member).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
        let findings = report.get("findings").and_then(|findings| findings.as_array()).map(Vec::as_slice).unwrap_or_default();
        let findings: Vec<(String, String)> = findings.iter().map(|finding| (text(finding, "code"), text(finding, "path"))).collect();
        for (code, path) in &findings {
            output::say(&format!("  finding {code}: {path}"));
        }
        output::say("");
        Ok(findings)
    }

    fn find_the_leak(&mut self) -> CommandResult {
        let step = "what would be published?";
        let findings = self.inspect(step)?;
        if !findings.iter().any(|(_, path)| path == props::MAP) {
            return Err(Unexpected { step, found: "the source map was not found".to_owned() }.into());
        }
        self.table.push(Row::new(step, &format!("{} findings", findings.len()), props::MAP));
        Ok(())
    }

    fn refuse_what_must_not_be(&mut self) -> CommandResult {
        self.refused("read outside the workspace", "files.read", &serde_json::json!({"path": "../../../etc/passwd"}), "gate.path-outside")?;
        self.refused("read a secret (scripted answer: no)", "files.read", &serde_json::json!({"path": ".env"}), "policy.declined")?;
        self.refused(
            "an edit whose verification fails",
            "careless.create",
            &serde_json::json!({"path": "notes.txt", "content": "done!"}),
            "gate.postcondition",
        )
    }

    fn fix_the_leak(&mut self) -> CommandResult {
        let step = "ship only the program";
        let (find, put) = props::REMEDY;
        let completed = self.done(step, "edit.replace", &serde_json::json!({"path": "package.json", "find": find, "put": put}))?;
        output::say(&crate::diff::staged(&completed.staged));
        self.table.push(Row::new(step, "verified, published", &format!("call {}", completed.call)));
        let step = "what would be published now?";
        let findings = self.inspect(step)?;
        if findings.iter().any(|(_, path)| path == props::MAP) {
            return Err(Unexpected { step, found: "the source map is still published".to_owned() }.into());
        }
        self.table.push(Row::new(step, &format!("{} findings", findings.len()), "the map no longer ships"));
        Ok(())
    }

    fn refuse_a_tampered_tool(&mut self) -> CommandResult {
        let step = "a tool with one bit changed";
        output::say(&format!("▶ {step}"));
        let (lock, _) = read_lock(&self.package)?;
        let entry = lock
            .entries()
            .find(|entry| entry.name().as_str() == "files")
            .ok_or(Unexpected { step, found: "no tool is locked".to_owned() })?;
        let (component, statement) = embedded::tool("files").ok_or(Unexpected { step, found: "no tool is embedded".to_owned() })?;
        let mut component = component.to_vec();
        if let Some(byte) = component.get_mut(1000) {
            *byte ^= 1;
        }
        match cofferdam_trust::verify(component.into(), statement, entry, &self.session.user.keyring, SystemClock.now()) {
            Ok(_) => Err(Unexpected { step, found: "it was accepted".to_owned() }.into()),
            Err(error) => {
                output::say(&format!("  refused[{}]: {error}\n", error.code()));
                self.table.push(Row::new(step, &format!("refused ({})", error.code()), "never loaded"));
                Ok(())
            }
        }
    }

    /// The ledger verifies; the table; how to look closer.
    fn close(mut self, root: &Path) -> CommandResult {
        let note = self.session.gate.checkpoint()?;
        let leaves = note.lines().nth(1).unwrap_or_default().to_owned();
        self.table.push(Row::new(
            "the ledger",
            &format!("{leaves} leaves, signed"),
            &format!("checkpoint {}", Digest::of(note.as_bytes()).short()),
        ));
        output::line(&self.table.to_string())?;
        let again = format!("COFFERDAM_HOME={} cofferdam --workspace {}", root.join("home").display(), self.package.display());
        output::line(&format!(
            "Look closer:\n  {again} history\n  {again} undo\n  {again} tool inspect edit\n  {again} policy explain files.read --arguments '{{\"path\": \".env\"}}'\n  cofferdam-audit ledger verify \"$({again} ledger path)\""
        ))?;
        Ok(())
    }
}
